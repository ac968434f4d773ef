"""Write files that survive a power cut, and lock a file between processes."""

import contextlib
import fcntl
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_RETRY_SECONDS = 0.1


def sync(path: Path) -> None:
    """Flush a file to disk, or a folder: a new file's name is only safe once its folder is flushed too."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def create(path: Path) -> Iterator[IO[bytes]]:
    """Open a new private file, synced at the end of the block; its folder is not. Raises OSError or FileExistsError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def replace(path: Path) -> Iterator[IO[bytes]]:
    """Replace `path`, durably, at the end of the block, unless it raises. The last of several wins. Raises OSError."""
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    try:
        with create(draft) as file:
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync(path.parent)


@contextlib.contextmanager
def file_lock(path: Path, *, timeout: float = float("inf")) -> Iterator[None]:
    """Hold an exclusive lock on a folder, or on a file that is created if missing; it ends with the process.

    Raises TimeoutError after `timeout` seconds. On NFS only a file can be locked.
    """
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + timeout
        while not try_lock(descriptor, fcntl.LOCK_EX):
            if time.monotonic() >= deadline:
                raise TimeoutError(f"Another process holds {path}.")
            time.sleep(_RETRY_SECONDS)
        yield
    finally:
        os.close(descriptor)


def try_lock(descriptor: int, kind: int) -> bool:
    """Lock an open file, by fcntl.LOCK_EX or LOCK_SH, unless another process holds it."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
