"""Where a site under test keeps its state, and how a test looks into it: SQLite and files, or what tests.backends runs.

A site is known by its folder. On the servers it has, named after that, a database and a folder of the store, which
rclone keeps as a folder of this machine.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection, transaction

from detoxsite import secret_files

#: Set by tests.backends.
SERVERS: dict[str, str] = json.loads(os.environ.get("TEST_SERVERS", "{}"))
BUCKET = "detox"
#: Asks for the names of all tables.
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
if SERVERS:
    TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


def name_of(var: Path) -> str:
    """Its database on the servers, and its folder of the store."""
    return "site_" + hashlib.sha256(str(var).encode()).hexdigest()[:16]


def environment(var: Path) -> dict[str, str]:
    """The variables that make `var`, and on the servers what is named after it, the state of a site."""
    if not SERVERS:
        return {"VAR_DIR": str(var)}
    name = name_of(var)
    return {
        "VAR_DIR": str(var),
        "DATABASE_URL": f"{SERVERS['database']}/{name}",
        "S3_ENDPOINT": SERVERS["store"],
        "S3_BUCKET": f"{BUCKET}/{name}",
        "S3_ACCESS_KEY": "tests",
        "S3_SECRET_KEY": "tests-secret",
    }


def make(var: Path, like: Path | None = None) -> dict[str, str]:
    """Makes empty state, or a copy of that of `like`; what `environment` says. What is there already is left alone."""
    var.mkdir(parents=True, exist_ok=True)
    make_secrets(var)
    if like:
        # What was built is closed, so all of it is in the database; who reads it meanwhile makes and removes these.
        passing = shutil.ignore_patterns("*-wal", "*-shm")
        shutil.copytree(like, var, dirs_exist_ok=True, ignore=passing)
    if SERVERS and var not in _made:
        _made.add(var)
        with _connected("postgres") as connection:
            template = f' TEMPLATE "{name_of(like)}"' if like else ""
            connection.execute(f'CREATE DATABASE "{name_of(var)}"{template}')
        if like and folder(like).exists():
            shutil.copytree(folder(like), folder(var), dirs_exist_ok=True)
    return environment(var)


def make_secrets(var: Path) -> None:
    for name in ("secret-key", "vault-key"):
        secret_files.make(var / "secrets" / name)


_made: set[Path] = set()


def remove(var: Path) -> None:
    """Drops what `make` made on the servers, whatever is still connected."""
    if var in _made:
        _made.remove(var)
        with _connected("postgres") as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name_of(var)}" WITH (FORCE)')


def folder(var: Path) -> Path:
    """The folder that holds the files of a site: `attachments` and `media` are in it."""
    return Path(SERVERS["files"], BUCKET, name_of(var)) if SERVERS else var


def folder_of(storage) -> Path:
    """The folder of this machine in which a storage keeps its objects."""
    return Path(SERVERS["files"], storage.bucket_name, storage.location) if SERVERS else Path(storage.location)


def age(storage, name: str, seconds: float) -> None:
    """As if an object had been written so long ago, by the clock of this process, which may be faked."""
    at = time.time() - seconds
    os.utime(folder_of(storage) / name, (at, at))
    if SERVERS:
        time.sleep(1.1)  # until rclone looks again


def files(var: Path) -> list[Path]:
    """Every file in which something of a site may stand: its folders, and PostgreSQL's own files of its database."""
    folders = [var]
    if SERVERS:
        with _connected(name_of(var)) as connection:
            connection.execute("CHECKPOINT")
            query = "SELECT setting, (SELECT oid FROM pg_database WHERE datname = current_database()) FROM pg_settings"
            (data, oid) = connection.execute(f"{query} WHERE name = 'data_directory'").fetchone()
        folders += [folder(var), Path(data, "base", str(oid))]
    return [path for each in folders for path in each.rglob("*") if path.is_file()]


def rows(var: Path, query: str, *values: str) -> list[tuple]:
    """Runs a query, with ? for each value, on the database of a site from outside; also one that changes rows."""
    if not SERVERS:
        with contextlib.closing(sqlite3.connect(var / "db.sqlite3", timeout=20)) as database, database:
            return database.execute(query, values).fetchall()
    with _connected(name_of(var)) as connection:
        found = connection.execute(query.replace("?", "%s"), values)
        return found.fetchall() if found.description else []


@contextlib.contextmanager
def read_only() -> Iterator[None]:
    """A database of which this process can only read: its disk is full, say."""
    postgresql = connection.vendor == "postgresql"
    with transaction.atomic() if postgresql else contextlib.nullcontext(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY" if postgresql else "PRAGMA query_only=ON")
        try:
            yield
        finally:
            if postgresql:
                transaction.set_rollback(True)  # there is no other way back
            else:
                cursor.execute("PRAGMA query_only=OFF")


@contextlib.contextmanager
def takes_no_row(table: str) -> Iterator[None]:
    """A table whose disk is full: what is written to it raises an error that says "full"."""
    make = [f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'full'); END"]
    drop = ["DROP TRIGGER full_disk"]
    if connection.vendor == "postgresql":
        body = "BEGIN RAISE EXCEPTION 'full'; END"
        make = [f"CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"]
        make += [f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION full_disk()"]
        drop = ["DROP FUNCTION full_disk CASCADE"]
    _execute(make)
    try:
        yield
    finally:
        _execute(drop)


def _execute(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextlib.contextmanager
def _connected(database: str) -> Iterator:
    import psycopg

    parts = urlsplit(SERVERS["database"])
    with psycopg.connect(
        host=parts.hostname, port=parts.port, user=parts.username, dbname=database, autocommit=True
    ) as connection:
        yield connection
