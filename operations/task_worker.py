"""The process beside the web server: runs queued tasks and the schedule."""

import faulthandler
import logging
import os
import threading
import time

from django.db import DatabaseError, close_old_connections, connection, reset_queries
from django.utils.crypto import get_random_string
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, DEFAULT_TASK_QUEUE_NAME
from django_tasks_db.management.commands.db_worker import Worker as DatabaseWorker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from operations import schedule
from storage import read_only

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
#: A task or job that takes longer is stuck (long ones run in threads), and another worker must take over.
STUCK_SECONDS = 30 * 60


class Worker(DatabaseWorker):
    """The worker of django-tasks-db with the schedule in its loop.

    It also differs in that an idle poll takes no write lock, a database outage does not end it, a stop never comes
    between claiming a task and running it, and it exits if it is stuck.
    """

    def __init__(self) -> None:
        super().__init__(
            queue_names=[DEFAULT_TASK_QUEUE_NAME],
            excluded_queue_names=[],
            interval=POLL_SECONDS,
            batch=False,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
        )
        self._step_at = time.monotonic()

    def run(self) -> None:
        """Run until a signal; finish what was started."""
        threading.Thread(target=self._watch, name="watch", daemon=True).start()
        while self.running:
            self._step_at = time.monotonic()
            self.running_task = True  # makes the signal handler only set `running`
            try:
                worked = self._step()
            except DatabaseError as error:
                log.warning("The worker cannot use the database (%s) and tries again.", type(error).__name__)
                connection.close()
                worked = False
            self.running_task = False
            if self.running and not worked:
                time.sleep(self.interval)

    def _watch(self) -> None:
        while time.monotonic() < self._step_at + STUCK_SECONDS:
            time.sleep(POLL_SECONDS)
        log.critical("The worker is stuck and ends, so that another is started. It was here:")
        faulthandler.dump_traceback()  # function names only, no values
        os._exit(1)

    def _step(self) -> bool:
        """Run the due jobs, then one task; return whether there was a task."""
        if read_only.is_on():
            return False
        close_old_connections()
        reset_queries()  # with DEBUG they accumulate
        schedule.run_due()
        ready = DBTaskResult.objects.ready().filter(backend_name=self.backend_name, queue_name__in=self.queue_names)
        if not ready.exists():
            return False
        with exclusive_transaction(ready.db):
            task = ready.get_locked()
            if task:
                task.claim(self.worker_id)
        if task:
            self.run_task(task)
        return task is not None
