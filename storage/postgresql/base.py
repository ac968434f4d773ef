"""Django's PostgreSQL back end, which waits once, and not long, for a server that takes connections and never answers.

A page asks for several things, each of which may do without a database: each would wait for a connection anew, and
somebody in need of a telephone number for twenty seconds. docs/decisions/0009-several-machines.md has the numbers.
"""

import select
import time

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base
from psycopg.pq import ExecStatus

#: Seconds in which nobody in this process asks a server that has just been silent.
PAUSE = 2
_silent_until: dict[tuple, float] = {}  # by server


class DatabaseWrapper(base.DatabaseWrapper):
    """Raises OperationalError at once where the server has just kept somebody waiting in vain."""

    def get_new_connection(self, conn_params: dict) -> psycopg.Connection:
        if time.monotonic() < _silent_until.get(self._server, 0):
            raise psycopg.OperationalError("The database did not answer a moment ago.")
        try:
            return super().get_new_connection(conn_params)
        except psycopg.errors.ConnectionTimeout:
            self._was_silent()
            raise

    def is_usable(self) -> bool:
        """Asked before a kept connection is used again. Nothing on the wire would ever end such a wait."""
        if self.connection is None:
            return False
        try:
            return self._answers(settings.DATABASE_SECONDS)
        except psycopg.Error:
            return False

    def _answers(self, seconds: float) -> bool:
        line, end = self.connection.pgconn, time.monotonic() + seconds
        line.send_query(b"SELECT 1")
        line.flush()
        results = []
        while True:
            while not line.is_busy():
                if (result := line.get_result()) is None:
                    return [each.status for each in results] == [ExecStatus.TUPLES_OK]
                results.append(result)
            if not _has_something(line.socket, end - time.monotonic()):
                self._was_silent()
                return False
            line.consume_input()

    def _was_silent(self) -> None:
        _silent_until[self._server] = time.monotonic() + PAUSE

    @property
    def _server(self) -> tuple:
        return self.settings_dict["HOST"], self.settings_dict["PORT"]


def _has_something(descriptor: int, seconds: float) -> bool:
    poll = select.poll()  # select() itself fails with more than 1,024 files open
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(max(0, seconds) * 1000))
