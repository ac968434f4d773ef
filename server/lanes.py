"""Which threads take a request, and which connection makes room for a newcomer."""

import fcntl
import re
import struct
import termios
import time
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import unquote_to_bytes

from gunicorn.workers.gthread import TConn

from server.connections import Waiting, has_sent

HEAD_END = b"\r\n\r\n"
BODY_FOLLOWS = re.compile(rb"\r\n(content-length|transfer-encoding|expect)[ \t]*:", re.IGNORECASE)
ONLY_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
_PATH = re.compile(rb"\s*\S+ (?:[a-z]+://[^/ ]*)?/*([^ ?]*)", re.IGNORECASE)
UNSENT_BYTES = 8 * 1024  # of earlier answers: more than can be on its way still to who asks for the next page
GRACE_SECONDS = 1  # for the head of a newcomer, which comes right behind
MOST_WAITING = 64  # requests in each process: some seconds of searches


class Lane(ThreadPoolExecutor):
    """Threads with a bound to what waits for them."""

    def __init__(self, threads: int, name: str, most: int = 10_000) -> None:
        super().__init__(threads, name)
        self._most = most
        self._unfinished: set[Future] = set()

    def is_full(self) -> bool:
        return len(self._unfinished) >= self._most

    def submit(self, *work: object) -> Future:
        done = super().submit(*work)
        self._unfinished.add(done)
        done.add_done_callback(self._unfinished.discard)
        return done


class Lanes:
    """Threads apart from those for pages: for staff, whose downloads are long on the way, for searches, and for who
    does not wait for answers before asking on, as no browser does."""

    def __init__(self) -> None:
        self._hasty = Lane(1, "hasty", MOST_WAITING)
        self._by_folder = {b"admin": Lane(8, "staff"), b"search": Lane(1, "search", MOST_WAITING)}

    def pick(self, head: bytes, conn: TConn, *, is_hasty: bool) -> Lane | None:
        """The lane for a request, or None for that of pages. `is_hasty`: the next one is behind it already."""
        if is_hasty or (head[:4] == b"GET " and unsent(conn) > UNSENT_BYTES):
            return self._hasty
        path = _PATH.match(head)
        return self._by_folder.get(unquote_to_bytes(path[1]).lstrip(b"/").partition(b"/")[0]) if path else None


def unsent(conn: TConn) -> int:
    """How many bytes of answers the other side has not taken in yet."""
    return struct.unpack("i", fcntl.ioctl(conn.sock, termios.TIOCOUTQ, bytes(4)))[0]


def least_needed(waiting: dict[TConn, Waiting]) -> TConn | None:
    """A kept-alive connection that asks for nothing, else the oldest one without a whole head, unless it is new."""
    idle = (conn for conn, wait in waiting.items() if wait.data == b"" and not wait.is_new and not has_sent(conn))
    return next(idle, None) or _oldest_headless(waiting, time.monotonic() - GRACE_SECONDS)


def last_resort(waiting: dict[TConn, Waiting]) -> TConn | None:
    """Who has an answer and does not hang up, else the oldest one with half a form, else a new one."""
    answered = (conn for conn, wait in waiting.items() if wait.data is None and not has_sent(conn))
    half = (conn for conn, wait in waiting.items() if wait.has_head)
    return next(answered, None) or next(half, None) or _oldest_headless(waiting, time.monotonic())


def _oldest_headless(waiting: dict[TConn, Waiting], before: float) -> TConn | None:
    for conn, wait in waiting.items():
        if wait.data is not None and not wait.has_head and wait.begun < before and not has_sent(conn):
            return conn
    return None
