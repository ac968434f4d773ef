"""Who gets one of the threads for uploads, and the text of the forms that wait for one.

While half of the threads are free, everybody gets one. After that an address may hold no more than its share of what
is left, and who has the fewest under way goes first, so that a thousand slow uploads from one address keep nobody
else's from being read. The text of a form that has to wait is stored at once: its file may take long to be read, or
never be.
"""

import math
import random
import re
import time
from collections import Counter
from concurrent.futures import Executor, ThreadPoolExecutor

from django.db import connections
from gunicorn.http import get_parser, wsgi
from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import TConn

from detoxsite.settings import BODY_SECONDS, PROXY_HOPS, WEB_UPLOADS
from limits.addresses import sender
from server.accept_fairness import TurnTaker
from server.connections import BODY_FLOOR, Upload, Waiting
from server.lanes import HEAD_END

SHARES = 4  # with half of the threads taken, an address may hold no more than this part of those that are free
WAIT_SECONDS = 300  # for a thread; then the request is answered without its file, and the page offers to add it
MANY = 32  # waiting uploads of one address: with the places for connections used up, one is answered without its file
LOOK_BYTES = 4 * 1024  # that must have come before the next look for the beginning of a file
FILE_BYTES = 128  # at its beginning, that tell a file from an empty field
TEXT_ONLY = "detoxsite.text_only"  # in the WSGI environment of a form whose file is still to come
_CONTACT_FORM = re.compile(rb"POST /contact/ ")
_FORWARDED = re.compile(rb"\r\nx-forwarded-for[ \t]*:([^\r\n]*)", re.IGNORECASE)
_NAMED_FILE = re.compile(rb"\r\ncontent-disposition:[^\r\n]*;[ \t]*filename\*?=(?:\"[^\"\r\n]|[^\s\";])", re.IGNORECASE)


class UploadQueue:
    """Which of the waiting uploads is next. `threads`: how many there are."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._under_way: dict[TConn, str] = {}
        self._waiting: dict[str, dict[TConn, None]] = {}  # by address; among equals the first one is next

    def add(self, conn: TConn, address: str) -> None:
        self._waiting.setdefault(address, {})[conn] = None

    def leave(self, conn: TConn, address: str) -> None:
        """It has got a thread, or has been given up."""
        line = self._waiting[address]
        del line[conn]
        if not line:
            del self._waiting[address]

    def take_next(self) -> TConn | None:
        """The upload that is to get a thread now, which counts as under way from here on."""
        busy = len(self._under_way)
        if not self._waiting or busy >= self.threads:
            return None
        held = Counter(self._under_way.values())
        address = min(self._waiting, key=held.__getitem__)
        free = self.threads - busy
        if free <= busy and held[address] >= max(1, free // SHARES):
            return None
        self._waiting[address] = line = self._waiting.pop(address)  # behind the others
        conn = next(iter(line))
        self._under_way[conn] = address
        return conn

    def finish(self, conn: TConn) -> None:
        self._under_way.pop(conn, None)

    def least_needed(self) -> TConn | None:
        """The one that has waited longest at the address with the most of them, where these are very many."""
        line = max(self._waiting.values(), key=len, default={})
        return next(iter(line)) if len(line) >= MANY else None


class UploadTaker(TurnTaker):
    """A worker with threads for uploads and a queue before them."""

    def init_process(self) -> None:
        self.upload_pool, self.queue = ThreadPoolExecutor(WEB_UPLOADS, "upload"), UploadQueue(WEB_UPLOADS)
        self.late_pool = ThreadPoolExecutor(1, "late")  # texts, and those given up: hundreds at once
        self.uploads: dict[TConn, Upload] = {}
        super().init_process()

    def take_upload(self, conn: TConn, wait: Waiting, head: bytes) -> None:
        """Gives a connection to a thread for uploads, or lets it wait for one."""
        now = time.monotonic()
        wait.address, wait.has_head = address_of(conn, head), True
        wait.allow(BODY_SECONDS)
        wait.may_wait_until = now + random.uniform(0.8, 1.2) * WAIT_SECONDS  # noqa: S311 - so as not to end all at once
        self.queue.add(conn, wait.address)
        self._start_uploads()
        if conn in self.waiting:
            self.wait_on(conn, wait)

    def wait_on(self, conn: TConn, wait: Waiting) -> None:
        """Stores the text once it stands, and collects no more than tells a slow sender from one who may wait."""
        if len(wait.data) >= wait.look_at:
            wait.look_at = len(wait.data) + LOOK_BYTES
            if text := text_before_file(wait.data):
                wait.look_at = math.inf
                self.late_pool.submit(self._store_text, conn.client, conn.server, text)
        if len(wait.data) >= BODY_FLOOR and wait.is_polled:
            self.poller.unregister(conn.sock)
            wait.is_polled = False
            wait.allow(wait.may_wait_until - time.monotonic())

    def upload_ended(self, conn: TConn) -> None:
        """To be called for every request that has ended."""
        self.uploads.pop(conn, None)
        self.queue.finish(conn)
        self._start_uploads()

    def handle_apart(self, lane: Executor, conn: TConn) -> object:
        if lane is self.upload_pool:
            self.uploads[conn] = Upload(conn)
        try:
            return self.handle(conn)
        finally:
            connections.close_all()  # hundreds of idle threads must not hold the database's few places

    def _start_uploads(self) -> None:
        while conn := self.queue.take_next():
            self._take(conn, self.upload_pool)

    def _store_text(self, client, server, text: bytes) -> None:
        """Asks the application to keep the form as if it had broken off in its file. Once the whole of it is read, the
        file comes to the same request, as it does when a form is sent again."""
        try:
            request = next(get_parser(self.cfg, iter([text]), client))
            _, environ = wsgi.create(request, _Nobody(), client, server, self.cfg)
            environ |= {TEXT_ONLY: True, "wsgi.multithread": True}
            response = self.wsgi(environ, lambda *args: None)
            getattr(response, "close", lambda: None)()
        except ParseException:
            pass  # the whole of it gets an answer that says so
        except Exception:
            self.log.exception("The text of a form could not be stored before its file.")


class _Nobody:
    """Stands for the connection where nobody is to be answered, not even with "100 Continue"."""

    def sendall(self, data: bytes) -> None:
        pass

    send = sendall


def address_of(conn: TConn, head: bytes) -> str:
    """Whose upload it is, as limits see it."""
    forwarded = b",".join(_FORWARDED.findall(head + b"\r\n")).decode("latin-1")
    peer = conn.client[0] if isinstance(conn.client, tuple) else ""
    return sender(forwarded, peer, PROXY_HOPS)


def text_before_file(data: bytes) -> bytes:
    """Head and body of a contact form up to the first bytes of its first file; nothing as long as there is none."""
    if not _CONTACT_FORM.match(data):
        return b""
    named = _NAMED_FILE.search(data, data.find(HEAD_END))
    header_end = data.find(HEAD_END, named.end()) if named else -1
    end = header_end + len(HEAD_END) + FILE_BYTES
    return bytes(data[:end]) if header_end >= 0 and len(data) >= end else b""
