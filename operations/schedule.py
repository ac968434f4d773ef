"""The scheduled jobs; no cron is needed. See docs/decisions/0005-schedule.md.

A job is a row. A worker claims it by advancing its `next_at`, so that only one worker runs it: by RETRY_AFTER at first,
by the whole interval after a success. After days without a worker each job runs once.
"""

import datetime
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.db.models.functions import Coalesce
from django.utils import timezone

from callbacks.casework import erasure, notices
from callbacks.files import inspection, rescan
from editorial.models import page_reports, pictures, unsaved, versions
from editorial.staff_mail import NotSent
from editorial.workflow import notices as page_notices
from limits import counters
from limits.pause import Pause
from operations import alerts, broken_links, digest, probes
from operations.backups import backup, drill, tombstones
from operations.models import ScheduledJob
from operations.readiness import DAY, HOUR, MINUTE

log = logging.getLogger(__name__)

SECOND = datetime.timedelta(seconds=1)
#: After a run that failed or was killed; the job's interval if that is shorter.
RETRY_AFTER = 10 * MINUTE
#: Clocks of several hosts may differ by this. A `next_at` beyond interval plus skew was set by a wrong clock.
CLOCK_SKEW = 5 * MINUTE
#: Begins when no job has run for more than a day: the clock may be wrong.
clock_in_doubt = Pause(RETRY_AFTER.total_seconds())


@dataclass(frozen=True)
class Job:
    """`run` must be safe to repeat, also after being killed at any point. A job of minutes runs `in_thread`."""

    name: str
    every: datetime.timedelta
    run: Callable[[], object]
    in_thread: bool = False
    #: After the first start.
    first_after: datetime.timedelta = 0 * SECOND
    #: By date, for good: put off while the clock is in doubt.
    erases: bool = False


def analyze() -> None:
    """Have SQLite count the rows of content, by which it chooses an index. PostgreSQL does it unasked.

    Only content, as some builds of SQLite store samples of what is indexed, which no erasure would find.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for model in versions.content_models():
                cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def probe_and_alert() -> None:
    """Probe, and mail what is wrong. Raises NotSent."""
    probes.run_all()
    if alerts.enabled():
        alerts.alert_all(timezone.now())


JOBS = (
    Job("heartbeat", 15 * SECOND, lambda: None),  # the row's `succeeded_at` shows that a worker runs
    Job("notices", 30 * SECOND, lambda: notices.send_due(timezone.now())),
    Job("mail about pages", 30 * SECOND, lambda: page_notices.send_due(timezone.now())),
    Job("held files", 10 * MINUTE, rescan.rescan_held),
    Job("look into files", MINUTE, inspection.inspect_waiting),  # the row's name, which the previous release also uses
    Job("forget counters", HOUR, counters.forget_old),
    Job("orphans", HOUR, erasure.sweep_orphans),
    Job("purge", HOUR, lambda: log.info("%s", erasure.purge()), erases=True),
    Job("warn of erasure", DAY, lambda: notices.warn_of_erasure(timezone.now())),
    Job("erase page reports", DAY, page_reports.erase_due, erases=True),
    Job("mail of page reports", DAY, page_reports.mail_editors),
    Job("erase unsaved forms", DAY, unsaved.erase_old, erases=True),
    Job("broken links", DAY, broken_links.probe, in_thread=True),
    Job("weekly mail", HOUR, lambda: digest.send_due(timezone.now())),
    Job("pictures without a row", DAY, pictures.reconcile, in_thread=True),
    Job("analyze", DAY, analyze),
    Job("forget sessions", DAY, SessionStore.clear_expired),
    Job("erased list", MINUTE, tombstones.publish, erases=True),
    Job("alerts", 2 * MINUTE, probe_and_alert, in_thread=True),
    Job("backup", DAY, lambda: probes.record("backup", backup.run_daily), in_thread=True, erases=True),
    Job("restore drill", 7 * DAY, lambda: probes.record("drill", drill.run), in_thread=True, first_after=HOUR),
)
#: By job name.
_threads: dict[str, threading.Thread] = {}


def ensure_rows() -> None:
    """Add missing rows, due at once, and delete rows of jobs that no longer exist."""
    now = timezone.now()
    ScheduledJob.objects.exclude(name__in=[job.name for job in JOBS]).delete()
    rows = [ScheduledJob(name=job.name, next_at=now + job.first_after) for job in JOBS]
    ScheduledJob.objects.bulk_create(rows, ignore_conflicts=True)


def run_due() -> None:
    """Run each job that is due and not claimed. A failure is logged and does not stop other jobs."""
    rows = {row.name: row for row in ScheduledJob.objects.all()}
    beat = rows["heartbeat"].succeeded_at if "heartbeat" in rows else None
    if beat and abs(timezone.now() - beat) > DAY:  # off for days, or a clock that NTP has yet to set
        clock_in_doubt.begin()
    for job in JOBS:
        if job.name not in rows:
            ensure_rows()
            continue
        now, next_at = timezone.now(), rows[job.name].next_at
        if job.name in _threads and _threads[job.name].is_alive():  # renew the claim
            ScheduledJob.objects.filter(name=job.name).update(next_at=now + min(job.every, RETRY_AFTER))
            continue
        waits = now < next_at <= now + job.every + CLOCK_SKEW  # a time after that was set by a clock that was ahead
        if not waits and _claim(job, next_at) and not (job.erases and clock_in_doubt.is_on):
            _start(job)


def _claim(job: Job, next_at: datetime.datetime) -> bool:
    free, now = ScheduledJob.objects.filter(name=job.name, next_at=next_at), timezone.now()
    return bool(free.update(next_at=now + min(job.every, RETRY_AFTER), started_at=Coalesce("started_at", now)))


def _start(job: Job) -> None:
    if not job.in_thread:
        _run(job)
        return
    _threads[job.name] = threading.Thread(target=_run, args=(job,), name=job.name, daemon=True)
    _threads[job.name].start()


def _run(job: Job) -> None:
    row = ScheduledJob.objects.filter(name=job.name)
    try:
        job.run()
    except Exception as error:
        if isinstance(error, NotSent):  # its message, the kind of error, would be cut from a traceback
            log.warning("The job %r could not send mail (%s) and will be tried again.", job.name, error)
        else:
            log.exception("The job %r failed and will be tried again.", job.name)
        row.update(failed_at=timezone.now())
    else:
        now = timezone.now()
        row.update(next_at=now + job.every, succeeded_at=now, started_at=None)
    finally:
        if job.in_thread:
            connection.close()
