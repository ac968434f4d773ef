"""A restore drill: puts the newest backup into a throwaway folder and proves that it can be used."""

import contextlib
import logging
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from callbacks.models import CallbackRequest
from operations.backups import databases, files, manifest
from operations.backups.databases import Ask
from operations.backups.files import BackupError
from operations.backups.manifest import SQLITE, Manifest
from operations.models import ProbeResult
from vault import keyring, streams
from vault.keyring import VaultError

log = logging.getLogger(__name__)

SEALED = "SELECT id, wrapped_key, sealed FROM callbacks_callbackrequest WHERE state <> 'withdrawn'"


def run() -> str:
    """Proves the newest backup and writes down how it went; a sentence. Raises BackupError where it failed."""
    try:
        with files.alone(settings.BACKUP_DIR, wait=files.WAIT):
            says, problem = _prove_newest(), ""
    except (BackupError, OSError) as error:
        says, problem = "", str(error)
    result = {"at": timezone.now(), "summary": says, "problem": problem}
    ProbeResult.objects.update_or_create(name="drill", defaults=result)
    if problem:
        raise BackupError(problem)
    log.info("%s", says)
    return says


def _prove_newest() -> str:
    backups = manifest.all_in(settings.BACKUP_DIR)
    if not backups:
        raise BackupError("There is no backup to try.")
    return prove(backups[-1])


def prove(backup: Path) -> str:
    """Reads all of it, brings its database to life, counts, and opens what is sealed. Raises BackupError."""
    found = manifest.verify(backup)
    with _alive(backup, found) as ask:
        counts = databases.counts(ask)
        if counts != found.counts:
            wrong = sorted(name for name in counts.keys() | found.counts if counts.get(name) != found.counts.get(name))
            raise BackupError(f"The restored database has not the rows that the backup had: {', '.join(wrong)[:200]}.")
        opened, locked = _open_one_for_each_key(ask)
    whole = _open_files(backup, found)
    without = f" No key was here for {locked}, which could not be opened." if locked else ""
    requests = counts.get("callbacks_callbackrequest", 0)
    return (
        f"{backup.name} was restored for a try: {sum(counts.values())} rows, {requests} requests; {opened} opened as a "
        f"sample, and {whole} of {len(found.attachments)} files opened from end to end.{without}"
    )


@contextlib.contextmanager
def _alive(backup: Path, found: Manifest) -> Iterator[Ask]:
    if found.database != SQLITE:
        with databases.scratch_postgres(backup / found.database) as ask:
            yield ask
        return
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="drill-", dir=settings.VAR_DIR) as folder:
        copy = Path(folder, SQLITE)
        shutil.copyfile(backup / SQLITE, copy)
        manifest.verify_sqlite(copy)
        with closing(sqlite3.connect(copy)) as database:
            yield lambda query: database.execute(query).fetchall()


def _open_one_for_each_key(ask: Ask) -> tuple[int, int]:
    """How many were opened, and how many stand under keys that are not here. Raises BackupError."""
    tried: set[int] = set()
    locked = 0
    for pk, wrapped, sealed in ask(SEALED):
        request = CallbackRequest(pk=CallbackRequest._meta.pk.to_python(pk), wrapped_key=wrapped, sealed=sealed)
        try:
            number = keyring.number_of(bytes(wrapped))
            if number not in settings.VAULT_KEYS:
                locked += 1
            elif number not in tried:
                request.open_details()
                tried.add(number)
        except VaultError as error:
            raise BackupError(f"A request in the backup cannot be opened: {error}") from error
    return len(tried), locked


def _open_files(backup: Path, found: Manifest) -> int:
    whole = 0
    for name in found.attachments.keys() - set(found.missing):
        try:
            with (backup / "attachments" / name).open("rb") as file:
                if streams.key_number(streams.read_header(file)) not in settings.VAULT_KEYS:
                    continue
                file.seek(0)
                if streams.verify(file, name) != found.attachments[name]:
                    raise BackupError("A file in the backup has another length than its row says.")
        except VaultError as error:
            raise BackupError(f"A file in the backup cannot be opened: {error}") from error
        whole += 1
    return whole
