"""Decide which upload gets a thread, and store the text of forms that wait for one.

While half of the threads are free, every upload gets one. After that, an address may hold only its share of the free
ones, and the address with the fewest uploads goes first, so that a thousand slow uploads from one address cannot block
others. The text of a waiting form is stored at once, as its file may arrive late, or never.
"""

import math
import random
import re
import time
from collections import Counter
from concurrent.futures import Executor, ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from django.db import connections
from gunicorn.http import get_parser, wsgi
from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import TConn

from callbacks.values.upload_rules import TEXT_ONLY_ENVIRON
from detoxsite.settings import BODY_SECONDS, PROXY_HOPS, WEB_UPLOADS
from limits.addresses import sender
from server.accept_fairness import FairWorker
from server.connections import BODY_FLOOR, Pending, Upload
from server.lanes import HEAD_END

SHARES = 4  # with half of the threads busy, an address may hold at most 1/SHARES of the free ones
WAIT_SECONDS = 300  # for a thread; then the request is answered without its file, and the page offers to add it
MANY = 32  # waiting uploads of one address; when the worker runs out of connections, one is answered without its file
SCAN_BYTES = 4 * 1024  # between two searches for the start of a file
FILE_BYTES = 128  # leading bytes that distinguish a file from an empty field
_CONTACT_FORM = re.compile(rb"POST /(?:contact|es/contacto)/ ")
_FORWARDED = re.compile(rb"\r\nx-forwarded-for[ \t]*:([^\r\n]*)", re.IGNORECASE)
_NAMED_FILE = re.compile(rb"\r\ncontent-disposition:[^\r\n]*;[ \t]*filename\*?=(?:\"[^\"\r\n]|[^\s\";])", re.IGNORECASE)


class UploadQueue:
    """Chooses the next of the waiting uploads. `threads`: how many there are."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._running: dict[TConn, str] = {}
        self._waiting: dict[str, dict[TConn, None]] = {}  # FIFO per address

    def add(self, conn: TConn, address: str) -> None:
        self._waiting.setdefault(address, {})[conn] = None

    def leave(self, conn: TConn, address: str) -> None:
        """Forget an upload that has got a thread or was abandoned."""
        queue = self._waiting[address]
        del queue[conn]
        if not queue:
            del self._waiting[address]

    def take_next(self) -> TConn | None:
        """Return the upload that gets a thread now, and count it as running."""
        busy = len(self._running)
        if not self._waiting or busy >= self.threads:
            return None
        held = Counter(self._running.values())
        address = min(self._waiting, key=held.__getitem__)
        free = self.threads - busy
        if free <= busy and held[address] >= max(1, free // SHARES):
            return None
        self._waiting[address] = queue = self._waiting.pop(address)  # behind the others
        conn = next(iter(queue))
        self._running[conn] = address
        return conn

    def finish(self, conn: TConn) -> None:
        self._running.pop(conn, None)

    def least_needed(self) -> TConn | None:
        """Return the upload that has waited longest at the address with the most of them, if these are MANY."""
        queue = max(self._waiting.values(), key=len, default={})
        return next(iter(queue)) if len(queue) >= MANY else None


class UploadWorker(FairWorker):
    """A worker with a queue for uploads and threads that take them from it."""

    def init_process(self) -> None:
        self.upload_pool, self.queue = ThreadPoolExecutor(WEB_UPLOADS, "upload"), UploadQueue(WEB_UPLOADS)
        self.late_pool = ThreadPoolExecutor(1, "late")  # for form texts and abandoned uploads: hundreds at once
        self.uploads: dict[TConn, Upload] = {}
        super().init_process()

    def take_upload(self, conn: TConn, wait: Pending, head: bytes) -> None:
        """Pass a connection to a thread for uploads, or let it wait for one."""
        wait.address, wait.has_head = address_of(conn, head), True
        wait.allow(BODY_SECONDS)
        spread = random.uniform(0.8, 1.2)  # noqa: S311 - so that not all end at once
        wait.may_wait_until = time.monotonic() + spread * WAIT_SECONDS
        self.queue.add(conn, wait.address)
        self._start_uploads()
        if conn in self.pending:
            self.wait_on(conn, wait)

    def wait_on(self, conn: TConn, wait: Pending) -> None:
        """Store the text once it is complete, and read only enough to notice a sender that is too slow."""
        if len(wait.data) >= wait.scan_at:
            wait.scan_at = len(wait.data) + SCAN_BYTES
            if text := text_before_file(wait.data):
                wait.scan_at = math.inf
                self.late_pool.submit(self._store_text, conn.client, conn.server, text)
        if len(wait.data) >= BODY_FLOOR and wait.is_polled:
            self.poller.unregister(conn.sock)
            wait.is_polled = False
            wait.allow(wait.may_wait_until - time.monotonic())

    def upload_ended(self, conn: TConn) -> None:
        """Call for every request that has ended."""
        self.uploads.pop(conn, None)
        self.queue.finish(conn)
        self._start_uploads()

    def handle_in(self, lane: Executor, conn: TConn) -> object:
        """Handle a request in another thread than those for pages."""
        if lane is self.upload_pool:
            self.uploads[conn] = Upload(conn)
        try:
            return self.handle(conn)
        finally:
            connections.close_all()  # hundreds of idle threads must not hold on to database connections

    def _start_uploads(self) -> None:
        while conn := self.queue.take_next():
            self.dispatch_to(conn, self.upload_pool)

    def _store_text(self, client: object, server: object, text: bytes) -> None:
        """Have the application store a form as if it had been cut off inside the file.

        The whole form is posted later and adds the file to the same request, as any form that is sent twice.
        """
        try:
            request = next(get_parser(self.cfg, iter([text]), client))
            _, environ = wsgi.create(request, _NO_CONNECTION, client, server, self.cfg)
            environ |= {TEXT_ONLY_ENVIRON: True, "wsgi.multithread": True}
            response = self.wsgi(environ, lambda *args: None)
            getattr(response, "close", lambda: None)()
        except ParseException:
            pass  # the full request will be rejected too
        except Exception:
            self.log.exception("The text of a form could not be stored before its file.")


#: In place of a connection that must get no response, not even "100 Continue".
_NO_CONNECTION = SimpleNamespace(send=lambda data: None, sendall=lambda data: None)


def address_of(conn: TConn, head: bytes) -> str:
    """Return the client address used for rate limits."""
    forwarded = b",".join(_FORWARDED.findall(head + b"\r\n")).decode("latin-1")
    peer: Any = conn.client[0] if isinstance(conn.client, tuple) else ""
    return sender(forwarded, peer, PROXY_HOPS)


def text_before_file(data: bytes | bytearray) -> bytes:
    """Return a contact form's head and body up to the first bytes of its first file; b"" until those have arrived."""
    if not _CONTACT_FORM.match(data):
        return b""
    named = _NAMED_FILE.search(data, data.find(HEAD_END))
    header_end = data.find(HEAD_END, named.end()) if named else -1
    end = header_end + len(HEAD_END) + FILE_BYTES
    return bytes(data[:end]) if header_end >= 0 and len(data) >= end else b""
