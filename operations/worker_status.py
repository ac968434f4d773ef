"""Status of worker, queue and jobs, for readiness and metrics."""

import datetime

from django.db.models import F, Q, QuerySet
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from operations.models import ScheduledJob

LATE_AFTER = datetime.timedelta(minutes=30)
#: A run this long is stuck: only a backup or a drill of a large site takes hours.
STUCK_AFTER = datetime.timedelta(hours=3)


def heartbeat() -> datetime.datetime | None:
    """Return the time of the last heartbeat of any worker."""
    return ScheduledJob.objects.filter(name="heartbeat").values_list("succeeded_at", flat=True).first()


def oldest_task(at: datetime.datetime) -> datetime.datetime | None:
    """Return since when the oldest runnable task has been waiting; None if there is none."""
    ready = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    since = [max(run_after, enqueued) for run_after, enqueued in ready.values_list("run_after", "enqueued_at")]
    return min((moment for moment in since if moment <= at), default=None)


def failed_tasks(since: datetime.datetime) -> int:
    return DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, finished_at__gt=since).count()


def failing_jobs() -> list[str]:
    """Return the names of the jobs whose last run failed."""
    failing = Q(succeeded_at=None) | Q(succeeded_at__lt=F("failed_at"))
    return _names(ScheduledJob.objects.exclude(failed_at=None).filter(failing))


def late_jobs(at: datetime.datetime) -> list[str]:
    """Return the names of the jobs that were not started in time, or do not end."""
    return _names(ScheduledJob.objects.filter(Q(next_at__lt=at - LATE_AFTER) | Q(started_at__lt=at - STUCK_AFTER)))


def _names(jobs: QuerySet[ScheduledJob]) -> list[str]:
    return list(jobs.order_by("name").values_list("name", flat=True))
