"""Make backups while the site serves, and delete old ones. See docs/decisions/0010-backups.md."""

import datetime
import hashlib
import logging
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import DatabaseError
from django.utils import timezone

from callbacks.models import Attachment
from operations.backups import databases, manifest, tombstones
from operations.backups.manifest import BackupError, Entry, Manifest
from operations.models import ScheduledJob
from storage import durable
from vault import streams

log = logging.getLogger(__name__)

#: Prefix of unfinished backups, which are ignored.
UNFINISHED = ".unfinished-"
#: Free space that a backup leaves on its disk, where requests may be stored too.
RESERVE_MB = 256
#: Seconds that a scheduled backup, or a drill, waits for another one.
LOCK_TIMEOUT_SECONDS = 600
PIECE_BYTES = 1024 * 1024
#: Modification times are in whole seconds: a file younger than this may change without a new time.
SETTLED_AFTER = datetime.timedelta(seconds=2)


def make(lock_timeout: float = 0) -> Path:
    """Make a verified backup in BACKUP_DIR, and publish the list of what was erased.

    Raises BackupError, and leaves nothing half-made; if only the list failed, the message says that the backup exists.
    """
    folder = settings.BACKUP_DIR
    with manifest.locked(folder, timeout=lock_timeout):
        for path in folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(path, ignore_errors=True)
        draft = folder / f"{UNFINISHED}{uuid.uuid4().hex}"
        try:
            draft.mkdir(mode=0o700)
            linked = _Copy(draft, folder).run()
            manifest.verify(draft, already_read=linked)
            for path in (draft, *draft.rglob("*/")):
                durable.sync(path)
            at = timezone.now()
            while (free := folder / f"{at:{manifest.NAME}}").exists():
                at += datetime.timedelta(seconds=1)
            backup = draft.rename(free)
            durable.sync(folder)
        except BackupError:
            raise
        except Exception as error:  # disk, database and store each raise their own
            message = str(error).partition("\n")[0] if isinstance(error, DatabaseError) else ""
            reason = getattr(error, "strerror", None) or message or type(error).__name__
            where = f": {error.filename}" if isinstance(error, OSError) and error.filename else ""
            raise BackupError(f"The backup could not be made: {reason}{where}. Older ones are untouched.") from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        try:
            tombstones.publish()
        except (BackupError, DatabaseError) as error:
            raise BackupError(f"{backup.name} was made and verified. What was erased is not listed: {error}") from error
    return backup


def run(lock_timeout: float = LOCK_TIMEOUT_SECONDS) -> str:
    """Make a backup, and delete old ones even if that fails: the privacy page promises it. Raises BackupError."""
    try:
        made = make(lock_timeout)
    finally:
        prune(timezone.now(), lock_timeout)
    if lost := lost_files(made):
        raise BackupError(f"The store has lost or cut off {lost} files that requests name; {made} holds the rest.")
    return f"{made} was made and verified."


def run_daily() -> str:
    """Run as scheduled, but not into the empty folder of a disk that is not mounted. Raises BackupError."""
    folder, now = settings.BACKUP_DIR, timezone.now()
    # Older backups were deleted for their age, which says nothing about the disk.
    made_before = ScheduledJob.objects.filter(name="backup", succeeded_at__gt=now - _max_age()).exists()
    if made_before and not folder.is_relative_to(settings.VAR_DIR) and not manifest.all_in(folder):
        _delete_replaced(now)
        advice = "Is its disk mounted? If the folder is new, run `manage.py backup` once."
        raise BackupError(f"{folder} (BACKUP_DIR) has none of the backups made before. {advice}")
    return run()


def prune(at: datetime.datetime, lock_timeout: float = 0) -> None:
    """Delete the backups older than BACKUP_DAYS, and those that are not the newest of a day, week or month to keep.

    What a restore replaced is as old as a backup, and goes with them.
    """
    try:
        _delete_replaced(at)
    finally:
        with manifest.locked(settings.BACKUP_DIR, timeout=lock_timeout):
            backups = manifest.all_in(settings.BACKUP_DIR)
            for backup in set(backups) - _kept(backups, at):
                # Renamed first, so that a backup half deleted never looks like a whole one.
                shutil.rmtree(backup.rename(backup.with_name(f"{UNFINISHED}{backup.name}")))


def _delete_replaced(at: datetime.datetime) -> None:
    for aside in settings.VAR_DIR.glob("replaced-????-??-??T??-??-??Z"):
        if manifest.made_at(aside, manifest.REPLACED) <= at - _max_age():
            shutil.rmtree(aside)


