"""Encrypts a file while it arrives, in chunks that cannot be cut, moved, dropped or taken from another file.

Layout: "ENC1", the file's wrapped data key, then chunks of 64 KiB, each with its 16-byte tag. A chunk's nonce is its
number and whether it is the last (the STREAM construction); the data key is used for this one file only. The object's
id goes into each tag, so a chunk or a header opens in its own file alone.
"""

import struct
from collections.abc import Iterator
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault import keyring
from vault.keyring import TAG_BYTES, VaultError

MAGIC = b"ENC1"
CHUNK_BYTES = 64 * 1024
HEADER_BYTES = len(MAGIC) + keyring.WRAPPED_BYTES


class _Writable(Protocol):
    def write(self, data: bytes, /) -> object: ...


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _key_context(object_id: str) -> bytes:
    return f"dek|attachment|{object_id}".encode()


def _chunk_context(object_id: str) -> bytes:
    return f"chunk|attachment|{object_id}".encode()


def _nonce(number: int, *, last: bool) -> bytes:
    return bytes(7) + struct.pack(">I?", number, last)


class EncryptingWriter:
    """Takes the plain bytes of one file in pieces of any size; holds at most one chunk of them in memory."""

    def __init__(self, file: _Writable, object_id: str) -> None:
        """Writes the header. Raises VaultError without a key, and whatever `file.write` raises."""
        data_key = keyring.new_data_key()
        self._file = file
        self._cipher = AESGCM(data_key)
        self._context = _chunk_context(object_id)
        self._held = bytearray()
        self._number = 0
        file.write(MAGIC + keyring.wrap(data_key, context=_key_context(object_id)))

    def write(self, data: bytes) -> None:
        # A full chunk is held back until more follows, because the last one is marked as such.
        for start in range(0, len(data), CHUNK_BYTES):
            self._held += data[start : start + CHUNK_BYTES]
            if len(self._held) > CHUNK_BYTES:
                self._emit(bytes(self._held[:CHUNK_BYTES]), last=False)
                del self._held[:CHUNK_BYTES]

    def finish(self) -> None:
        """Writes the last chunk. Without it the file does not open. The underlying file stays open."""
        self._emit(bytes(self._held), last=True)
        self._held.clear()

    def _emit(self, chunk: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, self._context))
        self._number += 1


def stored_bytes(size: int) -> int:
    """How long the encrypted form of a file of `size` bytes is."""
    chunks = max(1, -(-size // CHUNK_BYTES))
    return HEADER_BYTES + size + chunks * TAG_BYTES


def read_header(file: _Readable) -> bytes:
    """The first HEADER_BYTES of an encrypted file."""
    return _read(file, HEADER_BYTES)


def key_number(header: bytes) -> int:
    """The number of the key that a file is under, from its header. Raises VaultError."""
    return keyring.number_of(_wrapped_key(header))


def rewrapped(header: bytes, object_id: str) -> bytes:
    """The header that puts a file under the vault's current key; the chunks behind it stay. Raises VaultError."""
    context = _key_context(object_id)
    return MAGIC + keyring.wrap(keyring.unwrap(_wrapped_key(header), context=context), context=context)


def _wrapped_key(header: bytes) -> bytes:
    if not header.startswith(MAGIC):
        raise VaultError("This is no encrypted file.")
    return header[len(MAGIC) :]


def decrypted_chunks(file: _Readable, object_id: str) -> Iterator[bytes]:
    """The plain bytes of a file, chunk by chunk. Raises VaultError at the first thing that is wrong.

    A file that was cut short is only found out at its end: call `verify` first, and release nothing before.
    """
    header = read_header(file)
    cipher = AESGCM(keyring.unwrap(_wrapped_key(header), context=_key_context(object_id)))
    context = _chunk_context(object_id)
    number = 0
    chunk = _read(file, CHUNK_BYTES + TAG_BYTES)
    while True:
        following = _read(file, CHUNK_BYTES + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), chunk, context)
        except InvalidTag:
            raise VaultError(f"Chunk {number} of a file was changed, moved or cut.") from None
        if not following:
            return
        chunk, number = following, number + 1


def verify(file: _Readable, object_id: str) -> int:
    """Reads a whole file and returns its plain size in bytes. Raises VaultError where anything is wrong."""
    return sum(len(chunk) for chunk in decrypted_chunks(file, object_id))


def _read(file: _Readable, size: int) -> bytes:
    """`size` bytes, or fewer at the end of the file: a single read may return less, from a network store say."""
    parts = []
    while size and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
