"""Puts a backup back: onto an empty machine, or, when told so, in place of what is there."""

import contextlib
import datetime
import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from callbacks.casework import erasure
from operations import keys
from operations.backups import databases, files, manifest, tombstones
from operations.backups.files import BackupError
from operations.backups.manifest import SQLITE, Manifest
from storage import durable
from storage.sqlite.base import forget_file

_WRITE_AHEAD = ("-wal", "-shm", "-journal")


def restore(backup: Path, *, replace: bool = False, without_keys: bool = False) -> list[str]:
    """Puts it back and erases what must not come back; what was done, in sentences. Raises BackupError.

    With `replace`, what was there is moved aside, into VAR_DIR/replaced-…, where it is files;
    PostgreSQL's tables are replaced. Without it, a site with anything in it is left as it is.
    """
    found = manifest.verify(backup)
    said = _check_keys(found, without_keys)
    if found.database == SQLITE and not databases.is_sqlite() or found.database != SQLITE and databases.is_sqlite():
        raise BackupError("The backup is of another kind of database than the one that is set up here.")
    occupied = _occupied()
    if occupied and not replace:
        raise BackupError(f"There is something here already: {', '.join(occupied)}. To replace it, say --replace.")
    if occupied:
        with contextlib.suppress(DatabaseError):  # the list is as new as what is about to go; a broken one has none
            tombstones.publish()
    erased = tombstones.read_all(settings.BACKUP_DIR, backup.parent)  # first: a damaged list must not bring all back
    if occupied:
        said += _move_aside()
    try:
        _put_back(backup, found)
    except OSError as error:
        raise BackupError(f"The backup could not be put back: {error.strerror}. Make room and try again.") from error
    call_command("migrate", interactive=False, verbosity=0)
    if without_keys:
        keys.accept_loss()
    again = erasure.erase_again({pk: withdrawn for pk, (withdrawn, _) in erased.items()})
    due = erasure.erase_due(timezone.now())
    said.append(f"{backup.name} is back: {_in_words(found)}. Erased again, as it must not come back: {again + due}.")
    return said


def _check_keys(found: Manifest, without_keys: bool) -> list[str]:
    here = manifest.fingerprints()
    lacking = sorted(name for name, mark in found.keys.items() if name != "SECRET_KEY" and here.get(name) != mark)
    if lacking and not without_keys:
        raise BackupError(
            f"Number {', '.join(lacking)} of the vault's keys is not the one that this backup was made with. Put the "
            f"keys back first ({settings.VAULT_KEY_FILE} or VAULT_KEYS): without them nothing that people sent can be "
            "read, and no second factor of staff works. To restore the rest all the same, say --without-keys."
        )
    said = ["The vault's keys are missing: nothing that people sent can be read."] if lacking else []
    if here["SECRET_KEY"] != found.keys.get("SECRET_KEY"):
        said.append("SECRET_KEY is another one: private links that people have will not open, and staff sign in anew.")
    return said


def _occupied() -> list[str]:
    names = []
    if databases.is_sqlite():
        names += ["a database"] if _database_file().exists() else []
    else:
        names += ["a database"] if connection.introspection.table_names() else []
    kinds = {"attachments": "files that people sent", "default": "pictures"}
    return names + [words for alias, words in kinds.items() if _holds_something(storages[alias])]


def _holds_something(storage: Storage) -> bool:
    try:
        return any(storage.listdir(""))
    except FileNotFoundError:
        return False


def _move_aside() -> list[str]:
    """Raises BackupError where a server or worker still has the database open."""
    aside = settings.VAR_DIR / f"replaced-{timezone.now():{manifest.NAME}}"
    aside.mkdir(mode=0o700)
    if databases.is_sqlite() and _database_file().exists():
        _ensure_unused(_database_file())
        for suffix in ("", *_WRITE_AHEAD):
            with contextlib.suppress(FileNotFoundError):
                Path(f"{_database_file()}{suffix}").rename(aside / f"{_database_file().name}{suffix}")
    for alias in ("attachments", "default"):
        storage = storages[alias]
        if isinstance(storage, FileSystemStorage) and Path(storage.location).exists():
            Path(storage.location).rename(aside / alias)
    if not any(aside.iterdir()):
        aside.rmdir()
        return ["What the database held is replaced."]
    return [f"What was here is in {aside}. Delete it once you need it no more: it holds what people sent."]


def _ensure_unused(path: Path) -> None:
    connection.close()
    try:
        with closing(sqlite3.connect(path, timeout=1)) as database:
            database.execute("PRAGMA journal_mode=DELETE")  # only for who is alone with it
    except sqlite3.OperationalError as error:
        raise BackupError("The site or its worker is running. Stop both first.") from error
    except sqlite3.DatabaseError:
        return  # it is damaged, which may be why somebody restores


def _put_back(backup: Path, found: Manifest) -> None:
    """The database last: while it is not there, nothing has been restored."""
    for name in found.files:
        alias, _, rest = name.partition("/")
        if rest:
            _put_file(storages["default" if alias == "media" else alias], rest, backup / name)
    connection.close()
    if databases.is_sqlite():
        _put_sqlite(backup / SQLITE)
    else:
        databases.restore_postgres(backup / found.database)


def _put_sqlite(source: Path) -> None:
    draft = _database_file().with_name(".restoring.sqlite3")
    draft.unlink(missing_ok=True)
    draft.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with source.open("rb") as file:
        files.write(draft, file)
    draft.rename(_database_file())
    forget_file(_database_file())
    durable.sync(_database_file().parent)


def _put_file(storage: Storage, name: str, source: Path) -> None:
    if isinstance(storage, FileSystemStorage):
        target = Path(storage.path(name))
        with source.open("rb") as file:
            target.unlink(missing_ok=True)
            files.write(target, file)
        durable.sync(target.parent)
        return
    with source.open("rb") as file:
        if storage.exists(name):
            storage.delete(name)
        if storage.save(name, File(file)) != name:
            raise BackupError("The store must take files under the names they had.")


def _database_file() -> Path:
    return Path(settings.DATABASES["default"]["NAME"])


def _in_words(found: Manifest) -> str:
    made = datetime.datetime.fromisoformat(found.made_at)
    requests = found.counts.get("callbacks_callbackrequest", 0)
    missing = f", {len(found.missing)} of them missing already then" if found.missing else ""
    return f"as of {made:%Y-%m-%d %H:%M} UTC, {requests} requests with {len(found.attachments)} files{missing}"
