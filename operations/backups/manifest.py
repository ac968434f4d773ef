"""What is in a backup, and whether it still is: each file's length and SHA-256, and those of the list itself.

A backup is a folder: the database's copy, `attachments` (as encrypted as they are stored), `media`, manifest.json, and
manifest.sha256 over that. It holds no key.
"""

import datetime
import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings

from operations.backups import files
from operations.backups.files import BackupError
from operations.keys import fingerprint
from vault import streams

FORMAT = 1
NAME = "%Y-%m-%dT%H-%M-%SZ"
LIST, SEAL = "manifest.json", "manifest.sha256"
SQLITE, POSTGRES = "database.sqlite3", "database.dump"


@dataclass
class Entry:
    """One file of a backup. `modified` is what the store said of the original, and tells whether it has changed."""

    bytes: int
    sha256: str
    modified: str = ""


@dataclass
class Manifest:
    made_at: str
    database: str
    #: Rows of each table.
    counts: dict[str, int] = field(default_factory=dict)
    #: Names of encrypted files, with the plain length that their row has.
    attachments: dict[str, int] = field(default_factory=dict)
    #: Those of them that the store did not have any more when the backup was made.
    missing: list[str] = field(default_factory=list)
    #: Fingerprints of the keys at that time: enough to tell whether a key is the same, nothing of the key.
    keys: dict[str, str] = field(default_factory=dict)
    files: dict[str, Entry] = field(default_factory=dict)
    format: int = FORMAT

    def save(self, folder: Path) -> None:
        """Raises OSError."""
        text = json.dumps(asdict(self), indent=1, sort_keys=True)
        files.write_text(folder / LIST, text)
        files.write_text(folder / SEAL, hashlib.sha256(text.encode()).hexdigest())


def load(folder: Path) -> Manifest:
    """Raises BackupError where it is damaged, from a newer version, or not there."""
    try:
        text = (folder / LIST).read_bytes()
        if hashlib.sha256(text).hexdigest() != (folder / SEAL).read_text():
            raise BackupError(f"The backup {folder.name} is damaged: its list of files was changed.")
        raw = json.loads(text)
        if raw["format"] != FORMAT:
            raise BackupError(f"The backup {folder.name} is of another version; use the program that made it.")
        return Manifest(**raw | {"files": {path: Entry(**entry) for path, entry in raw["files"].items()}})
    except FileNotFoundError as error:
        raise BackupError(f"{folder} is no backup: it has no {Path(error.filename).name}.") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"The backup {folder.name} is damaged: its list cannot be read.") from error


def verify(folder: Path, *, trusted: frozenset[str] = frozenset()) -> Manifest:
    """Reads every file of a backup. `trusted` ones were read a moment ago. Raises BackupError at what is wrong."""
    manifest = load(folder)
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {LIST, SEAL}
    for name in sorted(manifest.files.keys() | there):
        if name not in there:
            raise BackupError(f"The backup {folder.name} is damaged: {name} is missing.")
        if name not in manifest.files:
            raise BackupError(f"The backup {folder.name} is damaged: {name} does not belong there.")
        if name not in trusted:
            _verify_file(folder, name, manifest.files[name])
    for name, size in manifest.attachments.items():
        entry = manifest.files.get(f"attachments/{name}")
        if entry is None and name not in manifest.missing:
            raise BackupError(f"The backup {folder.name} lacks a file that its database names.")
        if entry and entry.bytes != streams.stored_bytes(size):
            raise BackupError(f"A file in the backup {folder.name} has not the length that its database names.")
    if manifest.database == SQLITE:
        verify_sqlite(folder / SQLITE)
    return manifest


def _verify_file(folder: Path, name: str, entry: Entry) -> None:
    try:
        same = (folder / name).stat().st_size == entry.bytes and files.sha256(folder / name) == entry.sha256
    except OSError as error:
        raise BackupError(f"The backup {folder.name} cannot be read: {name}: {error.strerror}.") from error
    if not same:
        raise BackupError(f"The backup {folder.name} is damaged: {name} was changed.")


def verify_sqlite(path: Path) -> None:
    """Raises BackupError."""
    try:
        with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as database:
            found = [row[0] for row in database.execute("PRAGMA integrity_check")]
            orphans = database.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as error:
        raise BackupError(f"The database in {path.parent.name} cannot be read ({type(error).__name__}).") from error
    if found != ["ok"] or orphans:
        raise BackupError(f"The database in {path.parent.name} is damaged: SQLite's own check fails.")


def fingerprints() -> dict[str, str]:
    """Of the keys that this process has."""
    keys = {str(number): key for number, key in settings.VAULT_KEYS.items()}
    keys["SECRET_KEY"] = settings.SECRET_KEY.encode()
    return {name: fingerprint(key) for name, key in keys.items()}


def all_in(folder: Path) -> list[Path]:
    """The backups in a folder, oldest first. Raises OSError where the folder cannot be read."""
    if not folder.exists():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and made_at(path))


def made_at(backup: Path) -> datetime.datetime | None:
    """From its name; None for what is no backup's name."""
    try:
        return datetime.datetime.strptime(backup.name, NAME).replace(tzinfo=datetime.UTC)
    except ValueError:
        return None