def _max_age() -> datetime.timedelta:
    """Return how long any backup is kept."""
    return datetime.timedelta(days=settings.BACKUP_DAYS)


def _kept(backups: list[Path], at: datetime.datetime) -> set[Path]:
    oldest = at - _max_age()
    young = [backup for backup in backups if manifest.made_at(backup) > oldest]
    kept = set(young[-1:])
    for period, number in (
        ("%Y-%m-%d", settings.BACKUPS_DAILY),
        ("%G-%V", settings.BACKUPS_WEEKLY),
        ("%Y-%m", settings.BACKUPS_MONTHLY),
    ):
        last_of_each = {f"{manifest.made_at(backup):{period}}": backup for backup in young}
        kept.update(list(reversed(last_of_each.values()))[:number])
    return kept


def lost_files(backup: Path) -> int:
    """Count the files that rows still name though the store has lost or cut them off. Raises BackupError."""
    if not backup.exists():
        return 0  # pruned: another worker has made a newer one and counts its files
    missing = manifest.load(backup).missing
    return Attachment.objects.arrived().filter(object_name__in=missing).count()


class _Copy:
    """Fills a folder with a backup; hard-links what has not changed since the newest one in `backups`."""

    def __init__(self, folder: Path, backups: Path) -> None:
        self.folder = folder
        self.earlier, self.known = backups, dict[str, Entry]()
        for backup in reversed(manifest.all_in(backups)):
            try:
                self.earlier, self.known = backup, manifest.load(backup).files
                break
            except BackupError as error:
                log.warning("%s", error)
        self.linked: set[str] = set()

    def run(self) -> set[str]:
        """Return the names of linked, and so verified, files. Raises BackupError, or what disk or store raise."""
        _ensure_space(self.folder, databases.size())
        name, counts, attachments = databases.copy_into(self.folder)
        made = Manifest(f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}", name, counts, attachments, keys=manifest.fingerprints())
        made.files[name] = Entry((self.folder / name).stat().st_size, manifest.sha256(self.folder / name))
        # After the database, so that the files it names are stored. Files erased meanwhile are missing.
        for each, length in sorted(attachments.items()):
            if entry := self._store(storages["attachments"], each, f"attachments/{each}", streams.stored_bytes(length)):
                made.files[f"attachments/{each}"] = entry
            else:
                made.missing.append(each)
        for each in names_in(storages["default"]):
            if entry := self._store(storages["default"], each, f"media/{each}"):
                made.files[f"media/{each}"] = entry
        made.save(self.folder)
        return self.linked

    def _store(self, storage: Storage, name: str, path: str, whole: int | None = None) -> Entry | None:
        """Link or copy one file; None if the store does not have it, or not as many bytes as make it whole."""
        try:
            time, size = storage.get_modified_time(name), storage.size(name)
            if whole not in {None, size}:  # cut off by a broken disk, say: one such file must not stop all backups
                return None
            is_settled = time.microsecond or timezone.now() - time > SETTLED_AFTER
            modified = time.isoformat() if is_settled else ""
            old = self.known.get(path)
            if old and modified and (old.modified, old.bytes) == (modified, size) and self._link(path, old):
                return old
            _ensure_space(self.folder, size)
            with storage.open(name, "rb") as source:
                length, digest = _copy(source, self.folder / path)
        except FileNotFoundError:  # any other error makes no backup: it would lack files that are there
            return None
        return Entry(length, digest, modified)

    def _link(self, path: str, old: Entry) -> bool:
        """Hard-link an earlier backup's file, unless it is damaged or the disk has no hard links."""
        try:
            if manifest.sha256(self.earlier / path) != old.sha256:
                return False
            (self.folder / path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.link(self.earlier / path, self.folder / path)
        except OSError:
            return False
        self.linked.add(path)
        return True


def _copy(source: IO[bytes], path: Path) -> tuple[int, str]:
    """Return the length and SHA-256 of what was read, so that reading the copy verifies it. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, length = hashlib.sha256(), 0
    with durable.create(path) as copy:
        while piece := source.read(PIECE_BYTES):
            copy.write(piece)
            digest.update(piece)
            length += len(piece)
    return length, digest.hexdigest()


def names_in(storage: Storage, folder: str = "") -> Iterator[str]:
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}{name}" for name in sorted(names) if name)
    for each in sorted(folders):
        yield from names_in(storage, f"{folder}{each}/")


def _ensure_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free - needed < RESERVE_MB * 1024 * 1024:
        raise BackupError(
            f"The disk of BACKUP_DIR is nearly full: {free // 1_000_000} MB are free, and a backup leaves {RESERVE_MB} "
            "MB for what people send. Free up space, or set BACKUP_DIR to another disk."
        )
