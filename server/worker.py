"""gunicorn's threaded worker, changed so that slow clients cannot block readers.

The event loop collects the head of a request and a small body after it; only then does a thread take it: one of a few
for pages or, where a large body follows, one of many for uploads. docs/decisions/0002-app-server.md explains why.
"""

import contextlib
import errno
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn

from detoxsite.settings import BODY_SECONDS, HEAD_SECONDS
from server.connections import CountingUnreader, Pending, has_unread
from server.lanes import BODY_FOLLOWS, HEAD_END, ONLY_LENGTH, Lanes, last_resort, least_needed
from server.outbox import Outbox, Outgoing
from server.uploads import UploadWorker

MAX_SMALL_BODY = 64 * 1024  # bytes; enough for any form without a file
MAX_HEAD_BYTES = 128 * 1024  # bytes; gunicorn refuses a longer one
LINGER_SECONDS = 2  # for the client to close the connection after its response
STOP_GRACE_SECONDS = 3  # after shutdown starts, for the first request of a connection
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\nConnection: close\r\n\r\n"
SAVE_SECONDS = 5  # before the graceful shutdown ends, when the text of unfinished forms is saved
CHECK_SECONDS = 0.25  # between timeout sweeps
CROWDED = 0.9  # share of worker_connections


class Worker(UploadWorker):
    """Lanes of threads behind one loop that reads heads. Extends gunicorn 27's ThreadWorker."""

    def init_process(self) -> None:
        self.lanes = Lanes()
        self.pending: dict[TConn, Pending] = {}
        self.read_closed: set[TConn] = set()  # connections from which no more is read
        self.checked_at = self.stopped_at = 0.0
        self.cached_response: Callable[[bytes], tuple[list[bytes], bool] | None] = lambda request: None
        super().init_process()

    def run(self) -> None:
        """Serve. An application may have a `cached_response`, for requests that it answers from memory (pagecache)."""
        self.cached_response = getattr(self.wsgi, "cached_response", self.cached_response)
        self.busy_response = getattr(self.wsgi, "busy_response", BUSY)
        self.outbox = Outbox(self.poller, self._response_sent, self._drop)
        super().run()

    def accept_one(self, listener: socket.socket) -> bool:
        """Accept one connection. Return False if another worker was quicker."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in {errno.EAGAIN, errno.ECONNABORTED}:
                return False
            raise
        if self._is_crowded():
            self._make_room()
        self.nr_conns += 1
        conn = TConn(self.cfg, Outgoing(client), address, listener.getsockname())
        self._wait_for(conn, Pending(HEAD_SECONDS))
        self.pending[conn].is_new = True
        return True

    def _is_crowded(self) -> bool:
        return bool(self.nr_conns > self.worker_connections * CROWDED)

    def _make_room(self) -> None:
        if idle := least_needed(self.pending):
            self._close_pending(idle)
        elif waits := self.queue.least_needed():
            self._stop_waiting(waits, self.pending[waits])
        elif slowest := self.outbox.oldest():
            self.outbox.drop(slowest)
        elif last := last_resort(self.pending):
            self._stop_waiting(last, self.pending[last])

    def finish_request(self, conn: TConn, done: Future[Any]) -> None:
        self.upload_ended(conn)
        keep_alive = bool(not done.cancelled() and not done.exception() and done.result())
        if conn.sock.is_sent():
            self._response_sent(conn, keep_alive)
        else:
            self.outbox.send(conn, keep=keep_alive)

    def _response_sent(self, conn: TConn, keep_alive: bool) -> None:
        try:
            if keep_alive and self.alive and conn not in self.read_closed:
                early = conn.parser.unreader.take_buffered() if conn.parser else b""  # of the next request
                self._wait_for(conn, Pending(HEAD_SECONDS if early else self.cfg.keepalive, early))
            else:
                self._hang_up(conn)
        except OSError:
            self._drop(conn)

    def _hang_up(self, conn: TConn) -> None:
        """Shut down sending and wait for the client to close: otherwise it could lose the end of the response."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        # A connection that is shut down for reading always polls as readable, though its client has not closed it.
        self._wait_for(conn, Pending(LINGER_SECONDS, is_answered=True), is_polled=conn not in self.read_closed)

    def murder_pending(self) -> None:
        """Enforce timeouts. The loop calls this at least once a second, including during shutdown."""
        now = time.monotonic()
        if now < self.checked_at + CHECK_SECONDS:
            return
        self.checked_at = now
        self.outbox.drop_slow(now)
        is_crowded = self._is_crowded()
        self.stopped_at = 0.0 if self.alive else self.stopped_at or now
        saving = self.stopped_at and now > self.stopped_at + self.cfg.graceful_timeout - SAVE_SECONDS
        for conn, wait in list(self.pending.items()):
            # During shutdown, close idle connections first, and unfinished forms when it is time to save their text.
            is_expired = wait.is_expired(now, is_crowded=is_crowded) or (saving and wait.data)
            if is_expired or self._is_idle_in_shutdown(conn, wait, now):
                self._stop_waiting(conn, wait)
        for conn, upload in list(self.uploads.items()):
            if conn not in self.read_closed and (saving or upload.is_too_slow(now)):
                self._close_reading(conn)  # the application sees a truncated body, stores its text and responds

    def is_parent_alive(self) -> bool:
        """Stop, as on SIGTERM, if the master is gone. The loop calls this in each pass."""
        if not super().is_parent_alive():
            self.handle_exit(0, None)
        return bool(self.alive)

    def _is_idle_in_shutdown(self, conn: TConn, wait: Pending, now: float) -> bool:
        """Return whether to close it: a new connection may wait, as a proxy would not retry its first request."""
        is_idle = bool(self.stopped_at) and wait.is_idle and not has_unread(conn)
        return is_idle and (not wait.is_new or now > self.stopped_at + STOP_GRACE_SECONDS)

    def _wait_for(self, conn: TConn, wait: Pending, *, is_polled: bool = True) -> None:
        conn.sock.setblocking(False)
        self.pending[conn] = wait
        if is_polled:
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._read, conn))
            wait.is_polled = True
        if wait.data:
            self._dispatch_if_complete(conn, wait)

    def _read(self, conn: TConn, sock: socket.socket) -> None:
        try:
            data = sock.recv(MAX_SMALL_BODY)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        wait = self.pending[conn]
        if not data:
            self._stop_waiting(conn, wait)
        elif not wait.is_answered:
            if wait.is_idle:
                if self.alive and (response := self.cached_response(data)):
                    self._send_from_loop(conn, wait, response[0], keep=response[1])
                    return
                wait.allow(HEAD_SECONDS)
            wait.data += data
            self._dispatch_if_complete(conn, wait)

    def _send_from_loop(self, conn: TConn, wait: Pending, parts: list[bytes], *, keep: bool) -> None:
        self.paused_until = 0.0  # accept again at once
        try:
            is_sent = conn.sock.send_cached(parts)
        except OSError:
            self._close_pending(conn)
            return
        if is_sent and keep:
            wait.is_new = False
            wait.allow(self.cfg.keepalive)
            return
        self._leave_loop(conn)
        if is_sent:
            self._hang_up(conn)
        else:
            self.outbox.send(conn, keep=keep)

    def _dispatch_if_complete(self, conn: TConn, wait: Pending) -> None:
        if wait.address:
            self.wait_on(conn, wait)
            return
        head, end, body = wait.data.partition(HEAD_END)
        if not end:
            if len(head) > MAX_HEAD_BYTES:
                self.take_upload(conn, wait, bytes(head))
            return
        lines = bytes(head) + b"\r\n"
        follows = BODY_FOLLOWS.findall(lines)
        match = ONLY_LENGTH.search(lines) if len(follows) == 1 else None
        length = int(match[1]) if match else 0
        if (follows and not match) or length > MAX_SMALL_BODY:
            self.take_upload(conn, wait, bytes(head))
        elif len(body) >= length:
            lane = self.lanes.pick(bytes(head), conn, is_pipelined=bool(body) and not follows)
            if lane and lane.is_full():
                self._send_from_loop(conn, wait, [self.busy_response], keep=False)
            else:
                self.dispatch_to(conn, lane or self.tpool)
        elif not wait.has_head:
            wait.has_head = True
            wait.allow(BODY_SECONDS)

    def _stop_waiting(self, conn: TConn, wait: Pending) -> None:
        """Close the connection, or pass a partial request to the application: it may hold what somebody typed."""
        if wait.data:
            self._close_reading(conn)
            self.dispatch_to(conn, self.late_pool if wait.address else self.tpool)
        else:
            self._close_pending(conn)

    def dispatch_to(self, conn: TConn, lane: Executor) -> None:
        """Pass a connection to a thread. gunicorn's parser alone decides how the request is framed."""
        work = self.handle if lane is self.tpool else partial(self.handle_in, lane)
        wait = self._leave_loop(conn)
        if not conn.initialized:
            conn.init()
            conn.parser.unreader = CountingUnreader(conn.sock)
        conn.parser.unreader.unread(bytes(wait.data))
        future = lane.submit(work, conn)
        future.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def _leave_loop(self, conn: TConn) -> Pending:
        wait = self.pending.pop(conn)
        if wait.address:
            self.queue.leave(conn, wait.address)
        if wait.is_polled:
            self.poller.unregister(conn.sock)
        return wait

    def _close_pending(self, conn: TConn) -> None:
        self._leave_loop(conn)
        self._drop(conn)

    def _close_reading(self, conn: TConn) -> None:
        self.read_closed.add(conn)
        with contextlib.suppress(OSError):  # already closed
            conn.sock.shutdown(socket.SHUT_RD)

    def _drop(self, conn: TConn) -> None:
        self.nr_conns -= 1
        self.read_closed.discard(conn)
        conn.close()
