"""The state of each connection: what it waits for, and an upload's progress."""

import socket
import time

from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn

from detoxsite.settings import BODY_SECONDS

BODY_FLOOR = 64 * 1024  # bytes of a large body that must arrive in each BODY_SECONDS
UPLOAD_SECONDS = 3 * 60 * 60  # for a whole body, at whatever speed
CROWDED_FACTOR = 0.25  # applied to each timeout when the worker runs out of connections


class CountingUnreader(SocketUnreader):
    """Counts the bytes it has read from the connection."""

    received = 0

    def chunk(self, size_hint: int | None = None) -> bytes:
        data = super().chunk(size_hint)
        self.received += len(data)
        return data


class Pending:
    """A connection in the event loop, which collects its request or, after the response, waits for the close."""

    def __init__(self, seconds: float, data: bytes = b"", *, is_answered: bool = False) -> None:
        self.allow(seconds)
        self.data, self.is_answered = bytearray(data), is_answered
        self.has_head = self.is_polled = False
        self.is_new = False  # no request has arrived on it yet
        # For an upload that waits for a thread:
        self.address = ""
        self.may_wait_until = 0.0
        self.scan_at = 0.0  # bytes of data

    @property
    def is_idle(self) -> bool:
        """Return whether it is new or kept alive, without any part of a request."""
        return not self.data and not self.is_answered

    def allow(self, seconds: float) -> None:
        """Restart the timeout."""
        self.started, self._seconds = time.monotonic(), seconds

    def is_expired(self, now: float, *, is_crowded: bool) -> bool:
        return now > self.started + self._seconds * (CROWDED_FACTOR if is_crowded else 1)


def has_unread(conn: TConn) -> bool:
    """Return whether there is something to read: bytes, or the end of the stream."""
    try:
        conn.sock.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


class Upload:
    """The progress of a large body that a thread is reading."""

    def __init__(self, conn: TConn) -> None:
        self.conn = conn
        self.seen = 0
        self.check_at = time.monotonic() + BODY_SECONDS
        self.end = time.monotonic() + UPLOAD_SECONDS

    def is_too_slow(self, now: float) -> bool:
        if now < self.check_at:
            return False
        received = self.conn.parser.unreader.received
        progress, self.seen, self.check_at = received - self.seen, received, now + BODY_SECONDS
        return progress < BODY_FLOOR or now > self.end
