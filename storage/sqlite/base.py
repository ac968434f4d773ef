"""Django's SQLite back end, whose writers wait in a line.

SQLite lets a waiting writer try again after ever longer pauses, so that with many at once a late one often overtakes
one that has waited for a second (docs/decisions/0002-app-server.md). Here each transaction that will write first
takes its turn among those of its process. Another process still meets SQLite's own lock and its timeout. One request
writes several times: where it has waited for all of the timeout in vain, what follows does not wait so long again.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from storage.sqlite.queue import Queue

_queues: dict[str, Queue] = {}  # one a database file
_inodes: dict[str, int] = {}  # of each database file, as this process first opened it
#: Seconds after a wait in vain in which the same thread, most likely for the same request, waits only SHORTLY.
PAUSE = 2
SHORTLY = 0.1


def forget_file(path: Path) -> None:
    """This process has replaced the file itself, as a restore does."""
    _inodes.pop(str(path), None)


class DatabaseWrapper(base.DatabaseWrapper):
    """Raises OperationalError, as SQLite does, where the turn does not come within the timeout, and where the file was
    deleted or replaced since this process opened it: what is written to the old one would be gone with it."""

    _has_turn = False
    _in_vain_until = float("-inf")

    def get_new_connection(self, conn_params):
        self._check_file()  # else SQLite would make an empty one in the place of one that was deleted
        connection = super().get_new_connection(conn_params)
        if not self.is_in_memory_db():
            name = str(self.settings_dict["NAME"])
            _inodes.setdefault(name, os.stat(name).st_ino)
        return connection

    def _check_file(self) -> None:
        name = str(self.settings_dict["NAME"])
        if name not in _inodes:
            return
        try:
            is_same = os.stat(name).st_ino == _inodes[name]
        except FileNotFoundError:
            is_same = False
        if not is_same:
            raise OperationalError("The database file was deleted or replaced. Put it back, and restart the site.")

    def _start_transaction_under_autocommit(self) -> None:
        self._check_file()
        patience, began = self._patience, time.monotonic()
        try:
            self._take_turn(patience)
            with self._waiting(max(SHORTLY, began + patience - time.monotonic())):
                super()._start_transaction_under_autocommit()
        except BaseException as error:
            self._end_turn()
            if isinstance(error, OperationalError) and patience > SHORTLY:  # a short wait says nothing
                self._in_vain_until = time.monotonic() + PAUSE
            raise
        self._in_vain_until = float("-inf")

    @contextlib.contextmanager
    def _waiting(self, seconds: float) -> Iterator[None]:
        """Has SQLite itself wait so long at most."""
        if seconds > self._timeout - SHORTLY:  # the turn came at once, as nearly always
            yield
            return
        self.connection.execute(f"PRAGMA busy_timeout={seconds * 1000:.0f}")
        try:
            yield
        finally:
            self.connection.execute(f"PRAGMA busy_timeout={self._timeout * 1000:.0f}")

    def _commit(self) -> None:
        super()._commit()  # where this fails, Django rolls back
        self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._end_turn()

    def _take_turn(self, patience: float) -> None:
        if not self._has_turn:
            if not self._queue.enter(patience):
                raise OperationalError("database is locked")
            self._has_turn = True

    @property
    def _timeout(self) -> float:
        return self.settings_dict["OPTIONS"].get("timeout", 5)

    @property
    def _patience(self) -> float:
        return min(SHORTLY, self._timeout) if time.monotonic() < self._in_vain_until else self._timeout

    def _end_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._queue.leave()

    @property
    def _queue(self) -> Queue:
        # In one step: of two threads that ask first, both must get the same.
        return _queues.setdefault(str(self.settings_dict["NAME"]), Queue())
