"""Keeps what second factors are made of sealed in the database: the app's secret and the recovery codes' seed."""

import base64
import os

from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

NONCE_BYTES = 12
#: Where allauth keeps a secret in Authenticator.data.
_SEALED_FIELDS = ("secret", "seed")
_PURPOSE = b"detoxsite: second factor of staff"


class SecretError(Exception):
    """A secret could not be opened: it was changed, or its key is missing. The message holds nothing of it."""


def seal(text: str) -> str:
    """`text` under a key derived from the current key of the vault, as "number:base64"."""
    number = max(settings.VAULT_KEYS)
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + AESGCM(_key(number)).encrypt(nonce, text.encode(), _PURPOSE)
    return f"{number}:{base64.b64encode(sealed).decode()}"


def unseal(sealed: str) -> str:
    """What `seal` was given. Raises SecretError in every other case."""
    try:
        blob = base64.b64decode(sealed.partition(":")[2], validate=True)
        key = _key(_number(sealed))
        return AESGCM(key).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], _PURPOSE).decode()
    except (InvalidTag, ValueError):
        raise SecretError("A second factor's secret was changed.") from None


def numbers(row: Authenticator) -> set[int]:
    """Of the keys that the secrets of a second factor are under. Raises SecretError where one was never sealed."""
    return {_number(row.data[name]) for name in _SEALED_FIELDS if name in row.data}


def open_all(row: Authenticator) -> None:
    """Raises SecretError where a secret of a second factor cannot be opened."""
    for name in filter(row.data.__contains__, _SEALED_FIELDS):
        unseal(row.data[name])


def rewrap_all() -> int:
    """Seals every secret anew under the current key and returns how many rows changed.

    Row by row, so it can be stopped and started again. Raises SecretError where the key of one is missing.
    """
    changed = 0
    for pk in Authenticator.objects.values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            changed += row is not None and _rewrap(row)
    return changed


def _rewrap(row: Authenticator) -> bool:
    current = max(settings.VAULT_KEYS)
    old = [name for name in _SEALED_FIELDS if name in row.data and _number(row.data[name]) != current]
    for name in old:
        row.data[name] = seal(unseal(row.data[name]))
    if old:
        row.save(update_fields=["data"])
    return bool(old)


def _number(sealed: str) -> int:
    number = sealed.partition(":")[0]
    if not number.isdecimal():
        raise SecretError("A second factor's secret was never sealed.")
    return int(number)


def _key(number: int) -> bytes:
    if number not in settings.VAULT_KEYS:
        raise SecretError(f"No key fits number {number}.")
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(settings.VAULT_KEYS[number])
