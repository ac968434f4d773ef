"""Each web process looks once a minute whether a worker lives: a dead one cannot tell of itself.

If the database is away too, nobody can agree on who mails; each web process then does, and at most every 6 hours.
"""

import logging
import threading
import time

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from editorial.staff_mail import NotSent
from operations import alerts, readiness
from operations.readiness import Finding

log = logging.getLogger(__name__)

EVERY = 60  # seconds
_database_told_at: float | None = None


def start() -> None:
    """In a thread that ends with the process; nothing where no mail could go out."""
    if settings.EMAIL_HOST and settings.ALERT_EMAILS:
        threading.Thread(target=_watch, name="watch", daemon=True).start()


def _watch() -> None:
    while True:
        time.sleep(EVERY)
        look()


def look() -> None:
    """One look, and a mail where it takes one. Raises nothing."""
    try:
        at = timezone.now()
        finding = readiness.worker(at, {})
        if finding.state == "wrong":
            alerts.tell_of([finding], at)
    except DatabaseError as error:
        _tell_of_database(type(error).__name__)
    except NotSent as error:
        log.warning("An alert could not be sent (%s).", error)
    except Exception:
        log.exception("The watch over the worker failed.")
    finally:
        connection.close()


def _tell_of_database(kind: str) -> None:
    global _database_told_at
    now = time.monotonic()
    if _database_told_at is not None and now < _database_told_at + alerts.PAUSE.total_seconds():
        return
    says = f"It does not answer ({kind}). Readers see published pages at best; no request can be stored."
    try:
        alerts.send([Finding("database", "Database", "wrong", says, "Start it, or look at its disk.")], [])
        _database_told_at = now
    except NotSent as error:
        log.warning("An alert could not be sent (%s).", error)
