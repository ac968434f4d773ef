"""Answers that the other side does not take in at once: the event loop sends the rest, and no thread waits for it.

A thread that has made an answer leaves it with the connection and is free. A reader who takes in nothing costs a file
descriptor, and the bytes of an answer that nobody else has in memory.
"""

import contextlib
import errno
import os
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

TURN = 256 * 1024  # bytes to one reader before it is the next one's turn
MOST_OF_ONE = 1024 * 1024  # bytes of one answer that may wait in memory; what makes more (downloads, in a lane) waits
MOST_OF_ALL = 64 * 1024 * 1024  # bytes in each process, without files and cached pages, which are there anyway


class _FilePart:
    """What is still to be sent of a file, which its owner may close meanwhile."""

    def __init__(self, file: BinaryIO, offset: int, count: int) -> None:
        self._fd, self._at, self.left = os.dup(file.fileno()), offset, count

    def send_to(self, connection: socket.socket) -> int:
        sent = os.sendfile(connection.fileno(), self._fd, self._at, min(self.left, TURN))
        if not sent:
            raise ConnectionAbortedError(errno.ECONNABORTED, "The file is shorter than it was.")
        self._at += sent
        self.left -= sent
        return sent

    def close(self) -> None:
        os.close(self._fd)


class _BytesPart:
    def __init__(self, data: bytes, held: int, sent: int = 0) -> None:
        self._rest, self.held = memoryview(data)[sent:], held

    @property
    def left(self) -> int:
        return len(self._rest)

    def send_to(self, connection: socket.socket) -> int:
        sent = connection.send(self._rest, socket.MSG_DONTWAIT)
        self._rest = self._rest[sent:]
        return sent

    def close(self) -> None:
        self._rest.release()


class Outgoing(socket.socket):
    """An accepted connection that keeps what the system does not take at once.

    `deadline`, for what is unsent: BODY_SECONDS, and as much again for each BODY_FLOOR of it, the least speed that
    uploads must have. `held`: bytes that are in memory for this connection alone.
    """

    def __init__(self, accepted: socket.socket) -> None:
        super().__init__(accepted.family, accepted.type, accepted.proto, accepted.detach())
        self._parts: deque[_BytesPart | _FilePart] = deque()
        self.held, self.deadline = 0, 0.0

    def sendall(self, data: bytes, flags: int = 0) -> None:
        """For threads. Waits only behind MOST_OF_ONE; raises ConnectionResetError at the deadline."""
        if data:
            self._add(_BytesPart(data, len(data)))
            self.held += len(data)
        self.flush()
        while self.held > MOST_OF_ONE:
            self._wait()
            self.flush()

    def sendfile(self, file: BinaryIO, offset: int = 0, count: int | None = None) -> int:
        """Leaves a file to the loop. `count` must be given."""
        self._add(_FilePart(file, offset, count))
        return count

    def send_cached(self, parts: list[bytes]) -> bool:
        """For the loop: sends bytes that others hold too, at once as far as may be. Whether all of them are sent.

        Raises OSError where the connection is gone.
        """
        try:
            sent = self.sendmsg(parts)
        except BlockingIOError:
            sent = 0
        for part in parts:
            if sent < len(part):
                self._add(_BytesPart(part, 0, sent))
            sent = max(0, sent - len(part))
        return self.is_sent()

    def is_sent(self) -> bool:
        return not self._parts

    def flush(self) -> bool:
        """Sends what the system takes, TURN at most. Whether all is sent.

        Raises OSError where the connection is gone.
        """
        left = TURN
        while self._parts and left > 0:
            part = self._parts[0]
            if isinstance(part, _FilePart) and self.gettimeout() != 0:
                return False  # it would wait
            try:
                left -= part.send_to(self)
            except BlockingIOError:
                return False
            except OSError:
                self._forget()
                raise
            if not part.left:
                self._parts.popleft().close()
                self.held -= getattr(part, "held", 0)
        return not self._parts

    def close(self) -> None:
        self._forget()
        super().close()

    def _add(self, part: _BytesPart | _FilePart) -> None:
        if not self._parts:
            self.deadline = time.monotonic() + BODY_SECONDS
        self.deadline += BODY_SECONDS * part.left / BODY_FLOOR
        self._parts.append(part)

    def _wait(self) -> None:
        room = select.poll()
        room.register(self, select.POLLOUT)
        if not room.poll(max(0, self.deadline - time.monotonic()) * 1000):
            raise ConnectionResetError(errno.ECONNRESET, "Not taken in in time.")

    def _forget(self) -> None:
        while self._parts:
            self._parts.popleft().close()
        self.held = 0


class Outbox:
    """The connections whose answer is not sent yet. Calls `done` once it is, `lost` where it cannot be."""

    def __init__(
        self, poller: selectors.BaseSelector, done: Callable[[TConn, bool], None], lost: Callable[[TConn], None]
    ) -> None:
        self._poller, self._done, self._lost = poller, done, lost
        self._keeps: dict[TConn, bool] = {}  # whether it stays open afterwards; the oldest first

    def send(self, conn: TConn, *, keep: bool) -> None:
        """Nothing more is read from the connection until its answer is sent."""
        conn.sock.setblocking(False)
        self._keeps[conn] = keep
        self._poller.register(conn.sock, selectors.EVENT_WRITE, partial(self._go_on, conn))
        self._go_on(conn, conn.sock)

    def give_up(self, now: float) -> None:
        """Closes those whose time is over, and the oldest ones while all of them take too much memory."""
        for conn in [conn for conn in self._keeps if now > conn.sock.deadline]:
            self.drop(conn)
        held = sum(conn.sock.held for conn in self._keeps)
        while held > MOST_OF_ALL:
            oldest = next(conn for conn in self._keeps if conn.sock.held)
            held -= oldest.sock.held
            self.drop(oldest)

    def oldest(self) -> TConn | None:
        """Who has taken longest so far."""
        return next(iter(self._keeps), None)

    def _go_on(self, conn: TConn, sock: Outgoing) -> None:
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
        return self._keeps.pop(conn)
