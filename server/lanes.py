"""Choose the threads for a request, and the connection to close when the worker runs out."""

import fcntl
import re
import struct
import termios
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote_to_bytes

from gunicorn.workers.gthread import TConn

from server.connections import Pending, has_unread

HEAD_END = b"\r\n\r\n"
BODY_FOLLOWS = re.compile(rb"\r\n(content-length|transfer-encoding|expect)[ \t]*:", re.IGNORECASE)
ONLY_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
_PATH = re.compile(rb"\s*\S+ (?:[a-z]+://[^/ ]*)?/*([^ ?]*)", re.IGNORECASE)
UNSENT_BYTES = 8 * 1024  # of earlier responses; a browser that requests the next page has less than this unread
GRACE_SECONDS = 1  # for the head of a new connection, which follows at once
MAX_QUEUED = 64  # requests in each lane that has one thread: some seconds of searches


class Lane(ThreadPoolExecutor):
    """A thread pool with a bounded queue; callers must check `is_full` before they submit."""

    def __init__(self, threads: int, name: str, limit: int = 10_000) -> None:
        super().__init__(threads, name)
        self._limit = limit
        self._unfinished: set[Future[Any]] = set()

    def is_full(self) -> bool:
        return len(self._unfinished) >= self._limit

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = super().submit(work, *args, **kwargs)
        self._unfinished.add(future)
        future.add_done_callback(self._unfinished.discard)
        return future


class Lanes:
    """Threads besides those for pages: for staff, whose downloads take long, for searches, for what reads the whole
    guide, and for clients that pipeline requests, as no browser does."""

    WHOLE_GUIDE = b"data .well-known sitemap.xml notes.html es/notas.html feedback es/comentario".split()

    def __init__(self) -> None:
        self._pipelined = Lane(1, "pipelined", MAX_QUEUED)
        staff, search, whole = Lane(8, "staff"), Lane(1, "search", MAX_QUEUED), Lane(1, "whole guide", MAX_QUEUED)
        self._by_folder = {b"admin": staff, b"search": search, b"es/buscar": search}
        self._by_folder |= dict.fromkeys(self.WHOLE_GUIDE, whole)  # a query or a cookie keeps them from the cache

    def pick(self, head: bytes, conn: TConn, *, is_pipelined: bool) -> Lane | None:
        """Return the lane for a request; None: the threads for pages. `is_pipelined`: another request follows it."""
        if is_pipelined or (head[:4] == b"GET " and unsent(conn) > UNSENT_BYTES):
            return self._pipelined
        path = _PATH.match(head)
        folders = unquote_to_bytes(path[1]).lstrip(b"/").split(b"/") if path else [b""]
        return self._by_folder.get(b"/".join(folders[:2]) if folders[0] == b"es" else folders[0])


def unsent(conn: TConn) -> int:
    """Return how many bytes of responses the client has not received yet."""
    return struct.unpack("i", fcntl.ioctl(conn.sock, termios.TIOCOUTQ, bytes(4)))[0]


def least_needed(pending: dict[TConn, Pending]) -> TConn | None:
    """Return an idle keep-alive connection, otherwise the oldest without a complete head, unless it is new."""
    idle = (conn for conn, wait in pending.items() if wait.is_idle and not wait.is_new and not has_unread(conn))
    return next(idle, None) or _oldest_headless(pending, time.monotonic() - GRACE_SECONDS)


def last_resort(pending: dict[TConn, Pending]) -> TConn | None:
    """Return an answered connection that is not closed yet, otherwise the oldest that is new or has a partial form."""
    answered = (conn for conn, wait in pending.items() if wait.is_answered and not has_unread(conn))
    half = (conn for conn, wait in pending.items() if wait.has_head)
    return next(answered, None) or next(half, None) or _oldest_headless(pending, time.monotonic())


def _oldest_headless(pending: dict[TConn, Pending], before: float) -> TConn | None:
    for conn, wait in pending.items():
        if not wait.is_answered and not wait.has_head and wait.started < before and not has_unread(conn):
            return conn
    return None
