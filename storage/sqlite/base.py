"""Django's SQLite back end with a queue of writers.

SQLite lets a waiting writer retry after ever longer pauses, so that a late one often overtakes it. Here the write
transactions of a process queue for one lock; other processes still compete for SQLite's own. A request writes several
times: after one full timeout, its later writes wait only briefly.
"""

import collections
import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from storage import read_only

_inodes: dict[str, int] = {}  # by database file, as this process first opened it
#: For so long after a timeout, the same thread (most likely the same request) waits only SHORT_TIMEOUT seconds.
FAST_FAIL_SECONDS = 2
SHORT_TIMEOUT = 0.1


class FairLock:
    """A lock that waiting threads acquire in FIFO order. It is a connection's: another thread may release it."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._turns: collections.deque[threading.Event] = collections.deque()  # the first is the holder's

    def acquire(self, timeout: float) -> bool:
        """Return False if the lock was not acquired within `timeout` seconds."""
        turn = threading.Event()
        with self._mutex:
            self._turns.append(turn)
            if self._turns[0] is turn:
                return True
        if turn.wait(timeout):
            return True
        with self._mutex:
            if turn.is_set():  # just after the timeout
                return True
            self._turns.remove(turn)
        return False

    def release(self) -> None:
        with self._mutex:
            self._turns.popleft()
            if self._turns:
                self._turns[0].set()


_locks: dict[str, FairLock] = {}  # by database file


def forget_file(path: Path) -> None:
    """Forget which file was opened. Call it after replacing the file, as a restore does."""
    _inodes.pop(str(path), None)


class DatabaseWrapper(base.DatabaseWrapper):
    """Raises OperationalError, as SQLite does, if the write lock is not free within the timeout.

    Also if the file was deleted or replaced since this process opened it: what is written to it would be lost.
    """

    _has_write_lock = False
    _fast_fail_until = float("-inf")

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        self._check_file()  # otherwise SQLite would create an empty file if it was deleted
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        if not self.is_in_memory_db():
            _inodes.setdefault(self._name, os.stat(self._name).st_ino)
        return connection

    def _check_file(self) -> None:
        inode = 0
        with contextlib.suppress(OSError):
            inode = os.stat(self._name).st_ino
        if inode != _inodes.get(self._name, inode):
            raise OperationalError("The database file was deleted or replaced. Put it back, and restart the site.")

    def _start_transaction_under_autocommit(self) -> None:
        self._check_file()
        if read_only.is_on():
            raise OperationalError("The site is being moved to servers, or was: nothing is written here.")
        fails_fast = time.monotonic() < self._fast_fail_until
        timeout = min(SHORT_TIMEOUT, self._timeout) if fails_fast else self._timeout
        deadline = time.monotonic() + timeout
        try:
            if not self._has_write_lock:
                if not self._lock.acquire(timeout):
                    raise OperationalError("database is locked")
                self._has_write_lock = True
            with self._busy_timeout(max(SHORT_TIMEOUT, deadline - time.monotonic())):
                super()._start_transaction_under_autocommit()  # type: ignore[misc]  # Django's stubs lack it
        except BaseException as error:
            self._release_write_lock()
            if isinstance(error, OperationalError) and timeout > SHORT_TIMEOUT:  # a short wait proves nothing
                self._fast_fail_until = time.monotonic() + FAST_FAIL_SECONDS
            raise
        self._fast_fail_until = float("-inf")

    @contextlib.contextmanager
    def _busy_timeout(self, seconds: float) -> Iterator[None]:
        """Shorten SQLite's own timeout."""
        if seconds > self._timeout - SHORT_TIMEOUT:  # acquired immediately, the usual case
            yield
            return
        self.connection.execute(f"PRAGMA busy_timeout={seconds * 1000:.0f}")
        try:
            yield
        finally:
            self.connection.execute(f"PRAGMA busy_timeout={self._timeout * 1000:.0f}")

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # if this fails, Django rolls back
        self._release_write_lock()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._release_write_lock()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._release_write_lock()

    def _release_write_lock(self) -> None:
        if self._has_write_lock:
            self._has_write_lock = False
            self._lock.release()

    @property
    def _timeout(self) -> float:
        return self.settings_dict["OPTIONS"].get("timeout", 5)

    @property
    def _name(self) -> str:
        return str(self.settings_dict["NAME"])

    @property
    def _lock(self) -> FairLock:
        # setdefault is atomic: racing threads must get the same lock.
        return _locks.setdefault(self._name, FairLock())
