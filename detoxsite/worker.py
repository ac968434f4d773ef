"""gunicorn's threaded worker, changed so that no sender, slow or silent, stands in a reader's way.

The stock worker gives a connection to a thread at once, and the thread then waits for whatever its sender still owes.
Here the event loop collects the head of a request, and a small body behind it; only then does a thread take it: one of
a few for pages, or, where a large body follows, one of many for uploads. Bodies of uploads pass straight through to
the application, as in the stock worker, and must keep to a least speed. docs/decisions/0002-app-server.md has why.
"""

import contextlib
import errno
import os
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial

from django.db import connections
from gunicorn.workers.gthread import TConn

from detoxsite import env
from detoxsite.connections import BODY_SECONDS, CountingUnreader, Upload, Waiting, has_sent, is_running, send_rest
from detoxsite.lanes import BODY_FOLLOWS, HEAD_END, ONLY_LENGTH, Lanes, least_needed
from detoxsite.taking_turns import TurnTaker

UPLOADS = env.whole_number("WEB_UPLOADS", 256, 1, 1024)  # threads for bodies beyond SMALL_BODY, in each process
HEAD_SECONDS = env.whole_number("HEAD_SECONDS", 20, 1, 3600)  # for a whole head
SMALL_BODY = 64 * 1024  # bytes: any form without a file
LARGEST_HEAD = 128 * 1024  # bytes that are collected; what is longer is left to gunicorn, which refuses it
LINGER_SECONDS = 2  # for the other side to hang up, once the answer is sent
SUPERVISOR_PID = env.whole_number("SUPERVISOR_PID", 0, 0, 2**32)  # set by `manage.py serve`
ORPHAN_SECONDS = 15  # that a worker goes on after its master was killed, until there is another
FIRST_SECONDS = 3  # after the beginning of a stop, for the first request of a connection
STOP_SECONDS = 5  # before the end of the graceful stop, when the text of unfinished forms is saved


