"""Django's PostgreSQL back end with a short timeout for a server that accepts connections and never responds.

A page runs several queries that it can do without. If each waited for a connection, a reader who needs a phone number
would wait for twenty seconds, or ten with a connection pool. See docs/decisions/0009-several-machines.md.
"""

import select
import time
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base
from psycopg.pq import ExecStatus

PAUSE_SECONDS = 2  # before this process retries a server that has just been silent
_silent_until: dict[tuple[str, str], float] = {}  # by server


class DatabaseWrapper(base.DatabaseWrapper):
    """Raises OperationalError at once if the server was silent a moment ago."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        if time.monotonic() < _silent_until.get(self._server, 0):
            raise psycopg.OperationalError("The database did not answer a moment ago.")
        try:
            return super().get_new_connection(conn_params)
        except psycopg.errors.ConnectionTimeout:
            self._note_silence()
            raise

    def is_usable(self) -> bool:
        """Check a persistent connection before it is reused. Django's query could wait forever."""
        if self.connection is None:
            return False
        try:
            return self._responds(settings.DATABASE_SECONDS)
        except psycopg.Error:
            return False

    def _responds(self, seconds: float) -> bool:
        server, deadline = self.connection.pgconn, time.monotonic() + seconds
        server.send_query(b"SELECT 1")
        server.flush()
        statuses: list[int] = []
        while True:
            while not server.is_busy():
                if (result := server.get_result()) is None:
                    return statuses == [ExecStatus.TUPLES_OK]
                statuses.append(result.status)
            poll = select.poll()  # select() fails with more than 1,024 open files
            poll.register(server.socket, select.POLLIN)
            if not poll.poll(max(0, deadline - time.monotonic()) * 1000):
                self._note_silence()
                return False
            server.consume_input()

    def _note_silence(self) -> None:
        _silent_until[self._server] = time.monotonic() + PAUSE_SECONDS

    @property
    def _server(self) -> tuple[str, str]:
        return self.settings_dict["HOST"], self.settings_dict["PORT"]
