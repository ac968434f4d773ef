"""Which threads take a request, and which connection makes room for a newcomer."""

import fcntl
import re
import struct
import termios
from concurrent.futures import Executor, ThreadPoolExecutor
from urllib.parse import unquote_to_bytes

from gunicorn.workers.gthread import TConn

from detoxsite.connections import Waiting, has_sent

HEAD_END = b"\r\n\r\n"
BODY_FOLLOWS = re.compile(rb"\r\n(content-length|transfer-encoding|expect)[ \t]*:", re.IGNORECASE)
ONLY_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
_PATH = re.compile(rb"\s*\S+ (?:[a-z]+://[^/ ]*)?/*([^ ?]*)", re.IGNORECASE)
UNSENT_BYTES = 32 * 1024  # with less than this before it, a page still fits into the system's send buffer


class Lanes:
    """Threads apart from those for pages: for answers that may be long on the way, for staff, and for searches."""

    def __init__(self) -> None:
        self.slow = ThreadPoolExecutor(16, "slow")
        self._by_folder = {
            b"static": self.slow,
            b"admin": ThreadPoolExecutor(8, "staff"),
            b"search": ThreadPoolExecutor(1, "search"),
        }

    def pick(self, head: bytes, conn: TConn) -> Executor | None:
        """The lane for a request, or None for that of pages. Who has not taken in earlier answers waits apart."""
        if unsent(conn) > UNSENT_BYTES:
            return self.slow
        path = _PATH.match(head)
        return self._by_folder.get(unquote_to_bytes(path[1]).lstrip(b"/").partition(b"/")[0]) if path else None


def unsent(conn: TConn) -> int:
    """How many bytes of answers the other side has not taken in yet."""
    return struct.unpack("i", fcntl.ioctl(conn.sock, termios.TIOCOUTQ, bytes(4)))[0]


def least_needed(waiting: dict[TConn, Waiting]) -> TConn | None:
    """A kept-alive connection that asks for nothing, else the oldest one that has not sent a whole head."""
    idle = (conn for conn, wait in waiting.items() if wait.data == b"" and not wait.is_new and not has_sent(conn))
    headless = (
        conn for conn, wait in waiting.items() if wait.data is not None and not wait.has_head and not has_sent(conn)
    )
    return next(idle, None) or next(headless, None)
