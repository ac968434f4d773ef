"""Responses that a client does not receive at once: the event loop sends them, so that no thread waits.

A client that receives nothing costs a file descriptor and any response bytes that are not cached anyway.
"""

import contextlib
import errno
import select
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from gunicorn.workers.gthread import TConn

from detoxsite.settings import BODY_SECONDS
from server.connections import BODY_FLOOR

CHUNK = 256 * 1024  # bytes sent to one client before the next
MAX_HELD = 1024 * 1024  # bytes of one response in memory; a thread with more, as for a download, waits
MAX_HELD_BY_ALL = 64 * 1024 * 1024  # bytes in each process, without cached pages


class Outgoing(socket.socket):
    """An accepted connection that buffers what the kernel does not accept at once.

    `deadline`, for what is unsent: BODY_SECONDS, plus BODY_SECONDS per BODY_FLOOR bytes, the minimum speed of uploads.
    `held`: bytes that are in memory for this connection alone.
    """

    def __init__(self, accepted: socket.socket) -> None:
        super().__init__(accepted.family, accepted.type, accepted.proto, accepted.detach())
        self._parts: deque[tuple[memoryview, int]] = deque()  # what is unsent, and how much of `held` each part is
        self.held, self.deadline = 0, 0.0

    def sendall(self, data: bytes, flags: int = 0) -> None:  # type: ignore[override]  # gunicorn sends bytes
        """Send from a thread, which waits only beyond MAX_HELD. Raises ConnectionResetError at the deadline."""
        if data:
            self._add(memoryview(data), held=len(data))
        self.flush()
        while self.held > MAX_HELD:
            poll = select.poll()
            poll.register(self, select.POLLOUT)
            if not poll.poll(max(0, self.deadline - time.monotonic()) * 1000):
                raise ConnectionResetError(errno.ECONNRESET, "The client was too slow.")
            self.flush()

    def sendfile(self, file: BinaryIO, offset: int = 0, count: int | None = None) -> int:  # type: ignore[override]
        """Read the file, which is small, and send it. Raises ConnectionResetError if it has become shorter."""
        file.seek(offset)
        data = file.read(-1 if count is None else count)
        if len(data) < (count or 0):  # the next response would be taken for its rest
            raise ConnectionResetError(errno.ECONNRESET, "The file has become shorter.")
        self.sendall(data)
        return len(data)

    def send_cached(self, parts: list[bytes]) -> bool:
        """Send cached bytes from the loop; return whether all are sent. Raises OSError if it is closed."""
        try:
            sent = self.sendmsg(parts)
        except BlockingIOError:
            sent = 0
        for part in parts:
            if sent < len(part):
                self._add(memoryview(part)[sent:])
            sent = max(0, sent - len(part))
        return self.is_sent()

    def is_sent(self) -> bool:
        return not self._parts

    def flush(self) -> bool:
        """Send what the kernel accepts, at most CHUNK; return whether all is sent. Raises OSError if it is closed."""
        left = CHUNK
        while self._parts and left > 0:
            part, held = self._parts[0]
            try:
                sent = self.send(part, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return False
            except OSError:
                self._clear()
                raise
            left -= sent
            if sent < len(part):
                self._parts[0] = part[sent:], held
            else:
                self._parts.popleft()
                self.held -= held
        return not self._parts

    def close(self) -> None:
        self._clear()
        super().close()

    def _add(self, data: memoryview, held: int = 0) -> None:
        if not self._parts:
            self.deadline = time.monotonic() + BODY_SECONDS
        self.deadline += BODY_SECONDS * len(data) / BODY_FLOOR
        self._parts.append((data, held))
        self.held += held

    def _clear(self) -> None:
        self._parts.clear()
        self.held = 0


class Outbox:
    """The connections whose response is not sent yet. Calls `done` once it is, `lost` where it cannot be."""

    def __init__(
        self, poller: selectors.BaseSelector, done: Callable[[TConn, bool], None], lost: Callable[[TConn], None]
    ) -> None:
        self._poller, self._done, self._lost = poller, done, lost
        self._keep_alive: dict[TConn, bool] = {}  # whether it stays open afterwards; the oldest first

    def send(self, conn: TConn, *, keep: bool) -> None:
        """Send the response; nothing is read from the connection until it is sent."""
        conn.sock.setblocking(False)
        self._keep_alive[conn] = keep
        self._poller.register(conn.sock, selectors.EVENT_WRITE, partial(self._continue, conn))
        self._continue(conn, conn.sock)

    def drop_slow(self, now: float) -> None:
        """Close those past their deadline, and the oldest while the total in memory is too large."""
        for conn in list(self._keep_alive):
            if now > conn.sock.deadline:
                self.drop(conn)
        held = sum(conn.sock.held for conn in self._keep_alive)
        while held > MAX_HELD_BY_ALL:
            oldest = next(conn for conn in self._keep_alive if conn.sock.held)
            held -= oldest.sock.held
            self.drop(oldest)

    def oldest(self) -> TConn | None:
        """Return the connection that has taken longest so far."""
        return next(iter(self._keep_alive), None)

    def _continue(self, conn: TConn, sock: Outgoing) -> None:
        try:
            is_sent = sock.flush()
        except OSError:
            self.drop(conn)
            return
        if is_sent:
            self._done(conn, self._leave(conn))

    def drop(self, conn: TConn) -> None:
        self._leave(conn)
        self._lost(conn)

    def _leave(self, conn: TConn) -> bool:
        with contextlib.suppress(KeyError, ValueError):
            self._poller.unregister(conn.sock)
        return self._keep_alive.pop(conn)
