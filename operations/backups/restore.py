"""Restore a backup: onto an empty machine, or with `replace` in place of what is there."""

import contextlib
import datetime
import os
import shutil
import sqlite3
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from callbacks.casework import erasure
from callbacks.models import CallbackRequest
from detoxsite import secret_files
from operations import keys
from operations.backups import databases, manifest, tombstones
from operations.backups.backup import names_in
from operations.backups.manifest import SQLITE, BackupError, Manifest
from operations.models import KnownKey
from storage import durable, reachable
from storage.sqlite.base import forget_file

#: Storages by their folder in a backup.
STORAGES = {"attachments": "attachments", "media": "default"}
_NO_LIST = (
    f"WARNING: there is no {tombstones.FILE} beside the backup or in BACKUP_DIR. What people withdrew and staff erased "
    "since the backup is back. Find the list, put it beside the backup and restore again with --replace."
)
_HOW_TO_REPLACE = {
    "sqlite": "Use --replace to overwrite it.",
    "postgresql": "For a lost host restore nothing: its database serves on. For a lost database, stop all hosts and "
    "use --replace, which moves nothing aside.",
}


def restore(backup: Path, *, replace: bool = False, without_keys: bool = False) -> list[str]:
    """Restore a backup, then erase again what was erased since; return what was done, in sentences.

    With `replace`, existing files are moved to VAR_DIR/replaced-…, and PostgreSQL's tables replaced. Nothing changes
    before the backup, the keys and the list of what was erased are verified. Raises BackupError.
    """
    found = manifest.verify(backup)
    notes = _check_keys(found, without_keys)
    secret_files.make_missing()
    if (found.database == SQLITE) != (connection.vendor == "sqlite"):
        wanted = "Unset DATABASE_URL" if found.database == SQLITE else "Set DATABASE_URL"
        raise BackupError(f"The backup is of another kind of database than the one set up here. {wanted} first.")
    reachable.require_database()
    occupied = _occupied()
    if occupied and not replace:
        raise BackupError(f"This site already has {', '.join(occupied)}. {_HOW_TO_REPLACE[connection.vendor]}")
    # Both, as the backup may be a copy in another folder.
    lists = [folder / tombstones.FILE for folder in (backup.parent, settings.BACKUP_DIR)]
    if not any(path.exists() for path in lists):
        notes.append(_NO_LIST)
    if occupied:
        with contextlib.suppress(DatabaseError):  # the newest list is in the database, which may be broken
            tombstones.publish()
    erased = tombstones.read(lists[0]) | tombstones.read(lists[1])
    if occupied:
        notes += _move_aside()
    settings.VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _mark_unfinished()
        _restore_files(backup, found)
        _restore_database(backup / found.database)
    except OSError as error:
        reason = f"{error.strerror}. Free up space, and run it again with --replace."
        raise BackupError(f"The backup could not be restored: {reason}") from error
    call_command("migrate", interactive=False, verbosity=0)
    if without_keys:
        keys.accept_loss()
    elif manifest.fingerprints()["SECRET_KEY"] != found.keys.get("SECRET_KEY"):
        KnownKey.objects.filter(number=keys.SECRET).delete()  # `notes` has a warning
    again = erasure.erase_again({pk: withdrawn for pk, (withdrawn, _) in erased.items()})
    again += erasure.erase_due(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {keys.UNFINISHED_RESTORE}")
    return [*notes, f"Restored {backup.name}: {_in_words(found)}. Erased again, as it must not come back: {again}."]


def _check_keys(found: Manifest, without_keys: bool) -> list[str]:
    here = manifest.fingerprints()
    missing = sorted(name for name, digest in found.keys.items() if name != "SECRET_KEY" and here.get(name) != digest)
    if missing and not without_keys:
        raise BackupError(
            f"Vault key {', '.join(missing)} is not the one that this backup was made with. Put the keys back first "
            f"({settings.VAULT_KEY_FILE} or VAULT_KEYS): without them nothing that people sent can be read, and no "
            "second factor of staff works. Use --without-keys to restore the rest."
        )
    notes = ["The vault's keys are missing: nothing that people sent can be read."] if missing else []
    if here["SECRET_KEY"] != found.keys.get("SECRET_KEY"):
        notes.append("SECRET_KEY is another one: people's private links will not open, and staff must sign in again.")
    return notes


def _occupied() -> list[str]:
    database = _database_file().exists() if connection.vendor == "sqlite" else connection.introspection.table_names()
    kinds = {"attachments": "files that people sent", "default": "pictures"}
    names = ["a database"] if database else []
    return names + [words for alias, words in kinds.items() if any(names_in(storages[alias]))]


def _move_aside() -> list[str]:
    """Move existing files aside. Raises BackupError if a server or worker of any host has the database open."""
    if connection.vendor != "sqlite":
        databases.ensure_unused_postgres()
    aside = settings.VAR_DIR / f"{timezone.now():{manifest.REPLACED}}"
    aside.mkdir(mode=0o700, parents=True)
    if connection.vendor == "sqlite" and _database_file().exists():
        _ensure_unused(_database_file())
        for path in (_database_file(), *_database_file().parent.glob(f"{_database_file().name}-*")):  # its log too
            path.rename(aside / path.name)
        forget_file(_database_file())
    _mark_unfinished()  # before the files go: without them a start would take this for a new machine
    for alias in STORAGES.values():
        storage = storages[alias]
        if isinstance(storage, FileSystemStorage) and Path(storage.location).exists():
            Path(storage.location).rename(aside / alias)
    if not any(aside.iterdir()):
        aside.rmdir()
        return ["The database's contents were replaced."]
    days = f"A backup deletes it after {settings.BACKUP_DAYS} days"
    return [f"What was here is in {aside}. {days}; do it as soon as you can: it holds what people sent."]


def _mark_unfinished() -> None:
    if connection.vendor == "sqlite":  # a server's database is still as it was, and is replaced in one transaction
        with connection.cursor() as cursor:
            cursor.execute(keys.MARK_RESTORE)


def _ensure_unused(path: Path) -> None:
    connection.close()
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=1)) as database:
            database.execute("PRAGMA journal_mode=DELETE")  # fails while others have it open
    except sqlite3.OperationalError as error:
        raise BackupError("The site or its worker is running. Stop both first.") from error
    except sqlite3.DatabaseError:
        return  # damaged, which may be why it is replaced


