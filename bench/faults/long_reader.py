"""A program reads the database without an end, so that its log cannot be emptied, while people ask for calls.

    .venv/bin/python -m bench.faults.long_reader [--seconds 15]

Once on SQLite, once on PostgreSQL. Goal: nothing that was confirmed is lost, nobody waits, and what the reader held on
the disk is free soon after it ended: SQLite's log, and PostgreSQL's deleted rows (its log it empties anyway).
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable

from bench.faults import common, servers

SMALL = 70_000_000  # bytes: storage keeps 64 MiB of SQLite's log at most
MANY = 200  # MB written: more than many hours of requests would make
COUNT = "SELECT count(*) FROM callbacks_callbackrequest"


def run(options) -> list[common.Outcome]:
    return [_on_sqlite(options), _on_postgres(options)]


def _on_sqlite(options) -> common.Outcome:
    with common.site() as site:
        log = site.var / "db.sqlite3-wal"

        def reading() -> int:
            with contextlib.closing(sqlite3.connect(site.var / "db.sqlite3", isolation_level=None)) as reader:
                reader.execute("BEGIN")
                reader.execute(COUNT).fetchone()
                with contextlib.closing(
                    sqlite3.connect(site.var / "db.sqlite3", timeout=20, isolation_level=None)
                ) as writer:
                    _grow(writer.execute, "BLOB", "?")
                time.sleep(options.seconds)
                return log.stat().st_size

        found, grown = _judge(options, site, "long reader", reading)
        size = log.stat().st_size
    print(f"SQLite's log grew to {grown / 1e6:.0f} MB, and was {size / 1e6:.0f} MB later.")
    found.missed += [f"the log stayed at {size} bytes"] if size > SMALL else []
    return found


def _on_postgres(options) -> common.Outcome:
    import psycopg

    with servers.running(servers.postgres) as ((server,), environment), common.site(**environment) as site:

        def connect() -> psycopg.Connection:
            return psycopg.connect(host="127.0.0.1", port=server.port, user="site", dbname="postgres", autocommit=True)

        def used(what: str) -> int:
            with connect() as database:
                database.execute("VACUUM")
                database.execute("CHECKPOINT")
                return int(database.execute(f"SELECT {what}").fetchone()[0])

        def reading() -> tuple[int, int]:
            with connect() as reader, connect() as writer:
                reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
                reader.execute(COUNT)
                _grow(writer.execute, "BYTEA", "%s")
                time.sleep(options.seconds)
                return used(rows), used(log)

        rows, log = "pg_total_relation_size('filler')", "sum(size) FROM pg_ls_waldir()"
        found, (held, logged) = _judge(options, site, "long reader (PostgreSQL)", reading)
        left = used(rows)
    print(f"Deleted rows held {held / 1e6:.0f} MB, and {left / 1e6:.0f} MB later; the log was {logged / 1e6:.0f} MB.")
    found.missed += [f"{left} bytes of deleted rows stayed"] if left > SMALL else []
    return found


def _judge(options, site, name: str, reading: Callable[[], object]) -> tuple[common.Outcome, object]:
    done = common.under_load(site, reading, options.seed)
    found = common.judge(name, done, site)
    after = common.under_load(site, common.pause(5), options.seed + 1)
    found.missed += [] if after.confirmed else ["nothing was taken afterwards"]
    print(f"Slowest form: {max(person.answer.seconds for person in done.confirmed):.1f} s.")
    return found, done.result


def _grow(execute: Callable[..., object], kind: str, value: str) -> None:
    """Write more than people would in hours, and delete it."""
    execute(f"CREATE TABLE filler (bytes {kind})")
    for _ in range(MANY):
        execute(f"INSERT INTO filler VALUES ({value})", (os.urandom(1_000_000),))
        time.sleep(0.02)
    execute("DELETE FROM filler")


if __name__ == "__main__":
    common.main(__doc__, run)
