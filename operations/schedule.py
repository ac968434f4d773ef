"""What runs by itself, and when. A worker (`manage.py work`) asks every second; no cron is needed.

A job is a row. Whoever moves its `next_at` on has it, so of several workers on several hosts one runs it; first to a
few minutes from now, and to a whole interval once it is done: a job whose worker was killed is tried again soon. After
days without a worker each job runs once. docs/decisions/0005-tasks.md has why it is not a task that queues itself.
"""

import datetime
import io
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from callbacks.casework import erasure, notices
from callbacks.files import inspection, rescan
from limits import counters
from operations import jobs
from operations.models import ScheduledJob

log = logging.getLogger(__name__)

SECOND = datetime.timedelta(seconds=1)
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

#: A job that did not come to its end, failed or killed, is tried again after so long (or its interval, if shorter).
TRY_AGAIN = 10 * MINUTE
#: Clocks of several hosts may differ by so much. A job due later than that was put off by a clock that was wrong.
SKEW = 5 * MINUTE
#: Rows of finished tasks say nothing that anybody needs after so long.
TASKS_KEPT = DAY


@dataclass(frozen=True)
class Job:
    """`run` may run twice, or again after it was cut off at any instant.

    One that may take minutes runs `aside`, in a thread, so that the worker goes on with the rest.
    """

    name: str
    every: datetime.timedelta
    run: Callable[[], object]
    aside: bool = False
    #: How long after the first start it first runs.
    first: datetime.timedelta = 0 * SECOND


def beat() -> None:
    """Nothing but the row's `succeeded_at`: the sign that a worker lives."""


def purge() -> None:
    said = io.StringIO()  # what it prints is no line of the log
    call_command("purge_callbacks", stdout=said)
    log.info("%s", said.getvalue().strip())


def tend_notices() -> None:
    """Takes up notices that got lost, and tells of what was changed or has become overdue. Raises NotSent."""
    notices.sweep(timezone.now())
    notices.tell_of_corrections(timezone.now())
    notices.tell_of_overdue(timezone.now())


def warn_of_erasure() -> None:
    """Raises NotSent."""
    notices.warn_of_erasure(timezone.now())


def scan_held() -> None:
    """Files that came while the scanner was away."""
    counts = rescan.rescan_held()
    if counts.clean or counts.infected or counts.held:
        log.info("%s", counts)


def look_into_files() -> None:
    """Files that came while another was being looked into, or were held until scanned."""
    if looked := inspection.look_later():
        log.info("Files looked into: %d.", looked)


def prune_tasks() -> None:
    """Drops the rows of tasks that are done, and of those whose worker died long ago."""
    before = timezone.now() - TASKS_KEPT
    done = Q(finished_at__lt=before) | Q(status=TaskResultStatus.RUNNING, started_at__lt=before)
    DBTaskResult.objects.filter(done).delete()


JOBS = (
    Job("heartbeat", 15 * SECOND, beat),
    Job("notices", 5 * MINUTE, tend_notices),
    Job("held files", 10 * MINUTE, scan_held),
    Job("look into files", MINUTE, look_into_files),
    Job("forget counters", HOUR, counters.forget_old),
    Job("orphans", HOUR, erasure.sweep_orphans),
    Job("purge", DAY, purge),
    Job("warn of erasure", DAY, warn_of_erasure),
    Job("prune tasks", DAY, prune_tasks),
    Job("erased list", MINUTE, jobs.publish_erased),
    Job("alerts", 2 * MINUTE, jobs.look_and_alert, aside=True),
    Job("backup", DAY, jobs.back_up, aside=True),
    Job("restore drill", 7 * DAY, jobs.drill, aside=True, first=HOUR),
)


def ensure() -> None:
    """Every job has its row, new ones due at once; rows of jobs that are no more are gone."""
    now = timezone.now()
    ScheduledJob.objects.exclude(name__in=[job.name for job in JOBS]).delete()
    rows = [ScheduledJob(name=job.name, next_at=now + job.first) for job in JOBS]
    ScheduledJob.objects.bulk_create(rows, ignore_conflicts=True)


def run_due() -> None:
    """Runs each job that is due and that no other worker has. One that fails is logged and stops no other."""
    rows = {row.name: row.next_at for row in ScheduledJob.objects.all()}
    for job in JOBS:
        if job.name not in rows:
            ensure()
        elif job.name in _aside and _aside[job.name].is_alive():
            _hold(job)
        elif _is_due(job, rows[job.name]) and _take(job, rows[job.name]):
            _start(job)


def _is_due(job: Job, next_at: datetime.datetime) -> bool:
    now = timezone.now()
    return next_at <= now or next_at > now + job.every + SKEW


def _take(job: Job, next_at: datetime.datetime) -> bool:
    free, now = ScheduledJob.objects.filter(name=job.name, next_at=next_at), timezone.now()
    return bool(free.update(next_at=now + min(job.every, TRY_AGAIN), begun_at=Coalesce("begun_at", now)))


#: Jobs that run in threads of this process, by name.
_aside: dict[str, threading.Thread] = {}


def _hold(job: Job) -> None:
    """It is still at it: nobody else shall begin."""
    ScheduledJob.objects.filter(name=job.name).update(next_at=timezone.now() + min(job.every, TRY_AGAIN))


def _start(job: Job) -> None:
    if not job.aside:
        _run(job)
        return
    _aside[job.name] = threading.Thread(target=_run_and_close, args=(job,), name=job.name, daemon=True)
    _aside[job.name].start()


def _run_and_close(job: Job) -> None:
    try:
        _run(job)
    finally:
        connection.close()


def _run(job: Job) -> None:
    try:
        job.run()
    except Exception:
        log.exception("The job %r failed and will be tried again.", job.name)
        ScheduledJob.objects.filter(name=job.name).update(failed_at=timezone.now())
        return
    now = timezone.now()
    ScheduledJob.objects.filter(name=job.name).update(next_at=now + job.every, succeeded_at=now, begun_at=None)
