"""Whether all is as it should be: one answer for the staff's page, the alerts and the metrics."""

import datetime
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.timesince import timesince
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from callbacks.casework import notices, setup_gaps
from callbacks.models import Attachment, CallbackRequest
from operations import keys, worker_status
from operations.backups import manifest
from operations.models import Look

MINUTE = datetime.timedelta(minutes=1)
HOUR = 60 * MINUTE
DAY = 24 * HOUR

WORKER_SILENT = 5 * MINUTE
QUEUE_SLOW = 15 * MINUTE
OVERDUE = HOUR  # past the promise: the first mail went out when it ran out
BACKUP_OLD = 36 * HOUR
DRILL_OLD = 15 * DAY
CERTIFICATE_SHORT = 14 * DAY


@dataclass(frozen=True)
class Finding:
    """`state` is "well", "note" (as it was set up, worth knowing) or "wrong". `advice` is what to do."""

    key: str
    title: str
    state: str
    says: str
    advice: str = ""

    @property
    def in_words(self) -> str:
        return {"well": "Well", "note": "Note", "wrong": "Needs you"}[self.state]


def findings(at: datetime.datetime) -> list[Finding]:
    """All of them, in the order of the page. Raises DatabaseError where the database is away."""
    looks = {look.name: look for look in Look.objects.all()}
    return [check(at, looks) for check in CHECKS]


def _finding(key: str, title: str, problem: str, well: str, advice: str, note: str = "") -> Finding:
    if problem:
        return Finding(key, title, "wrong", problem, advice)
    return Finding(key, title, "note" if note else "well", note or well)


Looks = dict[str, Look]


def database(at: datetime.datetime, looks: Looks) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding("database", "Database", "well", f"It answers ({connection.display_name}).")


def store(at: datetime.datetime, looks: Looks) -> Finding:
    look = looks.get("store")
    advice = "Check the disk or the object store and the settings for it. Requests are taken meanwhile, files are not."
    well = f"It took and deleted a file {_ago(look.at, at)}." if look else ""
    return _finding("store", "Store of files", look.problem if look else "", well, advice, _not_yet(look))


def vault_keys(at: datetime.datetime, looks: Looks) -> Finding:
    said, unopened = keys.problems(), keys.unopened()
    said += [f"{unopened} of the requests and second factors tried cannot be opened."] if unopened else []
    return _finding("keys", "Keys", " ".join(said), "Each opens what is under it.", keys.WHAT_TO_DO)


def worker(at: datetime.datetime, looks: Looks) -> Finding:
    beat = worker_status.heartbeat()
    problem = "" if beat and beat > at - WORKER_SILENT else _silence(beat, at)
    advice = "Start it: `make run` does, and so does `manage.py work`. Until then no notice is sent and nothing erased."
    return _finding("worker", "Task worker", problem, f"Seen {_ago(beat, at)}.", advice)


def _silence(beat: datetime.datetime | None, at: datetime.datetime) -> str:
    return f"It was last seen {_ago(beat, at)}." if beat else "It has never been seen."


def queue(at: datetime.datetime, looks: Looks) -> Finding:
    oldest = worker_status.oldest_task(at)
    problem = f"A task has been waiting for {timesince(oldest, at)}." if oldest and oldest < at - QUEUE_SLOW else ""
    return _finding("queue", "Queue of tasks", problem, "Nothing waits for long.", "Look whether the worker runs.")


def tasks(at: datetime.datetime, looks: Looks) -> Finding:
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, finished_at__gt=at - DAY).count()
    failing = [name for name in worker_status.failing_jobs() if name not in {"backup", "restore drill", "alerts"}]
    late = worker_status.late_jobs(at)
    parts = [f"{failed} failed in the last day"] if failed else []
    parts += [f"failing: {', '.join(failing)}"] if failing else []
    parts += [f"late: {', '.join(late)}"] if late else []
    problem = f"{'; '.join(parts).capitalize()}." if parts else ""
    return _finding("tasks", "Tasks and jobs", problem, "None fails.", "The worker's log has the lines of code.")


def callbacks(at: datetime.datetime, looks: Looks) -> Finding:
    late = CallbackRequest.objects.overdue(at - OVERDUE).count()
    problem = f"{late} {'person waits' if late == 1 else 'people wait'} past the promised time by over an hour."
    waiting = CallbackRequest.objects.waiting().count()
    well = f"{waiting} waiting, none for long past the promised time."
    return _finding("callbacks", "People who wait", problem if late else "", well, "Open the queue and call.")


def opening_hours(at: datetime.datetime, looks: Looks) -> Finding:
    note = setup_gaps.no_opening_times() or setup_gaps.no_closed_days() or ""
    return _finding("hours", "Opening hours", "", "Listed, with the closed days to come.", "", note)


