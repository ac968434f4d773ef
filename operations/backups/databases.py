"""Copy and restore the database: SQLite by VACUUM INTO, PostgreSQL by pg_dump, pg_restore and psql."""

import contextlib
import hashlib
import os
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.postgresql.client import DatabaseClient
from django.db.utils import load_backend

from callbacks.models import Attachment
from operations.backups.manifest import POSTGRES, SQLITE, BackupError
from storage import durable

#: The alias of another database, for `using`.
ALIAS = "backup"
_DROP_TABLES = """
SET client_min_messages = error;
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() LOOP
        EXECUTE 'DROP TABLE ' || name || ' CASCADE';
    END LOOP;
END $$
"""
_OTHERS = """
SELECT coalesce(host(client_addr), 'this machine') FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND application_name = current_setting('application_name')
"""


def size() -> int:
    """Return the maximum size of a copy in bytes."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        return cursor.fetchone()[0]


def copy_into(folder: Path) -> tuple[str, dict[str, int], dict[str, int]]:
    """Copy a snapshot; return its name, rows by table, and files with their length. Raises BackupError or OSError."""
    if connection.vendor != "sqlite":
        return POSTGRES, *_dump_postgres(folder / POSTGRES)
    path = folder / SQLITE
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
    except DatabaseError as error:
        advice = "Free up space; if it is damaged, restore a backup (docs/operators.md, Backups)."
        raise BackupError(f"The database could not be copied: {error}. {advice}") from error
    path.chmod(0o600)
    durable.sync(path)
    with opened(str(path)) as alias:
        return SQLITE, *_contents(alias)


def _dump_postgres(path: Path) -> tuple[dict[str, int], dict[str, int]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()  # pg_dump and the counts below use the same snapshot
        options = ["--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges", f"--file={path}"]
        _run_client("pg_dump", *options)
        return _contents(connection.alias)


def _contents(alias: str) -> tuple[dict[str, int], dict[str, int]]:
    named = Attachment.objects.using(alias).exclude(object_name="")
    return counts(alias), dict(named.values_list("object_name", "size"))


def counts(alias: str) -> dict[str, int]:
    """Count rows by table."""
    found = {}
    with connections[alias].cursor() as cursor:
        for table in connections[alias].introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - the database's own name
            found[table] = cursor.fetchone()[0]
    return found


@contextlib.contextmanager
def opened(name: str) -> Iterator[str]:
    """Open another database of the same kind, SQLite read-only, for querysets `using` the alias."""
    changed: dict[str, Any] = {"NAME": name}
    if connection.vendor == "sqlite":  # without the site's write-ahead log, which would leave files in a backup
        changed = {"NAME": f"{Path(name).as_uri()}?immutable=1", "OPTIONS": {"uri": True}}
        changed["ENGINE"] = "django.db.backends.sqlite3"
    with defined(ALIAS, connection.settings_dict | changed):
        yield ALIAS


@contextlib.contextmanager
def defined(alias: str, settings_dict: dict[str, Any]) -> Iterator[None]:
    """Define an alias for a further database, opened at the first query."""
    connections[alias] = load_backend(settings_dict["ENGINE"]).DatabaseWrapper(settings_dict, alias)
    try:
        yield
    finally:
        connections[alias].close()
        del connections[alias]


def ensure_unused_postgres() -> None:
    """Raise BackupError, naming the hosts, while other processes of the site use the database."""
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS)
        others = [address for (address,) in cursor.fetchall()]
    if others:
        raise BackupError(
            f"The site uses this database from {', '.join(sorted(set(others)))}: {len(others)} sessions. Stop it and "
            "its worker on all hosts first. To end the sessions of a host that is gone, restart PostgreSQL."
        )


def restore_postgres(path: Path, database: str = "", then: str = "") -> None:
    """Restore into the site's database, or another on its server, and execute `then`, all or nothing.

    Tables that are not in the dump, such as a newer release's, are dropped first: pg_restore would fail on them.
    Raises BackupError or OSError.
    """
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restoring-", dir=settings.VAR_DIR) as folder:
        script = Path(folder, "restore.sql")  # complete before psql starts, so that a truncated dump changes nothing
        options = ["--clean", "--if-exists", "--no-owner", "--no-privileges", f"--file={script}"]
        _run("pg_restore", [*options, str(path)])
        options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
        steps = [f"--command={_DROP_TABLES}", f"--file={script}", f"--command=RESET search_path; {then}"]
        _run_client("psql", *options, *steps, database=database)


def drill_prefix() -> str:
    """Return the prefix of this site's throwaway databases."""
    return f"drill_{hashlib.sha256(connection.settings_dict['NAME'].encode()).hexdigest()[:12]}_"


@contextlib.contextmanager
def scratch_postgres(path: Path) -> Iterator[str]:
    """Restore a dump into a throwaway database and open it. Raises BackupError if the user may not create one."""
    name = f"{drill_prefix()}{uuid.uuid4().hex[:12]}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [drill_prefix()])
        for (left,) in cursor.fetchall():  # by a drill that was killed
            with contextlib.suppress(DatabaseError):  # its psql may still run
                cursor.execute(f'DROP DATABASE "{left}"')
        try:
            cursor.execute(f'CREATE DATABASE "{name}"')
        except DatabaseError as error:
            raise BackupError("The database user may not create a database: ALTER ROLE … CREATEDB.") from error
    try:
        restore_postgres(path, name)
        with opened(name) as alias:
            yield alias
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


def _run_client(tool: str, *options: str, database: str = "") -> None:
    """Run a tool on the site's database. The password goes through the environment, where `ps` does not show it."""
    wanted = connection.settings_dict | ({"NAME": database} if database else {})
    arguments, environment = DatabaseClient.settings_to_cmd_args_env(wanted, [])
    *server, name = arguments[1:]
    _run(tool, [*server, "--no-password", f"--dbname={name}", *options], environment)


def _run(tool: str, arguments: list[str], environment: dict[str, str] | None = None) -> None:
    try:
        subprocess.run(  # noqa: S603 - a fixed tool
            [tool, *arguments], env=os.environ | (environment or {}), check=True, capture_output=True, text=True
        )
    except FileNotFoundError as error:
        raise BackupError(f"{tool} is not installed; on Debian it is in postgresql-client.") from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines() or ["no message"]
        raise BackupError(f"{tool} failed: {lines[0][:300]}") from error
