"""What operations/schedule.py runs of this."""

import logging

from django.conf import settings
from django.utils import timezone

from operations import alerts, probes
from operations.backups import backup, files, tombstones
from operations.backups import drill as restore_drill
from operations.backups.files import BackupError
from operations.models import Look

log = logging.getLogger(__name__)


def publish_erased() -> None:
    """Raises BackupError."""
    tombstones.publish()


def back_up() -> None:
    """Old ones go even where no new one can be made: how long a backup keeps what was erased is promised.

    Raises BackupError.
    """
    problem = says = ""
    try:
        made = backup.make(wait=files.WAIT)
        says = f"{made.name} was made and verified."
        if lost := backup.lost_files(made):
            problem = f"The store has lost {lost} files that requests name."
    except BackupError as error:
        problem = str(error)
    backup.prune(timezone.now())
    Look.objects.update_or_create(name="backup", defaults={"at": timezone.now(), "says": says, "problem": problem})
    if problem:
        raise BackupError(problem)


def drill() -> None:
    """Raises BackupError."""
    log.info("%s", restore_drill.drill())


def look_and_alert() -> None:
    """Raises NotSent where the mail could not be handed over."""
    probes.look_at_everything()
    if settings.EMAIL_HOST and settings.ALERT_EMAILS:
        alerts.tell(timezone.now())
