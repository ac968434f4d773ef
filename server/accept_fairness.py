"""Workers take turns at new connections.

All of them wait at one listening socket, and the system wakes them all. The first one awake could accept a whole burst
of connections before the others look, keep them, and make all their pages on one core.
"""

import socket
import time

from server.masters import MasterWatcher

PAUSE_SECONDS = 0.002  # for another worker to be quicker: long enough to wake up, far too short to be noticed
MANY, BATCH = 64, 16  # with so many open, so many are accepted at once, or a flood keeps readers at the door


class TurnTaker(MasterWatcher):
    """A worker that has accepted a connection leaves the next one to others for a moment, then takes it if nobody has.

    Once it has answered from memory it has nothing to do, and takes the next at once: `lift_pause`.
    """

    def init_process(self) -> None:
        self.is_paused, self.paused_until = False, 0.0
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        taken = 0
        most = BATCH if MANY < self.nr_conns < self.worker_connections - BATCH else 1
        while taken < most and self.take_connection(listener):
            taken += 1
        if taken and self.cfg.workers > 1:
            self.set_accept_enabled(False)
            self.is_paused, self.paused_until = True, time.monotonic() + PAUSE_SECONDS

    def take_connection(self, listener: socket.socket) -> bool:
        """Accepts one connection. False where others were quicker."""
        raise NotImplementedError

    def lift_pause(self) -> None:
        self.paused_until = 0.0

    def set_accept_enabled(self, enabled: bool) -> None:
        """The loop asks for it in each turn where it may accept and does not."""
        if not enabled or time.monotonic() >= self.paused_until:
            super().set_accept_enabled(enabled)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Waits no longer than the pause."""
        if self.is_paused:
            left = self.paused_until - time.monotonic()
            self.is_paused = left > 0
            timeout = max(0, min(timeout, left))
        super().wait_for_and_dispatch_events(timeout)
