"""gunicorn's threaded worker, changed so that no sender, slow or silent, stands in a reader's way.

The stock worker gives a connection to a thread at once, and the thread then waits for whatever its sender still owes.
Here the event loop collects the head of a request, and a small body behind it; only then does a thread take it: one of
a few for pages, or, where a large body follows, one of many for uploads. Bodies of uploads pass straight through to
the application, as in the stock worker, and must keep to a least speed. docs/decisions/0002-app-server.md has why.
"""

import contextlib
import errno
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial

from gunicorn.workers.gthread import TConn

from detoxsite.settings import BODY_SECONDS, HEAD_SECONDS
from server.connections import CountingUnreader, Waiting, has_sent
from server.lanes import BODY_FOLLOWS, HEAD_END, ONLY_LENGTH, Lanes, last_resort, least_needed
from server.outgoing import Outbox, Outgoing
from server.uploads_waiting import UploadTaker

SMALL_BODY = 64 * 1024  # bytes: any form without a file
LARGEST_HEAD = 128 * 1024  # bytes that are collected; what is longer is left to gunicorn, which refuses it
LINGER_SECONDS = 2  # for the other side to hang up, once the answer is sent
FIRST_SECONDS = 3  # after the beginning of a stop, for the first request of a connection
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\nConnection: close\r\n\r\n"
STOP_SECONDS = 5  # before the end of the graceful stop, when the text of unfinished forms is saved


