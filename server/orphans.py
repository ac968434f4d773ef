"""Let a worker outlive a killed master for a while, so that readers notice nothing."""

import os
import time

from gunicorn.workers.gthread import ThreadWorker

from detoxsite.settings import SUPERVISOR_PID

NOTIFY_SECONDS = 0.5  # between heartbeats; the master expects one a minute
ORPHAN_SECONDS = 15  # without a master, until `manage.py serve` has started another


class OrphanableWorker(ThreadWorker):
    def init_process(self) -> None:
        self.orphaned_at = self.notified_at = 0.0
        super().init_process()

    def notify(self) -> None:
        if (now := time.monotonic()) > self.notified_at + NOTIFY_SECONDS:
            self.notified_at = now
            super().notify()

    def is_parent_alive(self) -> bool:
        if os.getppid() == self.ppid:
            return True
        now = time.monotonic()
        self.orphaned_at = self.orphaned_at or now
        if now < self.orphaned_at + ORPHAN_SECONDS and _is_running(SUPERVISOR_PID):
            return True  # the next master gets the same listening socket
        self.alive = False
        self.set_accept_enabled(False)
        for listener in self.sockets:  # the port must be free while uploads continue here
            listener.close()
        return False


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return pid > 0
