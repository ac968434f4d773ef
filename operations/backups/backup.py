"""Makes a backup while the site serves, and deletes old ones. docs/decisions/0010-backups.md has why it is made so."""

import datetime
import logging
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.utils import timezone

from callbacks.models import Attachment
from operations.backups import databases, files, manifest, tombstones
from operations.backups.files import BackupError
from operations.backups.manifest import Entry, Manifest
from operations.models import ProbeResult
from storage import durable

log = logging.getLogger(__name__)

#: What is being made has a name like this, which nothing takes for a backup.
UNFINISHED = ".unfinished-"
#: Megabytes that a backup leaves free on its disk, which may be the one that requests are stored on.
RESERVE_MB = 256
SETTLED = datetime.timedelta(seconds=2)


def make(wait: float = 0) -> Path:
    """A verified backup in BACKUP_DIR, and the list of what was erased beside it.

    Raises BackupError; nothing half-made is left then. It says so where the backup is there and only the list is not.
    """
    folder = settings.BACKUP_DIR
    with files.alone(folder, wait=wait):
        _clear_unfinished(folder)
        draft = folder / f"{UNFINISHED}{uuid.uuid4().hex}"
        try:
            draft.mkdir(mode=0o700)
            trusted = _Copy(draft, _newest_readable(folder)).run()
            manifest.verify(draft, trusted=trusted)
            files.sync_all(draft)
            backup = draft.rename(_free_name(folder))
            durable.sync(folder)
        except BackupError:
            raise
        except Exception as error:  # of the disk, the database or the store, each of which has its own
            raise BackupError(_in_words(error)) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        try:
            tombstones.publish()
        except BackupError as error:
            raise BackupError(f"{backup.name} was made and verified. What was erased is not listed: {error}") from error
    return backup


def run_daily() -> None:
    """Make a backup, delete old ones even if that failed, as the privacy page promises, and save the result.

    Raises BackupError.
    """
    problem = summary = ""
    try:
        made = make(wait=files.WAIT)
        summary = f"{made.name} was made and verified."
        if lost := lost_files(made):
            problem = f"The store has lost {lost} files that requests name."
    except BackupError as error:
        problem = str(error)
    prune(timezone.now())
    result = {"at": timezone.now(), "summary": summary, "problem": problem}
    ProbeResult.objects.update_or_create(name="backup", defaults=result)
    if problem:
        raise BackupError(problem)


def prune(at: datetime.datetime) -> list[Path]:
    """Deletes what is older than BACKUP_DAYS, and what is not among the newest of its days, weeks and months."""
    with files.alone(settings.BACKUP_DIR, wait=files.WAIT):
        backups = manifest.all_in(settings.BACKUP_DIR)
        kept = _kept(backups, at)
        gone = [backup for backup in backups if backup not in kept]
        for backup in gone:
            # A backup that is half deleted must not look like a whole one.
            hidden = backup.rename(backup.with_name(f"{UNFINISHED}{backup.name}"))
            shutil.rmtree(hidden)
    return gone


def _kept(backups: list[Path], at: datetime.datetime) -> set[Path]:
    oldest = at - datetime.timedelta(days=settings.BACKUP_DAYS)
    young = [backup for backup in backups if manifest.made_at(backup) > oldest]
    kept: set[Path] = set(young[-1:])
    for pattern, number in (
        ("%Y-%m-%d", settings.BACKUPS_DAILY),
        ("%G-%V", settings.BACKUPS_WEEKLY),
        ("%Y-%m", settings.BACKUPS_MONTHLY),
    ):
        newest_of = {f"{manifest.made_at(backup):{pattern}}": backup for backup in young}
        kept |= set(list(newest_of.values())[-number:] if number else [])
    return kept


def lost_files(backup: Path) -> int:
    """How many files rows still point to though the store has lost them. Raises BackupError."""
    missing = manifest.load(backup).missing
    return Attachment.objects.arrived().filter(object_name__in=missing).count() if missing else 0


@dataclass
class _Copy:
    """One backup in the making. What did not change since `earlier` is linked, not copied again."""

    folder: Path
    earlier: Path | None
    trusted: set[str] = field(default_factory=set)

    def run(self) -> frozenset[str]:
        """Names of the files that were read while linking them. Raises BackupError, or what a disk or store raises."""
        self.known = manifest.load(self.earlier).files if self.earlier else {}
        _leave_reserve(self.folder, databases.size())
        name, counts, attachments = databases.copy_into(self.folder)
        made = Manifest(f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}", name, counts, attachments, keys=manifest.fingerprints())
        made.files[name] = Entry((self.folder / name).stat().st_size, files.sha256(self.folder / name))
        # The database first: what it names was stored before. What is erased meanwhile is missing, and may be.
        for each in sorted(attachments):
            if entry := self._take(storages["attachments"], each, f"attachments/{each}"):
                made.files[f"attachments/{each}"] = entry
            else:
                made.missing.append(each)
        media = storages["default"]
        for each in _names_in(media):
            if entry := self._take(media, each, f"media/{each}"):
                made.files[f"media/{each}"] = entry
        made.save(self.folder)
        return frozenset(self.trusted)

    def _take(self, storage: Storage, name: str, path: str) -> Entry | None:
        """None where the store does not have it."""
        try:
            at = storage.get_modified_time(name)
            # A store tells whole seconds: what may be written anew within the same one is copied again next time.
            settled = at.microsecond or timezone.now() - at > SETTLED
            modified = at.isoformat() if settled else ""
            old = self.known.get(path)
            if (
                old
                and modified
                and old.modified == modified
                and old.bytes == storage.size(name)
                and self._link(path, old)
            ):
                return old
            _leave_reserve(self.folder, storage.size(name))
            with storage.open(name, "rb") as source:
                length, digest = files.write(self.folder / path, source)
        except BackupError:
            raise
        except Exception:  # each store says in its own way that a file is not there
            if storage.exists(name):
                raise
            return None
        return Entry(length, digest, modified)

    def _link(self, path: str, old: Entry) -> bool:
        """Only what is still as it was: a copy that went bad must not go on from backup to backup."""
        try:
            if files.sha256(self.earlier / path) != old.sha256:
                return False
        except OSError:
            return False
        if not files.link(self.earlier / path, self.folder / path):
            return False
        self.trusted.add(path)
        return True


def _names_in(storage: Storage, folder: str = "") -> Iterator[str]:
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}{name}" for name in sorted(names) if name)
    for each in sorted(folders):
        yield from _names_in(storage, f"{folder}{each}/")


def _newest_readable(folder: Path) -> Path | None:
    for backup in reversed(manifest.all_in(folder)):
        try:
            manifest.load(backup)
        except BackupError as error:
            log.warning("%s", error)
        else:
            return backup
    return None


def _leave_reserve(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free - needed < RESERVE_MB * 1024 * 1024:
        raise BackupError(
            f"The disk of BACKUP_DIR is nearly full: {free // 1_000_000} MB are free, and a backup leaves {RESERVE_MB} "
            "MB for what people send. Make room, or let BACKUP_DIR be on another disk."
        )


def _free_name(folder: Path) -> Path:
    at = timezone.now()
    while (path := folder / f"{at:{manifest.NAME}}").exists():
        at += datetime.timedelta(seconds=1)
    return path


def _clear_unfinished(folder: Path) -> None:
    for path in folder.glob(f"{UNFINISHED}*"):
        shutil.rmtree(path, ignore_errors=True)


def _in_words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"The backup could not be written: {error.strerror}. Nothing was kept of it; older ones are untouched."
    return f"The backup could not be made ({type(error).__name__}). Nothing was kept of it; older ones are untouched."
