"""The process beside the web server, which runs the schedule."""

import faulthandler
import logging
import signal
import sys
import time

from django.db import DatabaseError, close_old_connections, connection, reset_queries

from operations import schedule
from storage import read_only

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
#: After this a job is stuck, as long ones run in threads: the worker logs where and ends, so that another is started.
STUCK_SECONDS = 30 * 60


class Worker:
    """Runs the jobs that are due, until a signal; finishes what was started, and exits if it is stuck."""

    def __init__(self) -> None:
        self._is_running, self._is_idle = True, False

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        while self._is_running:
            faulthandler.dump_traceback_later(STUCK_SECONDS, exit=True)  # function names only, no values
            self._step()
            self._is_idle = True
            if self._is_running:
                time.sleep(POLL_SECONDS)
            self._is_idle = False

    def _stop(self, number: int, frame: object) -> None:
        self._is_running = False
        signal.signal(number, signal.SIG_DFL)  # a second one ends it in the middle of a job
        if self._is_idle:
            sys.exit()

    def _step(self) -> None:
        if read_only.is_on():
            return
        close_old_connections()
        reset_queries()  # with DEBUG they accumulate
        try:
            schedule.run_due()
        except DatabaseError as error:
            reason = str(error).partition("\n")[0]  # of the schedule's own rows: nothing that anybody typed
            log.warning("The worker cannot use the database (%s) and tries again.", reason)
            connection.close()
