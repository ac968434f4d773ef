"""What a worker owes its master, and what it does without one."""

import contextlib
import os
import time

from gunicorn.workers.gthread import ThreadWorker

from detoxsite.settings import SUPERVISOR_PID

ORPHAN_SECONDS = 15  # that a worker goes on after its master was killed, until there is another


class MasterWatcher(ThreadWorker):
    """A worker that goes on for a while when its master was killed, so that readers see nothing of it."""

    def init_process(self) -> None:
        self.orphaned_at = self.notified_at = 0.0
        super().init_process()

    def notify(self) -> None:
        if (now := time.monotonic()) > self.notified_at + 0.5:  # the master waits for it for a minute
            self.notified_at = now
            super().notify()

    def is_parent_alive(self) -> bool:
        if os.getppid() == self.ppid:
            return True
        now = time.monotonic()
        self.orphaned_at = self.orphaned_at or now
        if now < self.orphaned_at + ORPHAN_SECONDS and _is_running(SUPERVISOR_PID):
            return True  # the next master gets the same listening socket, and readers see nothing of the change
        self.alive = False
        self.set_accept_enabled(False)
        for listener in self.sockets:  # the port must be free, while uploads here go on
            listener.close()
        return False


def _is_running(pid: int) -> bool:
    with contextlib.suppress(OSError):
        if pid:
            os.kill(pid, 0)
            return True
    return False
