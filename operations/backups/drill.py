"""Restore drill: restore the newest backup into a temporary place and check that it is usable."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from callbacks.models import CallbackRequest
from operations.backups import databases, manifest
from operations.backups.backup import LOCK_TIMEOUT_SECONDS
from operations.backups.manifest import SQLITE, BackupError, Manifest
from operations.models import KnownKey
from vault import keyring, streams
from vault.keyring import MissingKey, VaultError


def run() -> str:
    """Check the newest backup; return a sentence about it. Raises BackupError or OSError."""
    with manifest.locked(settings.BACKUP_DIR, timeout=LOCK_TIMEOUT_SECONDS):
        backups = manifest.all_in(settings.BACKUP_DIR)
        for left in (*settings.VAR_DIR.glob("drill-*"), *settings.VAR_DIR.glob("restoring-*")):  # by a killed one
            shutil.rmtree(left)
        if not backups:
            raise BackupError("There is no backup to try.")
        return check(backups[-1])


def check(backup: Path) -> str:
    """Verify all files, restore the database, count its rows and open sealed data. Raises BackupError."""
    found = manifest.verify(backup)
    with _restored(backup, found) as alias:
        counts = databases.counts(alias)
        changed = {name for name, _ in counts.items() ^ found.counts.items()}
        if wrong := sorted(changed - {"sqlite_sequence"}):  # which earlier releases counted
            raise BackupError(f"The restored database has other rows than the backup: {', '.join(wrong)[:200]}.")
        opened, locked = _open_one_of_each_key(alias)
        if locked and not opened and not KnownKey.objects.filter(fingerprint="").exists():  # "": given up as lost
            raise BackupError(f"None of the {locked} requests in the backup can be opened: their key is not here.")
    whole = _open_files(backup, found)
    without = f" There is no key here for {locked} requests, which could not be opened." if locked else ""
    requests = counts.get(CallbackRequest._meta.db_table, 0)
    return (
        f"{backup.name} was restored as a trial: {sum(counts.values())} rows, {requests} requests; {opened} opened as "
        f"a sample, and {whole} of {len(found.attachments)} files opened from end to end.{without}"
    )


@contextlib.contextmanager
def _restored(backup: Path, found: Manifest) -> Iterator[str]:
    if found.database != SQLITE:
        with databases.scratch_postgres(backup / found.database) as alias:
            yield alias
        return
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="drill-", dir=settings.VAR_DIR) as folder:
        copy = Path(shutil.copy(backup / SQLITE, folder))
        manifest.verify_sqlite(copy)
        with databases.opened(str(copy)) as alias:
            yield alias


def _open_one_of_each_key(alias: str) -> tuple[int, int]:
    """Return how many requests were opened, and how many are under missing keys. Raises BackupError."""
    tried: set[int] = set()
    locked = 0
    requests = CallbackRequest.objects.using(alias).exclude(state=CallbackRequest.State.WITHDRAWN)
    for request in requests.only("wrapped_key", "sealed").iterator():  # an older release may lack other columns
        try:
            if (number := keyring.number_of(bytes(request.wrapped_key))) not in tried:
                request.open_details()
                tried.add(number)
        except MissingKey:
            locked += 1
        except VaultError as error:
            raise BackupError(f"A request in the backup cannot be opened: {error}") from error
    return len(tried), locked


def _open_files(backup: Path, found: Manifest) -> int:
    whole = 0
    for name in found.attachments.keys() - set(found.missing):
        try:
            with (backup / "attachments" / name).open("rb") as file:
                if streams.verify(file, name) != found.attachments[name]:
                    raise BackupError("A file in the backup is not the length its row says.")
            whole += 1
        except MissingKey:
            continue
        except VaultError as error:
            raise BackupError(f"A file in the backup cannot be opened: {error}") from error
    return whole
