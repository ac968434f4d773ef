"""The list of what people took back and staff erased, kept beside the backups: a restore erases it again.

Ids and dates only. It is in BACKUP_DIR, because the database that knew it may be what was lost.
"""

import datetime
import uuid
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from callbacks.models import Tombstone
from operations.backups import files
from operations.backups.files import BackupError

FILE = "erased.txt"


def publish() -> int:
    """Adds what the database knows to the list and drops what no backup can hold any more; how many it names.

    Raises BackupError.
    """
    oldest = timezone.now() - datetime.timedelta(days=settings.BACKUP_DAYS + 7)
    Tombstone.objects.filter(at__lt=oldest).delete()
    path = settings.BACKUP_DIR / FILE
    known = read(path)
    rows = {row.request_id: (row.withdrawn, row.at) for row in Tombstone.objects.all()}
    wanted = {pk: value for pk, value in (known | rows).items() if value[1] >= oldest}
    if wanted != known:
        lines = [
            f"{pk} {'withdrawn' if withdrawn else 'erased'} {at.isoformat()}\n"
            for pk, (withdrawn, at) in sorted(wanted.items())
        ]
        try:
            settings.BACKUP_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
            files.write_text(path, "".join(lines))
        except OSError as error:
            raise BackupError(f"The list {path} cannot be written: {error.strerror}.") from error
    return len(wanted)


def read_all(*folders: Path) -> dict[uuid.UUID, tuple[bool, datetime.datetime]]:
    """What the lists in these folders name, the latest of each: a backup may be restored from a copy elsewhere."""
    found: dict[uuid.UUID, tuple[bool, datetime.datetime]] = {}
    for folder in folders:
        for pk, value in read(folder / FILE).items():
            found[pk] = max(found.get(pk, value), value, key=lambda each: each[1])
    return found


def read(path: Path) -> dict[uuid.UUID, tuple[bool, datetime.datetime]]:
    """Id: whether the person took it back, and when. Empty without a list. Raises BackupError where it is damaged."""
    try:
        text = path.read_text()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BackupError(f"The list {path} cannot be read: {error.strerror}.") from error
    found = {}
    try:
        for line in text.splitlines():
            pk, how, at = line.split(" ")
            found[uuid.UUID(pk)] = (how == "withdrawn", datetime.datetime.fromisoformat(at))
    except ValueError as error:
        raise BackupError(f"The list {path} is damaged: line {len(found) + 1}.") from error
    return found
