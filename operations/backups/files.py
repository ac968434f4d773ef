"""Files that are durable, or not there under their name."""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from storage import durable

PIECE = 1024 * 1024  # bytes
#: Seconds that a backup of the schedule, or a drill, waits for another that is under way.
WAIT = 600


class BackupError(Exception):
    """A backup could not be made, read or restored. The message is a sentence for whoever runs the site."""


def sha256(path: Path) -> str:
    """Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(path: Path, source: IO[bytes]) -> tuple[int, str]:
    """A new file, durable; its length and SHA-256. Raises OSError, on a full disk say."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, length = hashlib.sha256(), 0
    with durable.create(path) as new:
        while piece := source.read(PIECE):
            new.write(piece)
            digest.update(piece)
            length += len(piece)
    return length, digest.hexdigest()


def write_text(path: Path, text: str) -> None:
    """Replaces a file whole or not at all. Raises OSError."""
    with durable.replace(path) as file:
        file.write(text.encode())


def sync_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            durable.sync(path)


def link(old: Path, new: Path) -> bool:
    """A second name for an old file; False where this disk knows no such thing."""
    new.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        os.link(old, new)
        return True
    return False


@contextlib.contextmanager
def alone(folder: Path, *, wait: float = 0) -> Iterator[None]:
    """Nobody else works on the same backups. Raises BackupError where somebody does for longer than `wait` seconds.

    Also where the folder cannot be used.
    """
    lock = contextlib.ExitStack()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.enter_context(durable.file_lock(folder / ".lock", timeout=wait))
    except TimeoutError:
        raise BackupError("Another backup or drill is under way. Try again later.") from None
    except OSError as error:
        raise BackupError(f"The folder {folder} (BACKUP_DIR) cannot be used: {error.strerror}.") from error
    with lock:
        yield
