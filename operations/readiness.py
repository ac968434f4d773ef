"""System status: the checks behind the staff page, the alerts and the metrics."""

import contextlib
import functools
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, models
from django.utils.timesince import timesince

from callbacks.casework import notices, setup_gaps
from callbacks.models import Attachment, CallbackRequest
from editorial.workflow import notices as page_notices
from operations import keys, worker_status
from operations.backups import manifest
from operations.models import ProbeResult

MINUTE = timedelta(minutes=1)
HOUR = 60 * MINUTE
DAY = 24 * HOUR

WORKER_SILENT_AFTER = 5 * MINUTE
MAIL_SLOW_AFTER = 15 * MINUTE
OVERDUE_BY = HOUR  # past the promised time, at which staff were first mailed
BACKUP_OLD_AFTER = 36 * HOUR
DRILL_OLD_AFTER = 15 * DAY
CERTIFICATE_WARN_BEFORE = 14 * DAY


class State(models.TextChoices):
    OK = "ok", "OK"
    NOTE = "note", "Note"  # set up this way, but worth knowing
    PROBLEM = "problem", "Action needed"


@dataclass(frozen=True)
class Finding:
    key: str
    title: str
    state: State
    text: str
    advice: str = ""


Probes = dict[str, ProbeResult]
Result = tuple[State, str]
Run = Callable[[datetime, Probes], Result]
Check = Callable[[datetime, Probes], Finding]

#: In the order of the page.
CHECKS: list[Check] = []
NOT_PROBED = State.NOTE, "The worker has not checked this yet."


def check(key: str, title: str, advice: str = "") -> Callable[[Run], Check]:
    """Add a function to CHECKS; the advice is shown if it finds a problem."""

    def register(run: Run) -> Check:
        @functools.wraps(run)
        def finding(at: datetime, probes: Probes) -> Finding:
            state, text = run(at, probes)
            return Finding(key, title, state, text, advice if state == State.PROBLEM else "")

        CHECKS.append(finding)
        return finding

    return register


def findings(at: datetime) -> list[Finding]:
    """Run all checks. Raises DatabaseError if the database is down."""
    probes = {probe.name: probe for probe in ProbeResult.objects.all()}
    return [run(at, probes) for run in CHECKS]


def _result(problem: str, ok: str) -> Result:
    return (State.PROBLEM, problem) if problem else (State.OK, ok)


@check("database", "Database")
def database(at: datetime, probes: Probes) -> Result:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if settings.HAS_SERVER and (settings.VAR_DIR / "db.sqlite3").exists():
        return State.NOTE, "VAR_DIR still holds what people sent before the move (docs/operators.md, Moving over)."
    return State.OK, f"Responding ({connection.display_name})."


@check("keys", "Keys", keys.WHAT_TO_DO)
def vault_keys(at: datetime, probes: Probes) -> Result:
    problems = keys.problems()
    if unopened := keys.unopened():
        problems.append(f"{unopened} of the requests, page reports and second factors tried cannot be opened.")
    unsigned = "" if settings.SIGNING_KEY else " GUIDE_SIGNING_KEY is not set: the open data is not signed."
    return _result(" ".join(problems), f"Each key opens what is under it.{unsigned}")


@check("store", "File storage", "Check the disk or object store and its settings. Requests are taken; files are not.")
def store(at: datetime, probes: Probes) -> Result:
    probe = probes.get("store")
    if not probe:
        return NOT_PROBED
    return _result(probe.problem, f"Saved and deleted a file {ago(probe.at, at)}.")


@check("worker", "Worker", "Do `systemctl restart detox-worker`. Until then no mail is sent and nothing is erased.")
def worker(at: datetime, probes: Probes) -> Result:
    heartbeat = worker_status.heartbeat()
    if heartbeat is None:
        return State.PROBLEM, "No worker has run yet."
    seen = f"Last seen {ago(heartbeat, at)}."
    return _result(seen if heartbeat <= at - WORKER_SILENT_AFTER else "", seen)


@check("jobs", "Jobs", "See the tracebacks in the worker's log.")
def jobs(at: datetime, probes: Probes) -> Result:
    failing = [name for name in worker_status.failing_jobs() if name not in {"backup", "restore drill", "alerts"}]
    late = worker_status.late_jobs(at)
    parts = [f"failing: {', '.join(failing)}"] if failing else []
    parts += [f"late: {', '.join(late)}"] if late else []
    return _result(f"{'; '.join(parts).capitalize()}." if parts else "", "No failures.")


@check("callbacks", "People waiting", "Open the queue and call.")
def callbacks(at: datetime, probes: Probes) -> Result:
    if late := CallbackRequest.objects.overdue(at - OVERDUE_BY).count():
        people = "person is" if late == 1 else "people are"
        return State.PROBLEM, f"{late} {people} waiting more than an hour past the promised time."
    waiting = CallbackRequest.objects.waiting().count()
    return State.OK, f"{waiting} waiting, none more than an hour past the promised time."


