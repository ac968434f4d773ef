"""Django's SQLite back end with a queue of writers.

SQLite lets a waiting writer retry after ever longer pauses, so that a late one often overtakes one that has waited for
a second (docs/decisions/0002-app-server.md). Here the write transactions of a process take turns; another process still
meets SQLite's own lock. A request writes several times: once it has waited for all of the timeout, the rest of it waits
only briefly.
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from storage.sqlite.fair_lock import FairLock

_locks: dict[str, FairLock] = {}  # by database file
_inodes: dict[str, int] = {}  # of each database file, as this process first opened it
#: Seconds after a timeout in which the same thread, most likely for the same request, waits only BRIEFLY.
IMPATIENT_SECONDS = 2
BRIEFLY = 0.1  # seconds


def forget_file(path: Path) -> None:
    """To be called by a process that has replaced the file itself, as a restore does."""
    _inodes.pop(str(path), None)


class DatabaseWrapper(base.DatabaseWrapper):
    """Raises OperationalError, as SQLite does, where the turn does not come within the timeout, and where the file was
    deleted or replaced since this process opened it: what is written to the old one would be lost with it."""

    _has_turn = False
    _impatient_until = float("-inf")

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        self._check_file()  # else SQLite would create an empty file where one was deleted
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        if not self.is_in_memory_db():
            _inodes.setdefault(self._name, os.stat(self._name).st_ino)
        return connection

    def _check_file(self) -> None:
        if self._name not in _inodes:
            return
        try:
            is_same = os.stat(self._name).st_ino == _inodes[self._name]
        except FileNotFoundError:
            is_same = False
        if not is_same:
            raise OperationalError("The database file was deleted or replaced. Put it back, and restart the site.")

    def _start_transaction_under_autocommit(self) -> None:
        self._check_file()
        is_impatient = time.monotonic() < self._impatient_until
        timeout = min(BRIEFLY, self._timeout) if is_impatient else self._timeout
        deadline = time.monotonic() + timeout
        try:
            self._take_turn(timeout)
            with self._busy_timeout(max(BRIEFLY, deadline - time.monotonic())):
                super()._start_transaction_under_autocommit()  # type: ignore[misc]  # Django's stubs lack it
        except BaseException as error:
            self._end_turn()
            if isinstance(error, OperationalError) and timeout > BRIEFLY:  # a brief wait proves nothing
                self._impatient_until = time.monotonic() + IMPATIENT_SECONDS
            raise
        self._impatient_until = float("-inf")

    @contextlib.contextmanager
    def _busy_timeout(self, seconds: float) -> Iterator[None]:
        """Shorten SQLite's own timeout."""
        if seconds > self._timeout - BRIEFLY:  # the turn came at once, as nearly always
            yield
            return
        self.connection.execute(f"PRAGMA busy_timeout={seconds * 1000:.0f}")
        try:
            yield
        finally:
            self.connection.execute(f"PRAGMA busy_timeout={self._timeout * 1000:.0f}")

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # where this fails, Django rolls back
        self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _take_turn(self, timeout: float) -> None:
        if not self._has_turn:
            if not self._lock.acquire(timeout):
                raise OperationalError("database is locked")
            self._has_turn = True

    def _end_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._lock.release()

    @property
    def _timeout(self) -> float:
        seconds: float = self.settings_dict["OPTIONS"].get("timeout", 5)
        return seconds

    @property
    def _name(self) -> str:
        return str(self.settings_dict["NAME"])

    @property
    def _lock(self) -> FairLock:
        # In one step: of two threads that ask first, both must get the same.
        return _locks.setdefault(self._name, FairLock())