def _restore_files(backup: Path, found: Manifest) -> None:
    for path in found.files:
        folder, _, name = path.partition("/")
        if not name:
            continue  # the database
        storage = storages[STORAGES[folder]]
        storage.delete(name)
        with (backup / path).open("rb") as file:
            storage.save(name, File(file))
    os.sync()


def _restore_database(source: Path) -> None:
    """Restore the database, marked as unfinished: no site may start before what was erased is erased again."""
    connection.close()
    if connection.vendor != "sqlite":
        databases.restore_postgres(source, then=keys.MARK_RESTORE)
        return
    target = _database_file()
    draft = target.with_name(f"{target.name}-restoring")
    try:
        shutil.copyfile(source, draft)
        with contextlib.closing(sqlite3.connect(draft)) as database:
            database.execute(keys.MARK_RESTORE)
        durable.sync(draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    durable.sync(target.parent)
    forget_file(target)


def _database_file() -> Path:
    return Path(connection.settings_dict["NAME"])


def _in_words(found: Manifest) -> str:
    made = datetime.datetime.fromisoformat(found.made_at)
    requests = found.counts.get(CallbackRequest._meta.db_table, 0)
    missing = f", {len(found.missing)} of them already missing then" if found.missing else ""
    return f"as of {made:%Y-%m-%d %H:%M} UTC, {requests} requests with {len(found.attachments)} files{missing}"
