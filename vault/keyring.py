"""Encrypt short texts and data keys, under the highest-numbered key in settings.VAULT_KEYS."""

import base64
import binascii
import hashlib
import hmac
import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16

_VERSION = 1
#: Before a wrapped key: the version, and the number of the key it is under (at most 65535).
_PREFIX = struct.Struct(">BH")
WRAPPED_BYTES = _PREFIX.size + NONCE_BYTES + KEY_BYTES + TAG_BYTES


class VaultError(Exception):
    """Something sealed could not be opened: altered, moved, or its key is missing. The message holds no content."""


class MissingKey(VaultError):
    """Its key is not here: perhaps this process was started before the key was made."""


def current_number() -> int:
    """Return the number of the key in use, the highest. Raises VaultError without a key."""
    if not settings.VAULT_KEYS:
        raise VaultError("There is no key to lock with.")
    return max(settings.VAULT_KEYS)


def new_data_key() -> bytes:
    """Return 32 random bytes to protect one request or one file."""
    return os.urandom(KEY_BYTES)


def wrap(data_key: bytes, *, context: bytes) -> bytes:
    """Encrypt a data key under the current key: WRAPPED_BYTES bytes, tied to `context`."""
    number = current_number()
    return _PREFIX.pack(_VERSION, number) + _encrypt(_key(number), data_key, context)


def unwrap(wrapped: bytes, *, context: bytes) -> bytes:
    """Return the data key that `wrap` was given with the same context. Raises VaultError in every other case."""
    number = number_of(wrapped)
    if wrapped[0] != _VERSION:
        raise VaultError(f"A wrapped key has the unknown version {wrapped[0]}.")
    return _decrypt(_key(number), wrapped[_PREFIX.size :], context)


def number_of(wrapped: bytes) -> int:
    """Return the number of the key that a wrapped data key is under. Raises VaultError if its length is wrong."""
    if len(wrapped) != WRAPPED_BYTES:
        raise VaultError("A wrapped key has the wrong length.")
    return _PREFIX.unpack_from(wrapped)[1]


def range_of(number: int) -> tuple[bytes, bytes]:
    """Return the lowest and the highest value of a data key wrapped under this key, for a query."""
    start = _PREFIX.pack(_VERSION, number)
    return start, start.ljust(WRAPPED_BYTES, b"\xff")


def seal(plain: bytes, *, key: bytes, context: bytes) -> bytes:
    """Encrypt a text under a data key, tied to `context`, the place where it is stored."""
    return bytes([_VERSION]) + _encrypt(key, plain, context)


def open_sealed(blob: bytes, *, key: bytes, context: bytes) -> bytes:
    """Return what `seal` was given with the same key and context. Raises VaultError in every other case."""
    if blob[:1] != bytes([_VERSION]):
        raise VaultError("A sealed text has an unknown version.")
    return _decrypt(key, blob[1:], context)


def seal_text(text: str, *, purpose: bytes) -> str:
    """Encrypt a text under a key derived from the current one for this purpose, as "key number:base64"."""
    number = current_number()
    blob = _encrypt(_derived_key(number, purpose), text.encode(), purpose)
    return f"{number}:{base64.b64encode(blob).decode()}"


def open_text(sealed: str, *, purpose: bytes) -> str:
    """Return what `seal_text` was given for the same purpose. Raises VaultError in every other case."""
    key = _derived_key(leading_number(sealed), purpose)
    try:
        blob = base64.b64decode(sealed.partition(":")[2], validate=True)
    except binascii.Error:
        raise VaultError("A sealed text is not base64.") from None
    return _decrypt(key, blob, purpose).decode()


def index(value: str) -> str:
    """Return a keyed hash that finds equal values without storing them: "key number:64 hex digits".

    A plain hash of a phone number could be guessed by trying all numbers. Raises VaultError without a key.
    """
    return _index(value, current_number())


def indexes(*values: str) -> list[str]:
    """Return the index of each value under each key, as rows move to a new key one by one."""
    return [_index(value, number) for value in values for number in settings.VAULT_KEYS]


def leading_number(text: str) -> int:
    """Return the key's number from an index or a sealed text. Raises VaultError for any other text."""
    number = text.partition(":")[0]
    if not number.isdecimal():
        raise VaultError("A text was never sealed.")
    return int(number)


def _index(value: str, number: int) -> str:
    own_key = hmac.digest(_key(number), b"callbacks.phone_index", hashlib.sha256)
    return f"{number}:{hmac.new(own_key, value.encode(), hashlib.sha256).hexdigest()}"


def _derived_key(number: int, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(_key(number))


def _key(number: int) -> bytes:
    try:
        return settings.VAULT_KEYS[number]
    except KeyError:
        raise MissingKey(f"No key has number {number}.") from None


def _encrypt(key: bytes, plain: bytes, context: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def _decrypt(key: bytes, blob: bytes, context: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], context)
    except (InvalidTag, ValueError):  # ValueError: cut so short that no nonce is left
        raise VaultError("Something sealed was changed or belongs elsewhere.") from None
