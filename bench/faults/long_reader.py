"""A program reads SQLite's database without an end, so that its log cannot be emptied, while people ask for calls.

    .venv/bin/python -m bench.faults.long_reader [--seconds 15]

Goal: nothing that was confirmed is lost, nobody waits, and the log's file is small again soon after the reader ended.
"""

import contextlib
import sqlite3
import time

from bench.faults import common

SMALL = 70_000_000  # bytes: storage keeps 64 MiB of it at most
MANY = 200  # MB of log: more than many hours of requests would make


def run(options) -> list[common.Outcome]:
    with common.site() as site:
        log = site.var / "db.sqlite3-wal"

        def reading() -> int:
            with contextlib.closing(sqlite3.connect(site.var / "db.sqlite3", isolation_level=None)) as reader:
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM callbacks_callbackrequest").fetchone()
                _grow(site)
                time.sleep(options.seconds)
                return log.stat().st_size

        done = common.under_load(site, reading, options.seed)
        found = common.judge("long reader", done, site)
        after = common.under_load(site, common.pause(5), options.seed + 1)
        size = log.stat().st_size
        slowest = max(person.answer.seconds for person in done.confirmed)
    print(
        f"The log grew to {done.result / 1e6:.0f} MB, and was {size / 1e6:.0f} MB later. Slowest form: {slowest:.1f} s."
    )
    found.missed += [f"the log stayed at {size} bytes"] if size > SMALL else []
    found.missed += [] if after.confirmed else ["nothing was taken afterwards"]
    return [found]


def _grow(site) -> None:
    """Write more than people would in hours."""
    with contextlib.closing(sqlite3.connect(site.var / "db.sqlite3", timeout=20, isolation_level=None)) as writer:
        writer.execute("CREATE TABLE filler (bytes BLOB)")
        for _ in range(MANY):
            writer.execute("INSERT INTO filler VALUES (randomblob(1000000))")
            time.sleep(0.02)
        writer.execute("DROP TABLE filler")


if __name__ == "__main__":
    common.main(__doc__, run)
