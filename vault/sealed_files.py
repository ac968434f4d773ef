"""Encrypted files in the "attachments" storage: made, made durable, read, discarded. Names are random and say nothing.

Everything goes through Django's storage interface, so an S3-compatible store (storage.s3) can take the place of
local files. What that one can do besides is asked for by name: its libraries are loaded only where it is in use.
"""

import errno
import logging
import os
import shutil
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from storage import durable
from vault import streams

log = logging.getLogger(__name__)


#: Bytes that files leave free on the disk.
RESERVE = 128 * 1024 * 1024


def new_name() -> str:
    """The id of an object, and its name in the storage."""
    return uuid.uuid4().hex


def create(name: str) -> File:
    """A new object open for writing; local ones are for the owner's eyes only. Raises what the storage raises.

    Files leave RESERVE on the disk, so that they never keep the text of a request from being stored.
    """
    storage = _storage()
    if not isinstance(storage, FileSystemStorage):
        return storage.open(name, "wb")
    folder = Path(storage.location)
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        durable.sync(folder.parent)
    if shutil.disk_usage(folder).free < RESERVE:
        raise OSError(errno.ENOSPC, "The disk is nearly full; what is left is for the text of requests")
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
        durable.sync(Path(storage.location))
    else:
        file.close()


def abandon(file: File) -> None:
    """Closes an object that will be discarded; a store never gets to see it whole. Raises what the storage raises."""
    getattr(file, "abort", file.close)()


def verify(name: str) -> int:
    """Checks a whole object; its plain size in bytes. Raises VaultError, or OSError where it cannot be read."""
    with _storage().open(name, "rb") as file:
        return streams.verify(file, name)


def plain_chunks(name: str) -> Iterator[bytes]:
    """The decrypted bytes of an object that `verify` has passed."""
    with _storage().open(name, "rb") as file:
        yield from streams.decrypted_chunks(file, name)


def key_number(name: str) -> int:
    """The number of the key that an object is under. Raises VaultError, or what the storage raises."""
    return streams.key_number(_header(name))


def prove_key(name: str) -> None:
    """Raises VaultError where the key of an object's number does not open it, or what the storage raises."""
    streams.rewrapped(_header(name), name)


def _header(name: str) -> bytes:
    storage = _storage()
    if hasattr(storage, "beginning"):  # asked for no more than the header, it sends no more
        return storage.beginning(name, streams.HEADER_BYTES)
    with storage.open(name, "rb") as file:
        return streams.read_header(file)


def rewrap(name: str) -> None:
    """Puts an object under the vault's current key; what is sealed in it is copied as it stands, unopened.

    The new version takes the old one's place whole or not at all, durably, and who is reading the old one reads on.
    A version that a crash left half-written has a name of its own, and the sweep takes it. Raises VaultError, OSError
    or what the storage raises; the old version stands then.
    """
    storage = _storage()
    with storage.open(name, "rb") as old:
        header = streams.rewrapped(streams.read_header(old), name)
        if isinstance(storage, FileSystemStorage):
            _replace_local(storage, name, header, old)
        else:
            _replace(storage, name, header, old)


def _replace_local(storage: FileSystemStorage, name: str, header: bytes, rest: File) -> None:
    with durable.replace(Path(storage.path(name))) as new:
        new.write(header)
        shutil.copyfileobj(rest, new, streams.CHUNK_BYTES)


def _replace(storage: Storage, name: str, header: bytes, rest: File) -> None:
    """One `save`, which a store takes whole or not at all. At most one file of MAX_UPLOAD_BYTES is in memory."""
    saved = storage.save(name, ContentFile(header + rest.read()))
    if saved != name:
        discard(saved)
        raise OSError("The attachments storage must be set to overwrite files of the same name.")


def discard(name: str) -> bool:
    """Deletes an object, there or not. A failure is logged and left for the sweep; False then."""
    try:
        _storage().delete(name)
    except Exception:  # each storage has errors of its own, and none of them may cost a request
        log.exception("An attachment object could not be deleted; the sweep will try again.")
        return False
    return True


def exists(name: str) -> bool:
    """Raises what the storage raises where it cannot say."""
    return _storage().exists(name)


def names_older_than(moment: datetime) -> list[str]:
    """Objects last written before `moment`."""
    storage = _storage()
    if hasattr(storage, "names_older_than"):
        return storage.names_older_than(moment)
    try:
        _, names = storage.listdir("")
    except FileNotFoundError:  # nothing was ever stored
        return []
    return [name for name in names if _is_older(storage, name, moment)]


def abort_older_than(moment: datetime) -> int:
    """Ends uploads to a store on the network that were begun before `moment` and never finished; how many."""
    storage = _storage()
    return storage.abort_older_than(moment) if hasattr(storage, "abort_older_than") else 0


def _is_older(storage: Storage, name: str, moment: datetime) -> bool:
    try:
        return storage.get_modified_time(name) < moment
    except FileNotFoundError:  # deleted meanwhile
        return False


def _storage() -> Storage:
    return storages["attachments"]
