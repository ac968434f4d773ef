"""Seals short texts (a request's details, a file's name) under a data key. streams.py does the same for files."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.keyring import NONCE_BYTES, VaultError

_VERSION = b"\x01"


def seal(plain: bytes, *, key: bytes, context: bytes) -> bytes:
    """`plain` under AES-256-GCM as version, nonce, ciphertext and tag. `context` names the place it belongs to."""
    nonce = os.urandom(NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, context)


def open_sealed(blob: bytes, *, key: bytes, context: bytes) -> bytes:
    """What `seal` was given with the same key and context. Raises VaultError in every other case."""
    if blob[:1] != _VERSION:
        raise VaultError("A sealed text has an unknown version.")
    nonce, sealed = blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, sealed, context)
    except (InvalidTag, ValueError):  # ValueError: the nonce itself was cut short
        raise VaultError("A sealed text was changed or belongs elsewhere.") from None
