"""What the worker knows of each connection: what it waits for, and how far an upload has come."""

import socket
import time

from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn

from detoxsite.settings import BODY_SECONDS

BODY_FLOOR = 64 * 1024  # bytes
UPLOAD_SECONDS = 3 * 60 * 60  # for a whole body, however fast


class CountingUnreader(SocketUnreader):
    """Knows how many bytes it has read from the connection."""

    received = 0

    def chunk(self, size_hint: int | None = None) -> bytes:
        data = super().chunk(size_hint)
        self.received += len(data)
        return data


class Waiting:
    """What the loop does with a connection that no thread has: collect a request, or wait for the end of it."""

    def __init__(self, seconds: float, data: bytes | None) -> None:
        self.allow(seconds)
        self.data = data if data is None else bytearray(data)  # None: answered, waits for the other side to hang up
        self.has_head = self.is_polled = False
        self.address = ""  # of one that waits for a thread for uploads
        self.may_wait_until = self.look_at = 0.0
        self.is_new = False  # nothing was asked on it yet

    def allow(self, seconds: float) -> None:
        """From now on."""
        self.begun, self._seconds = time.monotonic(), seconds

    def is_over(self, now: float, *, is_crowded: bool) -> bool:
        """Where places run out, a quarter of the time must do."""
        return now > self.begun + self._seconds * (0.25 if is_crowded else 1)


def has_sent(conn: TConn) -> bool:
    """Whether bytes, or the end, have arrived that nobody has read yet."""
    try:
        conn.sock.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


class Upload:
    """How far a large body has come."""

    def __init__(self, conn: TConn) -> None:
        self.conn = conn
        self.seen = 0
        self.check_at = time.monotonic() + BODY_SECONDS
        self.end = time.monotonic() + UPLOAD_SECONDS

    def is_too_slow(self, now: float) -> bool:
        if now < self.check_at:
            return False
        received = self.conn.parser.unreader.received
        brought, self.seen, self.check_at = received - self.seen, received, now + BODY_SECONDS
        return brought < BODY_FLOOR or now > self.end
