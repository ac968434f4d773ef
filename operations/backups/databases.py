"""Copies of the database: SQLite's by its online backup, PostgreSQL's by its own pg_dump and pg_restore."""

import contextlib
import os
import sqlite3
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.postgresql.client import DatabaseClient

from operations.backups.files import BackupError
from operations.backups.manifest import POSTGRES, SQLITE
from storage import durable

#: Runs a query and gives its rows.
Ask = Callable[[str], list[tuple]]

#: How long a copy waits for a database that somebody has locked.
LOCKED_SECONDS = 60
_DROP_TABLES = """
SET client_min_messages = error;
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() LOOP
        EXECUTE 'DROP TABLE ' || name || ' CASCADE';
    END LOOP;
END $$
"""
NAMED = "SELECT object_name, size FROM callbacks_attachment WHERE object_name <> ''"


def is_sqlite() -> bool:
    """Raises BackupError where the database is neither SQLite nor PostgreSQL."""
    if connection.vendor not in {"sqlite", "postgresql"}:
        raise BackupError("Only SQLite and PostgreSQL can be backed up.")
    return connection.vendor == "sqlite"


def size() -> int:
    """Bytes that a copy takes at most."""
    with connection.cursor() as cursor:
        if is_sqlite():
            return cursor.execute("PRAGMA page_count").fetchone()[0] * cursor.execute("PRAGMA page_size").fetchone()[0]
        return _ask(cursor, "SELECT pg_database_size(current_database())")[0][0]


def copy_into(folder: Path) -> tuple[str, dict[str, int], dict[str, int]]:
    """A consistent copy while others write: its file's name, the rows of each table, the files that it names.

    Raises BackupError or OSError.
    """
    if is_sqlite():
        _copy_sqlite(folder / SQLITE)
        with closing(sqlite3.connect(f"file:{folder / SQLITE}?immutable=1", uri=True)) as copy:
            return SQLITE, *_contents(lambda query: copy.execute(query).fetchall())
    return POSTGRES, *_dump_postgres(folder / POSTGRES)


def _copy_sqlite(path: Path) -> None:
    connection.ensure_connection()
    try:
        with closing(sqlite3.connect(path)) as copy:
            # In one step, so it is one moment's state.
            connection.connection.backup(copy, progress=_give_up_after(LOCKED_SECONDS))
            copy.execute("PRAGMA journal_mode=DELETE")  # a single file, which stands for itself
    except sqlite3.Error as error:
        raise BackupError(f"The database could not be copied: {error}. Is the disk full?") from error
    path.chmod(0o600)
    durable.sync(path)
    durable.sync(path.parent)


def _give_up_after(seconds: float) -> Callable[[int, int, int], None]:
    """sqlite3 itself would go on for ever where somebody holds the database locked."""
    end = time.monotonic() + seconds

    def look(status: int, remaining: int, total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and time.monotonic() > end:
            raise BackupError("The database could not be copied: somebody holds it locked.")

    return look


def _dump_postgres(path: Path) -> tuple[dict[str, int], dict[str, int]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()  # pg_dump and the counts below see the same moment
        options = ["--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges", f"--file={path}"]
        _run_tool("pg_dump", *options)
        return _contents(lambda query: _ask(cursor, query))


def _ask(cursor, query: str) -> list[tuple]:
    cursor.execute(query)
    return cursor.fetchall()


def _contents(ask: Ask) -> tuple[dict[str, int], dict[str, int]]:
    return counts(ask), dict(ask(NAMED))


def counts(ask: Ask) -> dict[str, int]:
    """The rows of each table."""
    if connection.vendor == "sqlite":
        tables = ask("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    else:
        tables = ask("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
    return {name: ask(f'SELECT count(*) FROM "{name}"')[0][0] for (name,) in tables}  # noqa: S608 - names of its own


def restore_postgres(path: Path, database: str = "") -> None:
    """Into the site's own database, or another of the same server, whole or not at all. Raises BackupError, OSError.

    Tables that the dump does not know, as those of a newer release, go too: pg_restore alone stumbles over them.
    """
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restoring-", dir=settings.VAR_DIR) as folder:
        script = Path(folder, "restore.sql")  # whole before psql begins: a dump that breaks off changes nothing
        options = ["--clean", "--if-exists", "--no-owner", "--no-privileges", f"--file={script}"]
        _run("pg_restore", [*options, str(path)])
        options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
        _run_tool("psql", *options, f"--command={_DROP_TABLES}", f"--file={script}", database=database)


@contextlib.contextmanager
def scratch_postgres(path: Path) -> Iterator[Ask]:
    """A throwaway database with what is in a dump. Raises BackupError, say where the site's user may make none."""
    name = f"drill_{uuid.uuid4().hex[:12]}"
    with connection.cursor() as cursor:
        try:
            cursor.execute(f'CREATE DATABASE "{name}"')
        except Exception as error:
            raise BackupError("The database's user may make no database for a drill: ALTER ROLE … CREATEDB.") from error
    try:
        restore_postgres(path, name)
        with _other_database(name) as ask:
            yield ask
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


@contextlib.contextmanager
def _other_database(name: str) -> Iterator[Ask]:
    other = connection.copy()
    other.settings_dict = connection.settings_dict | {"NAME": name}
    try:
        with other.cursor() as cursor:
            yield lambda query: _ask(cursor, query)
    finally:
        other.close()


def _run_tool(tool: str, *options: str, database: str = "") -> None:
    """With the site's own way to its database; a password goes through the environment, where `ps` does not show it."""
    wanted = connection.settings_dict | ({"NAME": database} if database else {})
    arguments, environment = DatabaseClient.settings_to_cmd_args_env(wanted, [])
    *where, name = arguments[1:]
    _run(tool, [*where, "--no-password", f"--dbname={name}", *options], environment)


def _run(tool: str, arguments: list[str], environment: dict[str, str] | None = None) -> None:
    try:
        subprocess.run(  # noqa: S603 - a fixed tool
            [tool, *arguments], env=os.environ | (environment or {}), check=True, capture_output=True, text=True
        )
    except FileNotFoundError as error:
        raise BackupError(f"{tool} is not installed; on Debian it is in postgresql-client.") from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines() or ["it says nothing"]
        raise BackupError(f"{tool} failed: {lines[0][:300]}") from error