class Worker(TurnTaker):
    """Lanes of threads behind one loop that reads heads. Leans on gunicorn 27's ThreadWorker."""

    def init_process(self) -> None:
        self.upload_pool, self.lanes = ThreadPoolExecutor(UPLOADS, "upload"), Lanes()
        self.waiting: dict[TConn, Waiting] = {}
        self.uploads: dict[TConn, Upload] = {}
        self.ended: set[TConn] = set()  # what more they send is not read
        self.checked_at = self.stopped_at = self.orphaned_at = self.notified_at = 0.0
        self.answer_bytes: Callable[[bytes], tuple[list[bytes], bool] | None] = _has_none
        super().init_process()

    def run(self) -> None:
        """An application may have an `answer_bytes`, for requests that it answers from memory (detoxsite.pages)."""
        self.answer_bytes = getattr(self.wsgi, "answer_bytes", _has_none)
        super().run()

    def notify(self) -> None:
        if (now := time.monotonic()) > self.notified_at + 0.5:  # the master waits for it for a minute
            self.notified_at = now
            super().notify()

    def take_connection(self, listener: socket.socket) -> bool:
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in {errno.EAGAIN, errno.ECONNABORTED}:
                return False
            raise
        if self.nr_conns > self.worker_connections * 0.9 and (least := least_needed(self.waiting)):
            self._leave_loop(least)
            self._drop(least)
        self.nr_conns += 1
        conn = TConn(self.cfg, client, address, listener.getsockname())
        self._wait(conn, HEAD_SECONDS, b"")
        self.waiting[conn].is_new = True
        return True

    def finish_request(self, conn: TConn, done: Future) -> None:
        self.uploads.pop(conn, None)
        kept = not done.cancelled() and not done.exception() and done.result()
        try:
            if kept and self.alive and conn not in self.ended:
                early = conn.parser.unreader.take_buffered()  # of the next request
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
        self.stopped_at = 0.0 if self.alive else self.stopped_at or now
        saving = self.stopped_at and now > self.stopped_at + self.cfg.graceful_timeout - STOP_SECONDS
        for conn, wait in list(self.waiting.items()):
            # At the stop those go who have begun nothing; a form that is not whole yet, once text is saved.
            if now > wait.deadline or self._is_idle_at_stop(conn, wait, now) or (saving and wait.data):
                self._give_up(conn, wait)
        for conn, upload in list(self.uploads.items()):
            if conn not in self.ended and (saving or upload.is_too_slow(now)):
                self._end_reading(conn)  # the application sees a body that was cut off, keeps its text and answers

    def _is_idle_at_stop(self, conn: TConn, wait: Waiting, now: float) -> bool:
        """Who has just connected is about to ask, and a proxy would not ask again for them."""
        is_idle = bool(self.stopped_at) and wait.data == b"" and not has_sent(conn)
        return is_idle and (not wait.is_new or now > self.stopped_at + FIRST_SECONDS)

    def is_parent_alive(self) -> bool:
        if os.getppid() == self.ppid:
            return True
        now = time.monotonic()
        self.orphaned_at = self.orphaned_at or now
        if now < self.orphaned_at + ORPHAN_SECONDS and is_running(SUPERVISOR_PID):
            return True  # the next master gets the same listening socket, and readers see nothing of the change
        self.alive = False
        self.set_accept_enabled(False)
        for listener in self.sockets:  # the port must be free, while uploads here go on
            listener.close()
        return False

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
                wait.deadline = time.monotonic() + HEAD_SECONDS
            wait.data += data
            self._take_if_complete(conn, wait)

    def _answer_at_once(self, conn: TConn, wait: Waiting, request: bytes) -> bool:
        """Sends what the application has ready for exactly these bytes. What the system does not take at once is left
        to a thread, as any answer is."""
        if not self.alive or not (answer := self.answer_bytes(request)):
            return False
        self.lift_pause()
        parts, keep = answer
        try:
            sent = conn.sock.sendmsg(parts)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._leave_loop(conn)
            self._drop(conn)
            return True
        if sent < sum(map(len, parts)):
            self._submit(conn, self.lanes.slow, partial(send_rest, b"".join(parts)[sent:], keep=keep))
        elif keep:
            wait.is_new = False
            wait.deadline = time.monotonic() + self.cfg.keepalive
        else:
            self._leave_loop(conn)
            self._hang_up(conn)
        return True

    def _take_if_complete(self, conn: TConn, wait: Waiting) -> None:
        head, end, body = wait.data.partition(HEAD_END)
        if not end:
            if len(head) > LARGEST_HEAD:
                self._take(conn, self.upload_pool)
            return
        lines = bytes(head) + b"\r\n"
        follows = BODY_FOLLOWS.findall(lines)
        length = ONLY_LENGTH.search(lines) if len(follows) == 1 else None
        if length and int(length[1]) <= SMALL_BODY and len(body) < int(length[1]):
            if not wait.has_head:
                wait.has_head, wait.deadline = True, time.monotonic() + BODY_SECONDS
        elif not follows or (length and int(length[1]) <= SMALL_BODY):
            self._take(conn, self.lanes.pick(bytes(head), conn) or self.tpool)
        else:
            self._take(conn, self.upload_pool)

    def _give_up(self, conn: TConn, wait: Waiting) -> None:
        """Half a request goes to the application as it is: it may hold what somebody typed."""
        if wait.data:
            self._end_reading(conn)
            self._take(conn, self.tpool)
        else:
            self._leave_loop(conn)
            self._drop(conn)

    def _take(self, conn: TConn, lane: Executor) -> None:
        """Gives a connection to a thread. How the request is framed is for gunicorn's parser alone to say."""
        self._submit(conn, lane, self.handle if lane is self.tpool else partial(self._handle_apart, lane))

    def _submit(self, conn: TConn, lane: Executor, work: Callable[[TConn], object]) -> None:
        wait = self._leave_loop(conn)
        if not conn.initialized:
            conn.init()
            conn.parser.unreader = CountingUnreader(conn.sock)
        conn.parser.unreader.unread(bytes(wait.data))
        done = lane.submit(work, conn)
        done.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def _handle_apart(self, lane: Executor, conn: TConn) -> object:
        if lane is self.upload_pool:
            self.uploads[conn] = Upload(conn)
        try:
            return self.handle(conn)
        finally:
            connections.close_all()  # hundreds of idle threads must not hold the database's few places

    def _leave_loop(self, conn: TConn) -> Waiting:
        wait = self.waiting.pop(conn)
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
