"""Encrypted files in the "attachments" storage: made, made durable, read, discarded. Names are random and say nothing.

Everything goes through Django's storage interface, so an S3-compatible store can take the place of local files.
"""

import logging
import os
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from callbacks import streams

log = logging.getLogger(__name__)


def new_name() -> str:
    """The id of an object, and its name in the storage."""
    return uuid.uuid4().hex


def create(name: str) -> File:
    """A new object open for writing; local ones are for the owner's eyes only. Raises what the storage raises."""
    storage = _storage()
    if not isinstance(storage, FileSystemStorage):
        return storage.open(name, "wb")
    folder = Path(storage.location)
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync_folder(folder.parent)
    file = storage.open(name, "wb")
    os.fchmod(file.fileno(), 0o600)
    return file


def close_durably(file: File) -> None:
    """Closes a written object; returns once it would survive a power cut. Raises OSError if that cannot be had."""
    storage = _storage()
    if isinstance(storage, FileSystemStorage):
        file.flush()
        os.fsync(file.fileno())
        file.close()
        _sync_folder(Path(storage.location))
    else:
        file.close()


def verify(name: str) -> int:
    """Checks a whole object; its plain size in bytes. Raises VaultError, or OSError where it cannot be read."""
    with _storage().open(name, "rb") as file:
        return streams.verify(file, name)


def plain_chunks(name: str) -> Iterator[bytes]:
    """The decrypted bytes of an object that `verify` has passed."""
    with _storage().open(name, "rb") as file:
        yield from streams.decrypted_chunks(file, name)


def discard(name: str) -> bool:
    """Deletes an object, there or not. A failure is logged and left for the sweep; False then."""
    try:
        _storage().delete(name)
    except Exception:  # each storage has errors of its own, and none of them may cost a request
        log.exception("An attachment object could not be deleted; the sweep will try again.")
        return False
    return True


def names_older_than(moment: datetime) -> list[str]:
    """Objects last written before `moment`."""
    storage = _storage()
    try:
        _, names = storage.listdir("")
    except FileNotFoundError:  # nothing was ever stored
        return []
    return [name for name in names if _is_older(storage, name, moment)]


def _is_older(storage: Storage, name: str, moment: datetime) -> bool:
    try:
        return storage.get_modified_time(name) < moment
    except FileNotFoundError:  # deleted meanwhile
        return False


def _storage() -> Storage:
    return storages["attachments"]


def _sync_folder(folder: Path) -> None:
    """A new file's name is only safe once its folder is written too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
