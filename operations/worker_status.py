"""How worker, jobs and tasks stand: a few queries that readiness, metrics and the web server's watch share."""

import datetime

from django.db.models import Q
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from operations.models import ScheduledJob

#: A backup or a drill of a large site may take its time; nothing else comes near it.
ENDLESS = datetime.timedelta(hours=3)


def heartbeat() -> datetime.datetime | None:
    """When a worker was seen last."""
    return ScheduledJob.objects.filter(name="heartbeat").values_list("succeeded_at", flat=True).first()


def oldest_task(at: datetime.datetime) -> datetime.datetime | None:
    """Since when the oldest task waits that could run; None where none does."""
    ready = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    since = [max(run_after, enqueued) for run_after, enqueued in ready.values_list("run_after", "enqueued_at")]
    return min((moment for moment in since if moment <= at), default=None)


def failing_jobs() -> list[str]:
    """Names of the jobs that failed when they ran last."""
    rows = ScheduledJob.objects.exclude(failed_at=None).order_by("name")
    return [row.name for row in rows if row.succeeded_at is None or row.succeeded_at < row.failed_at]


def late_jobs(at: datetime.datetime) -> list[str]:
    """Names of the jobs that are long past their time, which a worker that runs would have begun, and of those that
    are begun and never come to their end."""
    past = Q(next_at__lt=at - datetime.timedelta(minutes=30)) | Q(begun_at__lt=at - ENDLESS)
    return list(ScheduledJob.objects.filter(past).order_by("name").values_list("name", flat=True))
