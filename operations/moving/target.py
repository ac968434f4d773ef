"""The servers to move to, from a second settings file."""

import contextlib
import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import Storage, storages
from django.db import OperationalError, connections
from dotenv import dotenv_values

from detoxsite import env
from operations import keys
from operations.backups import databases
from storage.s3 import S3Storage

ALIAS = "target"
#: A table in the new database until everything is verified. While it exists no site starts there.
MARK = keys.UNFINISHED_MOVE


class MoveError(Exception):
    """The move failed, and this machine serves as before. The message is a sentence for the operator."""


class Target:
    """The settings of the site after the move; their database has the alias ALIAS."""

    def __init__(self, file: Path) -> None:
        """Read the settings. Raises MoveError if they lack servers or this site's keys."""
        with file.open() as lines:
            named = {name: value or "" for name, value in dotenv_values(stream=lines, interpolate=False).items()}
        outer = {name: value for name, value in os.environ.items() if name not in env.NAMES}
        self.environment = outer | {"VAR_DIR": str(settings.VAR_DIR)} | named
        self.settings = _settings_with(self.environment)
        self._storages = type(storages)(self.settings["STORAGES"])
        if not self.settings["HAS_SERVER"] or not isinstance(self.storage("default"), S3Storage):
            raise MoveError(f"{file} must name both: PostgreSQL (DATABASE_URL) and a store of files (S3_ENDPOINT …).")
        lacking = ["SECRET_KEY"] if self.settings["SECRET_KEY"] != settings.SECRET_KEY else []
        keys_lacking = settings.VAULT_KEYS.items() - self.settings["VAULT_KEYS"].items()
        lacking += [f"vault key {number}" for number, _ in sorted(keys_lacking)]
        if lacking:
            raise MoveError(f"With the settings in {file} the site would lack its {', '.join(lacking)}.")

    def storage(self, alias: str) -> Storage:
        return self._storages[alias]

    @contextlib.contextmanager
    def connected(self) -> Iterator[None]:
        """Open the new database, without time limits for statements. Raises MoveError."""
        try:
            with databases.defined(ALIAS, connections.configure_settings(self.settings["DATABASES"])["default"]):
                _execute("SET statement_timeout TO 0; SET idle_in_transaction_session_timeout TO 0")
                yield
        except OperationalError as error:
            raise MoveError(f"The new database failed: {str(error).splitlines()[0]}.") from error

    def manage(self, *arguments: str) -> None:
        """Run manage.py with the new settings. Raises MoveError."""
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)  # noqa: S603
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise MoveError(f"`manage.py {arguments[0]}` failed on the new servers: {reason}")

    def is_unfinished(self) -> bool:
        return MARK in connections[ALIAS].introspection.table_names()

    def is_empty(self) -> bool:
        return not connections[ALIAS].introspection.table_names()

    def claim(self) -> None:
        """Reserve the target for this move. Raises MoveError unless it is empty or left by an earlier try."""
        if self.is_unfinished():
            return
        found = [f"table {name}" for name in connections[ALIAS].introspection.table_names()[:1]]
        found += [f"file in {alias}" for alias in ("attachments", "default") if any(self.storage(alias).listdir(""))]
        if found:
            raise MoveError(f"The new servers are in use: they have a {found[0]}. Name an empty database and folder.")
        _execute(f"CREATE TABLE {MARK} ()")

    def release(self) -> None:
        """Let a site start on the target."""
        _execute(f"DROP TABLE {MARK}")


def _execute(statement: str) -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement)


def _settings_with(variables: dict[str, str]) -> dict[str, Any]:
    """Return the site's settings in another environment. Raises MoveError."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        return runpy.run_path(str(settings.BASE_DIR / "detoxsite" / "settings.py"))
    except ImproperlyConfigured as error:
        raise MoveError(f"The new settings are wrong: {error}") from None
    finally:
        os.environ.clear()
        os.environ.update(before)