def mail(at: datetime.datetime, looks: Looks) -> Finding:
    untold = notices.waiting(at - QUEUE_SLOW)
    problem = f"Staff were not told of {untold} requests." if untold and notices.are_on() else ""
    note = "" if notices.are_on() else "No mail server is set up: nobody is told of requests or of what stands here."
    advice = "The mail server refuses or is away: the worker's log has the kind of error. Look into the queue by hand."
    return _finding("mail", "Mail to staff", problem, "Notices get out.", advice, note)


def scanner(at: datetime.datetime, looks: Looks) -> Finding:
    held = Attachment.objects.held().count()
    look = looks.get("scanner")
    if not settings.CLAMD:
        note = "No malware scanner is set up." + (f" {held} files are held for one." if held else "")
        return Finding("scanner", "Malware scanner", "note", note)
    problem = look.problem if look else ""
    problem += f" {held} files are held until it does." if problem and held else ""
    return _finding("scanner", "Malware scanner", problem, f"It answers. Held: {held}.", "Start clamd.", _not_yet(look))


def disk(at: datetime.datetime, looks: Looks) -> Finding:
    free = {name: space for name, space in free_megabytes().items() if space is not None}
    low = [f"{name} has {space:,} MB free" for name, space in free.items() if space < settings.DISK_LOW_MB]
    problem = f"{'; '.join(low)}." if low else ""
    well = f"{'; '.join(f'{name}: {space:,} MB free' for name, space in free.items())}."
    return _finding("disk", "Disk", problem, well, "Make room before the disk is full: then files cannot be taken.")


def free_megabytes() -> dict[str, int | None]:
    """By the name of the setting; None where it cannot be told."""
    return {name: _free(getattr(settings, name)) for name in ("VAR_DIR", "BACKUP_DIR")}


def _free(folder: Path) -> int | None:
    try:
        while not folder.exists():
            folder = folder.parent
        return shutil.disk_usage(folder).free // 1_000_000
    except OSError:
        return None


def backups(at: datetime.datetime, looks: Looks) -> Finding:
    look = looks.get("backup")
    newest = newest_backup()
    problem = look.problem if look else ""
    if not problem and (newest is None or newest < at - BACKUP_OLD):
        problem = f"The newest was made {_ago(newest, at)}." if newest else "There is none yet."
    well = f"The newest was made {_ago(newest, at)}."
    one_disk = f"{well} It is on the disk of the data: a broken disk takes both (README, Backups)."
    note = one_disk if _one_disk() else ""
    advice = "Run `manage.py backup` and read what it says. BACKUP_DIR must be there, with room."
    return _finding("backup", "Backup", problem, well, advice, note)


def newest_backup() -> datetime.datetime | None:
    try:
        found = manifest.all_in(settings.BACKUP_DIR)
    except OSError:
        return None
    return manifest.made_at(found[-1]) if found else None


def _one_disk() -> bool:
    try:
        return settings.BACKUP_DIR.stat().st_dev == settings.VAR_DIR.stat().st_dev
    except OSError:
        return False


def restore_drill(at: datetime.datetime, looks: Looks) -> Finding:
    look = looks.get("drill")
    problem = look.problem if look else ""
    if look and not problem and look.at < at - DRILL_OLD:
        problem = f"The last was {_ago(look.at, at)}."
    well = f"{_ago(look.at, at).capitalize()}: {look.says}" if look else ""
    advice = "Run `manage.py restore_drill`, and if it fails again make a new backup and try that one."
    note = "" if look else "None yet: the first comes an hour after the first start, then one a week."
    return _finding("drill", "Restore drill", problem, well, advice, note)


def certificate(at: datetime.datetime, looks: Looks) -> Finding:
    look = looks.get("certificate")
    if not settings.HTTPS:
        return Finding("certificate", "Certificate", "note", "SITE_URL is not https: what people send can be read.")
    problem, well = look.problem if look else "", ""
    if look and look.good_until:
        well = f"Good until {look.good_until:%Y-%m-%d}."
        if not problem and look.good_until < at + CERTIFICATE_SHORT:
            problem = f"It ends on {look.good_until:%Y-%m-%d}."
    return _finding("certificate", "Certificate", problem, well, "Renew it where TLS ends.", _not_yet(look))


CHECKS: list[Callable[[datetime.datetime, Looks], Finding]] = [
    *(
        database,
        vault_keys,
        store,
        worker,
        queue,
        tasks,
        callbacks,
        opening_hours,
        mail,
        scanner,
        disk,
        backups,
        restore_drill,
        certificate,
    )
]


def _not_yet(look: Look | None) -> str:
    return "" if look else "The worker has not looked yet."


def _ago(moment: datetime.datetime | None, at: datetime.datetime) -> str:
    if moment and moment > at - MINUTE:
        return "a moment ago"
    return f"{timesince(moment, at, depth=1)} ago" if moment else "never"
