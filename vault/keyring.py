"""The keys of the vault: each data key is wrapped under the current one, and opened with the one it names."""

import hashlib
import hmac
import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16

#: Version, then the number of the key in settings.VAULT_KEYS, which may grow to 65535.
_PREFIX = struct.Struct(">BH")
_VERSION = 1
WRAPPED_BYTES = _PREFIX.size + NONCE_BYTES + KEY_BYTES + TAG_BYTES


class VaultError(Exception):
    """Something sealed could not be opened: it was changed, belongs elsewhere, or its key is missing.

    The message never holds any of the content.
    """


def new_data_key() -> bytes:
    """32 random bytes that protect one request or one file."""
    return os.urandom(KEY_BYTES)


def current_number() -> int:
    """The number of the key in use, the highest. Raises VaultError without a key."""
    if not settings.VAULT_KEYS:
        raise VaultError("There is no key to lock with.")
    return max(settings.VAULT_KEYS)


def number_of(wrapped: bytes) -> int:
    """The number of the key that a wrapped data key is under. Raises VaultError where it cannot be one."""
    if len(wrapped) != WRAPPED_BYTES:
        raise VaultError("A wrapped key has the wrong length.")
    return _PREFIX.unpack_from(wrapped)[1]


def range_of(number: int) -> tuple[bytes, bytes]:
    """The first and the last that a data key wrapped under this key can be, in the order of bytes."""
    start = _PREFIX.pack(_VERSION, number)
    return start, start.ljust(WRAPPED_BYTES, b"\xff")


def index_number(index: str) -> int:
    """The number of the key that an index was made with."""
    return int(index.partition(":")[0])


def wrap(data_key: bytes, *, context: bytes) -> bytes:
    """The data key, encrypted under the current key: WRAPPED_BYTES bytes, tied to `context`."""
    number = current_number()
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(settings.VAULT_KEYS[number]).encrypt(nonce, data_key, context)
    return _PREFIX.pack(_VERSION, number) + nonce + sealed


def unwrap(wrapped: bytes, *, context: bytes) -> bytes:
    """The data key that `wrap` was given with the same context. Raises VaultError in every other case."""
    number, version = number_of(wrapped), wrapped[0]
    key = settings.VAULT_KEYS.get(number)
    if version != _VERSION or key is None:
        raise VaultError(f"No key fits version {version}, key number {number}.")
    nonce, sealed = wrapped[_PREFIX.size :][:NONCE_BYTES], wrapped[_PREFIX.size + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, sealed, context)
    except InvalidTag:
        raise VaultError("A wrapped key was changed or belongs elsewhere.") from None


def index(value: str) -> str:
    """A keyed hash by which an equal value is found without being stored: key number, colon, 64 hex digits.

    Whoever has no key cannot even try all phone numbers. Raises VaultError without a key.
    """
    return _index(value, current_number())


def indexes(value: str) -> list[str]:
    """What `index` gave or gives for this value under each key: the rows are moved to a new key one by one."""
    return [_index(value, number) for number in settings.VAULT_KEYS]


def _index(value: str, number: int) -> str:
    own_key = hmac.digest(settings.VAULT_KEYS[number], b"callbacks.phone_index", hashlib.sha256)
    return f"{number}:{hmac.new(own_key, value.encode(), hashlib.sha256).hexdigest()}"
