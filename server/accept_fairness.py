"""Let workers take turns accepting connections.

They share one listening socket, and the kernel wakes them all. Without this, the first one awake could accept a whole
burst of connections and serve them all on one core.
"""

import socket
import time

from gunicorn.workers.gthread import ThreadWorker

PAUSE_SECONDS = 0.002  # long enough for another worker to wake up, too short to be noticed
MANY, BATCH = 64, 16  # past MANY open connections, BATCH are accepted at once, or a flood would delay readers


class FairWorker(ThreadWorker):
    """A worker that pauses after accepting a connection, so that another worker can accept the next."""

    def init_process(self) -> None:
        self.is_paused, self.paused_until = False, 0.0
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        accepted = 0
        limit = BATCH if MANY < self.nr_conns < self.worker_connections - BATCH else 1
        while accepted < limit and self.accept_one(listener):
            accepted += 1
        if accepted and self.cfg.workers > 1:
            self.set_accept_enabled(False)
            self.is_paused, self.paused_until = True, time.monotonic() + PAUSE_SECONDS

    def set_accept_enabled(self, enabled: bool) -> None:
        """Stay paused for a while. The loop calls this in each pass, with whether the worker may accept."""
        if not enabled or time.monotonic() >= self.paused_until:
            super().set_accept_enabled(enabled)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        if self.is_paused:
            left = self.paused_until - time.monotonic()
            self.is_paused = left > 0
            timeout = max(0, min(timeout, left))
        super().wait_for_and_dispatch_events(timeout)
