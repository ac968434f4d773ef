"""Encrypt a file while it arrives, in chunks that cannot be cut, moved, dropped or taken from another file.

Layout: "ENC1", the file's wrapped data key, then chunks of 64 KiB, each with its 16-byte tag. A chunk's nonce is its
number and whether it is the last (the STREAM construction); each file has a data key of its own. The file's id goes
into each tag, so a chunk or a header only opens in its own file.
"""

import struct
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault import keyring
from vault.keyring import TAG_BYTES, VaultError

MAGIC = b"ENC1"
CHUNK_BYTES = 64 * 1024
HEADER_BYTES = len(MAGIC) + keyring.WRAPPED_BYTES


def _context(what: str, file_id: str) -> bytes:
    return f"{what}|attachment|{file_id}".encode()


def _nonce(number: int, *, last: bool) -> bytes:
    return bytes(7) + struct.pack(">I?", number, last)


class EncryptingWriter:
    """Takes the plain bytes of one file in pieces of any size; at most one chunk is in memory."""

    def __init__(self, file: IO[bytes], file_id: str) -> None:
        """Write the header. Raises VaultError without a key, and what `file.write` raises."""
        data_key = keyring.new_data_key()
        self._file = file
        self._cipher = AESGCM(data_key)
        self._context = _context("chunk", file_id)
        self._held = bytearray()
        self._number = 0
        file.write(MAGIC + keyring.wrap(data_key, context=_context("dek", file_id)))

    def write(self, data: bytes) -> None:
        # A full chunk is held back until more follows, because the last one is marked as such.
        for start in range(0, len(data), CHUNK_BYTES):
            self._held += data[start : start + CHUNK_BYTES]
            if len(self._held) > CHUNK_BYTES:
                self._emit(bytes(self._held[:CHUNK_BYTES]), last=False)
                del self._held[:CHUNK_BYTES]

    def finish(self) -> None:
        """Write the last chunk, without which the file does not open. The underlying file stays open."""
        self._emit(bytes(self._held), last=True)
        self._held.clear()

    def _emit(self, chunk: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, self._context))
        self._number += 1


def stored_bytes(size: int) -> int:
    """Return the length of a file of `size` bytes once it is encrypted."""
    chunks = max(1, -(-size // CHUNK_BYTES))
    return HEADER_BYTES + size + chunks * TAG_BYTES


def read_header(file: IO[bytes]) -> bytes:
    return _read(file, HEADER_BYTES)


def key_number(header: bytes) -> int:
    """Return the number of the key that a file is under, from its header. Raises VaultError."""
    return keyring.number_of(_wrapped_key(header))


def rewrapped(header: bytes, file_id: str) -> bytes:
    """Return a header that puts a file under the current key; the chunks do not change. Raises VaultError."""
    context = _context("dek", file_id)
    return MAGIC + keyring.wrap(keyring.unwrap(_wrapped_key(header), context=context), context=context)


def _wrapped_key(header: bytes) -> bytes:
    if not header.startswith(MAGIC):
        raise VaultError("This is not an encrypted file.")
    return header[len(MAGIC) :]


def decrypted_chunks(file: IO[bytes], file_id: str) -> Iterator[bytes]:
    """Yield the plain bytes of a file, chunk by chunk. Raises VaultError at the first fault.

    Truncation only shows at the end of a file: call `verify` before releasing anything.
    """
    header = read_header(file)
    cipher = AESGCM(keyring.unwrap(_wrapped_key(header), context=_context("dek", file_id)))
    context = _context("chunk", file_id)
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


def verify(file: IO[bytes], file_id: str) -> int:
    """Read a whole file and return its plain size in bytes. Raises VaultError."""
    return sum(len(chunk) for chunk in decrypted_chunks(file, file_id))


def _read(file: IO[bytes], size: int) -> bytes:
    """Read `size` bytes, fewer only at the end of the file: one read from S3 may return less."""
    parts = []
    while size and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
