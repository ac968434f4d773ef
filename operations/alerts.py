"""Mail alerts about problems and recoveries to the operators. They hold no reference and no personal data.

An incident is a row; the process that updates its `alerted_at` sends the mail, so only one does.
"""

import datetime
import logging
import threading
import time

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from editorial import staff_mail
from editorial.staff_mail import NotSent
from limits.pause import Pause
from operations import readiness
from operations.models import Incident
from operations.readiness import Finding, State
from storage import read_only

log = logging.getLogger(__name__)

REMIND_AFTER = datetime.timedelta(hours=6)
#: A restart or a brief outage is over by then.
ALERT_AFTER = datetime.timedelta(minutes=5)
WATCH_SECONDS = 60
database_pause = Pause(REMIND_AFTER.total_seconds())


def enabled() -> bool:
    return bool(settings.EMAIL_HOST and settings.ALERT_EMAILS)


def alert_all(at: datetime.datetime) -> int:
    """Send at most one mail about all checks; returns how many problems and recoveries it names. Raises NotSent."""
    findings = readiness.findings(at)
    Incident.objects.exclude(key__in=[each.key for each in findings]).delete()  # of a check that a release took away
    return alert([finding for finding in findings if finding.key != "mail"], at)  # it cannot be mailed


def alert(findings: list[Finding], at: datetime.datetime) -> int:
    """Open, remind of and close the incidents of these findings. Raises NotSent; the next call tries again."""
    problems = [each for each in findings if each.state == State.PROBLEM]
    fine = {each.key: each.title for each in findings if each.state != State.PROBLEM}
    Incident.objects.bulk_create([Incident(key=each.key, since=at) for each in problems], ignore_conflicts=True)
    incidents = {incident.key: incident for incident in Incident.objects.all()}
    # Another process may have closed one since.
    due = [each for each in problems if each.key in incidents and _claim(incidents[each.key], at)]
    closed = [each for key, each in incidents.items() if key in fine and _close(each)]
    if due or closed:
        try:
            send(due, [fine[each.key] for each in closed])
        except NotSent:
            for each in due:
                Incident.objects.filter(key=each.key).update(alerted_at=incidents[each.key].alerted_at)
            Incident.objects.bulk_create(closed, ignore_conflicts=True)
            raise
    return len(due) + len(closed)


def _claim(incident: Incident, at: datetime.datetime) -> bool:
    row = Incident.objects.filter(key=incident.key, alerted_at=incident.alerted_at)
    if incident.since > at:  # the clock was wrong
        row.update(since=at)
        return False
    is_due = incident.alerted_at is None or not at - REMIND_AFTER < incident.alerted_at <= at
    return is_due and incident.since <= at - ALERT_AFTER and bool(row.update(alerted_at=at))


def _close(incident: Incident) -> bool:
    """Return whether this process should mail the recovery."""
    return bool(Incident.objects.filter(key=incident.key).delete()[0] and incident.alerted_at)


def send(problems: list[Finding], recovered: list[str]) -> None:
    """Mail the problems and recoveries to the operators. Raises NotSent."""
    paragraphs = [f"{each.title}: {each.text}\n{each.advice}" for each in problems]
    if recovered:
        paragraphs.append(f"Recovered: {', '.join(recovered)}.")
    reminder = "\nYou will be reminded every 6 hours until it is fixed." if problems else ""
    paragraphs.append(f"System status: {settings.SITE_URL}/admin/readiness/{reminder}")
    subject = f"Action needed: {', '.join(each.title for each in problems)}" if problems else "Recovered"
    staff_mail.send(subject, "\n\n".join(paragraphs), settings.ALERT_EMAILS)


def start_watching() -> None:
    """Check from a thread of each web process that a worker runs: a dead one cannot send an alert."""
    if enabled():
        threading.Thread(target=_watch, name="watch", daemon=True).start()


def _watch() -> None:
    while True:
        time.sleep(WATCH_SECONDS)
        check_worker()


def check_worker() -> None:
    """Alert if no worker runs or the database is down. Raises nothing."""
    if read_only.is_on():  # the worker waits, and the operator is watching the move
        return
    try:
        _alert_if_down(timezone.now())
    except NotSent as error:
        log.warning("An alert could not be sent (%s).", error)
    except Exception:
        log.exception("The check of the worker failed.")
    finally:
        connection.close()


def _alert_if_down(at: datetime.datetime) -> None:
    """Alert, each web process for itself if the database is down: then they cannot agree on one. Raises NotSent."""
    try:
        finding = readiness.worker(at, {})
        if finding.state == State.PROBLEM:
            alert([finding], at)
    except DatabaseError as error:
        if not database_pause.is_on:
            text = f"It does not respond ({type(error).__name__}). Readers see published pages at best; no request "
            text += "can be stored."
            send([Finding("database", "Database", State.PROBLEM, text, "Start it, or check its disk.")], [])
            database_pause.begin()
