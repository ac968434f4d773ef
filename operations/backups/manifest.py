"""The format of a backup, and its verification.

A backup is a folder: a copy of the database, `attachments` (still encrypted), `media`, manifest.json with each file's
length and SHA-256, and manifest.sha256 over that. It holds no key.
"""

import contextlib
import datetime
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Set
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from detoxsite import secret_files
from operations.keys import fingerprint
from storage import durable
from vault import streams

FORMAT = 1
NAME = "%Y-%m-%dT%H-%M-%SZ"
#: Names a folder of VAR_DIR with what a restore replaced.
REPLACED = f"replaced-{NAME}"
LIST, SEAL = "manifest.json", "manifest.sha256"
SQLITE, POSTGRES = "database.sqlite3", "database.dump"


class BackupError(CommandError):
    """A backup could not be made, read or restored. The message is a sentence for the operator."""


@dataclass
class Entry:
    """One file of a backup; `modified` is the original's modification time."""

    bytes: int
    sha256: str
    modified: str = ""


@dataclass
class Manifest:
    made_at: str
    database: str
    #: Rows by table.
    counts: dict[str, int] = field(default_factory=dict)
    #: Plain length of each encrypted file, as its row has it.
    attachments: dict[str, int] = field(default_factory=dict)
    #: Attachments missing or cut off in the store, or erased while the backup was made.
    missing: list[str] = field(default_factory=list)
    #: Fingerprints of the keys in use.
    keys: dict[str, str] = field(default_factory=dict)
    files: dict[str, Entry] = field(default_factory=dict)
    format: int = FORMAT

    def save(self, folder: Path) -> None:
        """Write the list and its seal. Raises OSError."""
        text = json.dumps(asdict(self), indent=1, sort_keys=True).encode()
        for name, content in ((LIST, text), (SEAL, hashlib.sha256(text).hexdigest().encode())):
            with durable.replace(folder / name) as file:
                file.write(content)


def load(backup: Path) -> Manifest:
    """Read a backup's manifest. Raises BackupError if it is damaged, from a newer version, or no backup."""
    try:
        text = (backup / LIST).read_bytes()
        if hashlib.sha256(text).hexdigest() != (backup / SEAL).read_text():
            raise BackupError(f"The backup {backup.name} is damaged: its list of files was changed.")
        raw = json.loads(text)
        if raw["format"] != FORMAT:
            raise BackupError(f"The backup {backup.name} is of another version; use the release that made it.")
        return Manifest(**raw | {"files": {path: Entry(**entry) for path, entry in raw["files"].items()}})
    except FileNotFoundError as error:
        raise BackupError(f"{backup} is not a backup: it has no {Path(error.filename).name}.") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"The backup {backup.name} is damaged: its list cannot be read.") from error


def verify(backup: Path, *, already_read: Set[str] = frozenset()) -> Manifest:
    """Read every file of a backup but those just read. Raises BackupError at the first fault."""
    manifest = load(backup)
    present = {path.relative_to(backup).as_posix() for path in backup.rglob("*") if path.is_file()} - {LIST, SEAL}
    for name in sorted(manifest.files.keys() ^ present):
        wrong = "does not belong there" if name in present else "is missing"
        raise BackupError(f"The backup {backup.name} is damaged: {name} {wrong}.")
    for name in sorted(present - already_read):
        entry = manifest.files[name]
        try:
            same = (backup / name).stat().st_size == entry.bytes and sha256(backup / name) == entry.sha256
        except OSError as error:
            raise BackupError(f"The backup {backup.name} cannot be read: {name}: {error.strerror}.") from error
        if not same:
            raise BackupError(f"The backup {backup.name} is damaged: {name} was changed.")
    for name, size in manifest.attachments.items():
        file = manifest.files.get(f"attachments/{name}")
        if file is None and name not in manifest.missing:
            raise BackupError(f"The backup {backup.name} lacks a file that its database names.")
        if file and file.bytes != streams.stored_bytes(size):
            raise BackupError(f"A file in the backup {backup.name} has not the length that its database names.")
    if manifest.database == SQLITE:
        verify_sqlite(backup / SQLITE)
    return manifest


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify_sqlite(path: Path) -> None:
    """Run SQLite's own checks. Raises BackupError."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as database:
            results = [row[0] for row in database.execute("PRAGMA integrity_check")]
            orphans = database.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as error:
        raise BackupError(f"The database in {path.parent.name} cannot be read ({type(error).__name__}).") from error
    if results != ["ok"] or orphans:
        raise BackupError(f"The database in {path.parent.name} is damaged: SQLite's own check fails.")


def fingerprints() -> dict[str, str]:
    """Return the fingerprints of this process's keys."""
    keys = {str(number): key for number, key in settings.VAULT_KEYS.items()}
    keys["SECRET_KEY"] = secret_files.secret("SECRET_KEY", settings.SECRET_KEY_FILE).encode()  # "" if there is none
    return {name: fingerprint(key) for name, key in keys.items()}


def all_in(folder: Path) -> list[Path]:
    """Return the backups in a folder, oldest first."""
    return sorted(path for path in folder.glob("????-??-??T??-??-??Z") if path.is_dir())


def made_at(backup: Path, name: str = NAME) -> datetime.datetime:
    return datetime.datetime.strptime(backup.name, name).replace(tzinfo=datetime.UTC)


@contextlib.contextmanager
def locked(folder: Path, *, timeout: float = 0) -> Iterator[None]:
    """Hold the lock on a folder of backups. Raises BackupError after `timeout` seconds, or if it cannot be used."""
    with contextlib.ExitStack() as stack:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.enter_context(durable.file_lock(folder / ".lock", timeout=timeout))
        except TimeoutError:
            raise BackupError("Another backup or drill is running. Try again later.") from None
        except OSError as error:
            raise BackupError(f"The folder {folder} (BACKUP_DIR) cannot be used: {error.strerror}.") from error
        yield
