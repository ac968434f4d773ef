"""The list, beside the backups, of withdrawn and erased requests: a restore erases them again.

It holds ids and dates only. It is in BACKUP_DIR because the database may be lost.
"""

import datetime
import uuid
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from callbacks.models import Tombstone
from operations.backups.manifest import BackupError
from storage import durable

FILE = "erased.txt"
#: By request: whether the person withdrew it, and when it was erased.
Erased = dict[uuid.UUID, tuple[bool, datetime.datetime]]


def kept_days() -> int:
    """Return the days to keep an entry: a week longer than any backup."""
    return settings.BACKUP_DAYS + 7


def publish() -> None:
    """Update the list from the database, and drop entries older than any backup. Raises BackupError."""
    oldest = timezone.now() - datetime.timedelta(days=kept_days())
    Tombstone.objects.filter(at__lt=oldest).delete()
    path = settings.BACKUP_DIR / FILE
    known = read(path)
    rows = {row.request_id: (row.withdrawn, row.at) for row in Tombstone.objects.all()}
    wanted = {pk: (withdrawn, at) for pk, (withdrawn, at) in (known | rows).items() if at >= oldest}
    if wanted == known and path.exists():  # an empty list is written too: for a restore, that is not a lost one
        return
    lines = [
        f"{pk} {'withdrawn' if withdrawn else 'erased'} {at.isoformat()}\n"
        for pk, (withdrawn, at) in sorted(wanted.items())
    ]
    try:
        settings.BACKUP_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        with durable.replace(path) as file:
            file.write("".join(lines).encode())
    except OSError as error:
        raise BackupError(f"The list {path} cannot be written: {error.strerror}.") from error


def read(path: Path) -> Erased:
    """Read a list; empty if there is none. Raises BackupError if it is damaged."""
    found: Erased = {}
    try:
        for line in path.read_text().splitlines() if path.exists() else []:
            pk, how, at = line.split(" ")
            found[uuid.UUID(pk)] = (how == "withdrawn", datetime.datetime.fromisoformat(at))
    except OSError as error:
        raise BackupError(f"The list {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise BackupError(f"The list {path} is damaged: line {len(found) + 1}.") from error
    return found
