"""Django's SQLite back end, whose writers wait in a line.

SQLite lets a waiting writer try again after ever longer pauses, so that with many at once a late one often overtakes
one that has waited for a second (docs/decisions/0002-app-server.md). Here each transaction that will write first
takes its turn among those of its process. Another process still meets SQLite's own lock and its timeout.
"""

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from detoxsite.sqlite.queue import Queue

_queues: dict[str, Queue] = {}  # one a database file


class DatabaseWrapper(base.DatabaseWrapper):
    """Raises OperationalError, as SQLite does, where the turn does not come within the timeout."""

    _has_turn = False

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._end_turn()
            raise

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

    def _take_turn(self) -> None:
        seconds = self.settings_dict["OPTIONS"].get("timeout", 5)
        if not self._has_turn:
            if not self._queue.enter(seconds):
                raise OperationalError("database is locked")
            self._has_turn = True

    def _end_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._queue.leave()

    @property
    def _queue(self) -> Queue:
        # In one step: of two threads that ask first, both must get the same.
        return _queues.setdefault(str(self.settings_dict["NAME"]), Queue())
