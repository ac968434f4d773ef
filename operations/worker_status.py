"""Status of the worker and its jobs, for readiness and metrics."""

import datetime

from django.db.models import F, Q, QuerySet

from operations.models import ScheduledJob

LATE_AFTER = datetime.timedelta(minutes=30)
#: A run this long is stuck: only a backup or a drill of a large site takes hours.
STUCK_AFTER = datetime.timedelta(hours=3)


def heartbeat() -> datetime.datetime | None:
    """Return the time of the last heartbeat of any worker."""
    return ScheduledJob.objects.filter(name="heartbeat").values_list("succeeded_at", flat=True).first()


def failing_jobs() -> list[str]:
    """Return the names of the jobs whose last run failed."""
    failing = Q(succeeded_at=None) | Q(succeeded_at__lt=F("failed_at"))
    return _names(ScheduledJob.objects.exclude(failed_at=None).filter(failing))


def late_jobs(at: datetime.datetime) -> list[str]:
    """Return the names of the jobs that were not started in time, or do not end."""
    return _names(ScheduledJob.objects.filter(Q(next_at__lt=at - LATE_AFTER) | Q(started_at__lt=at - STUCK_AFTER)))


def _names(jobs: QuerySet[ScheduledJob]) -> list[str]:
    return list(jobs.order_by("name").values_list("name", flat=True))