class Worker(UploadTaker):
    """Lanes of threads behind one loop that reads heads. Leans on gunicorn 27's ThreadWorker."""

    def init_process(self) -> None:
        self.lanes = Lanes()
        self.waiting: dict[TConn, Waiting] = {}
        self.ended: set[TConn] = set()  # what more they send is not read
        self.checked_at = self.stopped_at = 0.0
        self.answer_bytes: Callable[[bytes], tuple[list[bytes], bool] | None] = _has_none
        super().init_process()

    def run(self) -> None:
        """An application may have an `answer_bytes`, for requests that it answers from memory (pagecache)."""
        self.answer_bytes = getattr(self.wsgi, "answer_bytes", _has_none)
        self.busy_answer = getattr(self.wsgi, "busy_answer", BUSY)
        self.outbox = Outbox(self.poller, self._answered, self._drop)
        super().run()

    def take_connection(self, listener: socket.socket) -> bool:
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
        self._wait(conn, HEAD_SECONDS, b"")
        self.waiting[conn].is_new = True
        return True

    def _is_crowded(self) -> bool:
        return self.nr_conns > self.worker_connections * 0.9

    def _make_room(self) -> None:
        if least := least_needed(self.waiting):
            self._leave_loop(least)
            self._drop(least)
        elif waits := self.queue.least_needed():
            self._give_up(waits, self.waiting[waits])
        elif slowest := self.outbox.oldest():
            self.outbox.drop(slowest)
        elif last := last_resort(self.waiting):
            self._give_up(last, self.waiting[last])

    def finish_request(self, conn: TConn, done: Future) -> None:
        self.upload_ended(conn)
        kept = not done.cancelled() and not done.exception() and done.result()
        self._answered(conn, kept) if conn.sock.is_sent() else self.outbox.send(conn, keep=kept)

    def _answered(self, conn: TConn, kept: bool) -> None:
        try:
            if kept and self.alive and conn not in self.ended:
                early = conn.parser.unreader.take_buffered() if conn.parser else b""  # of the next request
                self._wait(conn, HEAD_SECONDS if early else self.cfg.keepalive, early)
            else:
                self._hang_up(conn)
        except OSError:
            self._drop(conn)

    def _hang_up(self, conn: TConn) -> None:
        """Ends our side and waits for the other one's end."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        # To the poller a connection whose reading we ended looks hung up; its sender may not have, and would lose the
        # answer if it were closed at once.
        self._wait(conn, LINGER_SECONDS, None, polled=conn not in self.ended)

    def murder_pending(self) -> None:
        """Called by the loop at least once a second, while it stops too."""
        now = time.monotonic()
        if now < self.checked_at + 0.25:
            return
        self.checked_at = now
        self.outbox.give_up(now)
        is_crowded = self._is_crowded()
        self.stopped_at = 0.0 if self.alive else self.stopped_at or now
        saving = self.stopped_at and now > self.stopped_at + self.cfg.graceful_timeout - STOP_SECONDS
        for conn, wait in list(self.waiting.items()):
            # At the stop those go who have begun nothing; a form that is not whole yet, once text is saved.
            is_over = wait.is_over(now, is_crowded=is_crowded) or (saving and wait.data)
            if is_over or self._is_idle_at_stop(conn, wait, now):
                self._give_up(conn, wait)
        for conn, upload in list(self.uploads.items()):
            if conn not in self.ended and (saving or upload.is_too_slow(now)):
                self._end_reading(conn)  # the application sees a body that was cut off, keeps its text and answers

    def _is_idle_at_stop(self, conn: TConn, wait: Waiting, now: float) -> bool:
        """Who has just connected is about to ask, and a proxy would not ask again for them."""
        is_idle = bool(self.stopped_at) and wait.data == b"" and not has_sent(conn)
        return is_idle and (not wait.is_new or now > self.stopped_at + FIRST_SECONDS)

    def _wait(self, conn: TConn, seconds: float, data: bytes | None, *, polled: bool = True) -> None:
        conn.sock.setblocking(False)
        self.waiting[conn] = wait = Waiting(seconds, data)
        if polled:
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._read, conn))
            wait.is_polled = True
        if data:
            self._take_if_complete(conn, wait)

    def _read(self, conn: TConn, sock: socket.socket) -> None:
        try:
            data = sock.recv(SMALL_BODY)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        wait = self.waiting[conn]
        if not data:
            self._give_up(conn, wait)
        elif wait.data is not None:
            if not wait.data and self._answer_at_once(conn, wait, data):
                return
            if not wait.data:
                wait.allow(HEAD_SECONDS)
            wait.data += data
            self._take_if_complete(conn, wait)

    def _answer_at_once(self, conn: TConn, wait: Waiting, request: bytes) -> bool:
        """Sends what the application has ready for exactly these bytes."""
        if not self.alive or not (answer := self.answer_bytes(request)):
            return False
        self._send_at_once(conn, wait, answer[0], keep=answer[1])
        return True

    def _send_at_once(self, conn: TConn, wait: Waiting, parts: list[bytes], *, keep: bool) -> None:
        self.lift_pause()
        try:
            is_sent = conn.sock.send_cached(parts)
        except OSError:
            self._leave_loop(conn)
            self._drop(conn)
            return
        if is_sent and keep:
            wait.is_new = False
            wait.allow(self.cfg.keepalive)
            return
        self._leave_loop(conn)
        self._hang_up(conn) if is_sent else self.outbox.send(conn, keep=keep)

    def _take_if_complete(self, conn: TConn, wait: Waiting) -> None:
        if wait.address:
            self.wait_on(conn, wait)
            return
        head, end, body = wait.data.partition(HEAD_END)
        if not end:
            if len(head) > LARGEST_HEAD:
                self.take_upload(conn, wait, bytes(head))
            return
        lines = bytes(head) + b"\r\n"
        follows = BODY_FOLLOWS.findall(lines)
        length = ONLY_LENGTH.search(lines) if len(follows) == 1 else None
        if length and int(length[1]) <= SMALL_BODY and len(body) < int(length[1]):
            if not wait.has_head:
                wait.has_head = True
                wait.allow(BODY_SECONDS)
        elif not follows or (length and int(length[1]) <= SMALL_BODY):
            lane = self.lanes.pick(bytes(head), conn, is_hasty=bool(body) and not follows)
            if lane and lane.is_full():
                self._send_at_once(conn, wait, [self.busy_answer], keep=False)
            else:
                self._take(conn, lane or self.tpool)
        else:
            self.take_upload(conn, wait, bytes(head))

    def _give_up(self, conn: TConn, wait: Waiting) -> None:
        """Half a request goes to the application as it is: it may hold what somebody typed."""
        if wait.data:
            self._end_reading(conn)
            self._take(conn, self.late_pool if wait.address else self.tpool)
        else:
            self._leave_loop(conn)
            self._drop(conn)

    def _take(self, conn: TConn, lane: Executor) -> None:
        """Gives a connection to a thread. How the request is framed is for gunicorn's parser alone to say."""
        work = self.handle if lane is self.tpool else partial(self.handle_apart, lane)
        wait = self._leave_loop(conn)
        if not conn.initialized:
            conn.init()
            conn.parser.unreader = CountingUnreader(conn.sock)
        conn.parser.unreader.unread(bytes(wait.data))
        done = lane.submit(work, conn)
        done.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def _leave_loop(self, conn: TConn) -> Waiting:
        wait = self.waiting.pop(conn)
        if wait.address:
            self.queue.leave(conn, wait.address)
        if wait.is_polled:
            self.poller.unregister(conn.sock)
        return wait

    def _end_reading(self, conn: TConn) -> None:
        self.ended.add(conn)
        with contextlib.suppress(OSError):  # already gone
            conn.sock.shutdown(socket.SHUT_RD)

    def _drop(self, conn: TConn) -> None:
        self.nr_conns -= 1
        self.ended.discard(conn)
        conn.close()


def _has_none(request: bytes) -> None:
    """What an application without answers in memory says to each request."""