@check("hours", "Opening hours")
def opening_hours(at: datetime, probes: Probes) -> Result:
    gap = setup_gaps.no_opening_times() or setup_gaps.no_closed_days()
    return (State.NOTE, gap) if gap else (State.OK, "Listed, with the closed days to come.")


@check(
    "mail",
    "Mail to staff",
    "The mail server is down or rejecting mail; see the worker's log. Check the queue yourself until it is fixed.",
)
def mail(at: datetime, probes: Probes) -> Result:
    parts = []
    if notices.enabled() and (unsent := CallbackRequest.objects.unannounced(at - MAIL_SLOW_AFTER).count()):
        parts.append(f"Requests that staff were not notified of: {unsent}.")
    oldest = page_notices.oldest_unsent()
    if oldest and oldest < at - MAIL_SLOW_AFTER:
        parts.append(f"Mail about pages has been waiting for {timesince(oldest, at)}.")
    if not parts and not notices.enabled():
        missing = "NOTICE_EMAILS" if settings.EMAIL_HOST else "MAIL_URL, for alerts too,"
        return State.NOTE, f"{missing} is not set: nobody is notified of requests."
    return _result(" ".join(parts), "Notices are sent.")


@check("scanner", "Malware scanner", "Start clamd.")
def scanner(at: datetime, probes: Probes) -> Result:
    held = Attachment.objects.held().count()
    if not settings.CLAMD:
        return State.NOTE, "No malware scanner is set up." + (f" Files on hold for one: {held}." if held else "")
    probe = probes.get("scanner")
    if not probe:
        return NOT_PROBED
    if probe.problem:
        return State.PROBLEM, probe.problem + (f" Files on hold until it does: {held}." if held else "")
    return State.OK, f"Responding. Files on hold: {held}."


@check("disk", "Disk", "Free up space: at 128 MB files are refused, later no request can be stored.")
def disk(at: datetime, probes: Probes) -> Result:
    free = free_megabytes()
    low = [f"{name} has {space:,} MB free" for name, space in free.items() if space < settings.DISK_LOW_MB]
    ok = f"{'; '.join(f'{name}: {space:,} MB free' for name, space in free.items())}."
    return _result(f"{'; '.join(low)}." if low else "", ok)


def free_megabytes() -> dict[str, int]:
    """Return free space by the setting's name, without disks that cannot be read."""
    found = {}
    for name in ("VAR_DIR", "BACKUP_DIR"):
        folder = getattr(settings, name)
        with contextlib.suppress(OSError):
            while not folder.exists():
                folder = folder.parent
            found[name] = shutil.disk_usage(folder).free // 1_000_000
    return found


@check("backup", "Backup", "Run `manage.py backup` and read its message. BACKUP_DIR must exist and have free space.")
def backups(at: datetime, probes: Probes) -> Result:
    probe, newest = probes.get("backup"), newest_backup()
    if probe and probe.problem:
        return State.PROBLEM, probe.problem
    if newest is None:
        return State.PROBLEM, "There is no backup yet."
    text = f"The newest was made {ago(newest, at)}."
    if newest < at - BACKUP_OLD_AFTER:
        return State.PROBLEM, text
    if settings.BACKUP_DIR.stat().st_dev == settings.VAR_DIR.stat().st_dev:
        where = "It is on the same disk as the data: a disk failure loses both (docs/operators.md, Backups)."
        return State.NOTE, f"{text} {where}"
    return State.OK, text


def newest_backup() -> datetime | None:
    try:
        found = manifest.all_in(settings.BACKUP_DIR)
    except OSError:
        return None
    return manifest.made_at(found[-1]) if found else None


@check("drill", "Restore drill", "Run `manage.py restore_drill`; if it fails again, make and try a new backup.")
def restore_drill(at: datetime, probes: Probes) -> Result:
    probe = probes.get("drill")
    if not probe:
        return State.NOTE, "None yet: the first runs an hour after the first start, then one a week."
    late = f"The last one was {ago(probe.at, at)}." if probe.at < at - DRILL_OLD_AFTER else ""
    return _result(probe.problem or late, f"{ago(probe.at, at).capitalize()}: {probe.summary}")


@check("certificate", "Certificate", "Renew it where TLS ends.")
def certificate(at: datetime, probes: Probes) -> Result:
    if not settings.HTTPS:
        return State.NOTE, "SITE_URL is not https: what people send can be read on its way."
    probe = probes.get("certificate")
    if not probe:
        return NOT_PROBED
    if probe.problem or not probe.good_until:
        return State.PROBLEM, probe.problem
    if probe.good_until < at + CERTIFICATE_WARN_BEFORE:
        return State.PROBLEM, f"It expires on {probe.good_until:%Y-%m-%d}."
    return State.OK, f"Valid until {probe.good_until:%Y-%m-%d}."


def ago(moment: datetime, at: datetime) -> str:
    return "just now" if moment > at - MINUTE else f"{timesince(moment, at, depth=1)} ago"
