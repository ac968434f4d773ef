"""Encrypted files in the "attachments" storage. Their names are random.

A local folder or an S3-compatible store (storage.s3) is used through Django's storage interface. This module never
imports storage.s3, so that boto3 is only imported where it is used.
"""

import errno
import logging
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from storage import durable
from vault import streams

log = logging.getLogger(__name__)

#: Bytes that files leave free on the disk, so that the text of a request can always be stored.
MIN_FREE_BYTES = 128 * 1024 * 1024


def new_name() -> str:
    """Return a file's id, which is its name in the storage."""
    return uuid.uuid4().hex


def create(name: str) -> File:
    """Open a new file for writing, readable by its owner only. Raises OSError.

    With a store it is a temporary file without a name, which `close_durably` uploads. It only gets encrypted bytes.
    """
    storage = _storage()
    folder = Path(storage.location) if isinstance(storage, FileSystemStorage) else settings.VAR_DIR
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        durable.sync(folder.parent)
    if shutil.disk_usage(folder).free < MIN_FREE_BYTES:
        raise OSError(errno.ENOSPC, "The disk is nearly full; what is left is for the text of requests")
    if not isinstance(storage, FileSystemStorage):
        return File(tempfile.TemporaryFile(dir=folder), name)
    file = storage.open(name, "wb")
    os.fchmod(file.fileno(), 0o600)
    return file


def close_durably(file: File) -> None:
    """Close a written file; once this returns, it survives a power cut. Raises OSError."""
    storage = _storage()
    with file:
        file.flush()
        if not isinstance(storage, FileSystemStorage):
            storage.save(file.name, file)
            return
        os.fsync(file.fileno())
    durable.sync(Path(storage.location))


def verify(name: str) -> int:
    """Check a whole file and return its plain size in bytes. Raises VaultError, or OSError if it cannot be read."""
    with _storage().open(name, "rb") as file:
        return streams.verify(file, name)


def plain_chunks(name: str) -> Iterator[bytes]:
    """Decrypt a file that has passed `verify`."""
    with _storage().open(name, "rb") as file:
        yield from streams.decrypted_chunks(file, name)


def key_number(name: str) -> int:
    """Return the number of the key that a file is under. Raises VaultError, or what the storage raises."""
    return streams.key_number(_header(name))


def prove_key(name: str) -> None:
    """Check that a file opens with its numbered key. Raises VaultError, or what the storage raises."""
    streams.rewrapped(_header(name), name)


def _header(name: str) -> bytes:
    with _storage().open(name, "rb") as file:
        return streams.read_header(file)


def rewrap(name: str) -> None:
    """Put a file under the vault's current key, whole and durably, without decrypting its content.

    Downloads in progress are unaffected. A crash leaves a draft under another name, which the orphan sweep deletes.
    Raises VaultError, OSError or what the storage raises; the old version stays then.
    """
    storage = _storage()
    with storage.open(name, "rb") as old:
        header = streams.rewrapped(streams.read_header(old), name)
        if isinstance(storage, FileSystemStorage):
            with durable.replace(Path(storage.path(name))) as new:
                new.write(header)
                shutil.copyfileobj(old, new, streams.CHUNK_BYTES)
        else:
            storage.save(name, ContentFile(header + old.read()))


def discard(name: str) -> bool:
    """Delete a file if it exists. Log a failure, leave the file to the orphan sweep, and return False."""
    try:
        _storage().delete(name)
    except Exception:  # each storage has its own errors, and none of them may lose a request
        log.exception("An attachment could not be deleted; the sweep will try again.")
        return False
    return True


def exists(name: str) -> bool:
    """Check that a file is stored. Raises what the storage raises."""
    return _storage().exists(name)


def names_older_than(moment: datetime) -> list[str]:
    """Return the files last written before `moment`."""
    storage = _storage()
    if hasattr(storage, "names_older_than"):
        return storage.names_older_than(moment)
    try:
        _, names = storage.listdir("")
    except FileNotFoundError:  # nothing was ever stored
        return []
    return [name for name in names if _is_older(storage, name, moment)]


def _is_older(storage: Storage, name: str, moment: datetime) -> bool:
    try:
        return storage.get_modified_time(name) < moment
    except FileNotFoundError:  # deleted in the meantime
        return False


def _storage() -> Storage:
    return storages["attachments"]
