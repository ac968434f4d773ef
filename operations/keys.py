"""Proves the vault's keys: under each number, what is sealed can be opened.

A key that is missing, or another one under the same number, is found here before anything new is sealed under it:
what two keys of one number have sealed could never be served by one site again.
"""

import hmac
from collections.abc import Iterable, Iterator

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import DatabaseError

from accounts import secrets
from callbacks.models import CallbackRequest
from detoxsite import secret_files
from operations.models import KnownKey
from vault import keyring
from vault.keyring import VaultError

WHAT_TO_DO = (
    "Put the right keys back (docs/operators.md, Keys). If they are lost for good, `manage.py rotate_keys "
    "--accept-loss` gives up what is under them."
)


class KeysError(Exception):
    """The site must not be served with these keys. The message says which, and what to do."""


def fingerprint(key: bytes) -> str:
    """16 hex digits. A key has 256 random bits, so nobody can try them all against this."""
    return hmac.digest(key, b"detoxsite: backup", "sha256").hex()[:16]


def prove() -> None:
    """Raises KeysError where a key is missing or is not the one of its number; remembers the keys otherwise.

    Where the database is away or has no tables yet, nothing can be proved, or sealed. Raises ImproperlyConfigured on a
    machine without secrets.
    """
    secret_files.require()
    try:
        if found := problems():
            raise KeysError(" ".join([*found, WHAT_TO_DO]))
        _remember()
    except DatabaseError:
        return


def problems() -> list[str]:
    """A sentence for each key that is not the right one. Raises DatabaseError."""
    known = dict(KnownKey.objects.values_list("number", "fingerprint"))
    own = {number: fingerprint(key) for number, key in settings.VAULT_KEYS.items()}
    said = []
    for number, mark in own.items():
        is_known = known.get(number) == mark
        if number in known and not is_known:
            said.append(f"Key {number} is not the key {number} that this site has used.")
        elif not is_known and any(_none_opens(rows) for rows in (_requests(number), _factors(number))):
            said.append(f"Key {number} opens nothing that is under key {number}.")
    missing = {number for number in _numbers_in_use() if number not in own and known.get(number) != ""}
    said += [f"Key {number} is missing, and something is under it." for number in sorted(missing)]
    return said


def accept_loss() -> None:
    """Takes the keys of this process for this site's own, and gives up what other keys have sealed."""
    KnownKey.objects.all().delete()
    lost = _numbers_in_use() - settings.VAULT_KEYS.keys()
    KnownKey.objects.bulk_create(KnownKey(number=number) for number in lost)
    _remember()


def unopened() -> int:
    """Of the oldest and newest request under each key, and of all second factors, how many cannot be opened."""
    rows = [row for number in settings.VAULT_KEYS for row in (*_requests(number), *_factors(number))]
    return sum(not _opens(row) for row in rows)


def _remember() -> None:
    known = set(KnownKey.objects.values_list("number", flat=True))
    KnownKey.objects.bulk_create(
        (KnownKey(number=n, fingerprint=fingerprint(key)) for n, key in settings.VAULT_KEYS.items() if n not in known),
        ignore_conflicts=True,
    )


Row = CallbackRequest | Authenticator


def _none_opens(rows: Iterable[Row]) -> bool:
    """One that is damaged proves nothing, as long as another opens."""
    opened = [_opens(row) for row in rows]
    return bool(opened) and not any(opened)


def _opens(row: Row) -> bool:
    try:
        if isinstance(row, Authenticator):
            secrets.open_all(row)
        else:
            row.open_details()
    except VaultError:
        return False
    return True


def _requests(number: int) -> Iterator[CallbackRequest]:
    """The oldest and the newest under a key."""
    rows = CallbackRequest.objects.filter(wrapped_key__range=keyring.range_of(number))
    return filter(None, (rows.order_by("received_at").first(), rows.order_by("received_at").last()))


def _factors(number: int) -> Iterator[Authenticator]:
    return (row for row in Authenticator.objects.all() if number in secrets.key_numbers(row))


def _numbers_in_use() -> set[int]:
    """Of keys that a request or a second factor is under; of keys this process lacks, the lowest among requests."""
    rows = CallbackRequest.objects.exclude(wrapped_key=b"")
    found = {
        number for number in settings.VAULT_KEYS if rows.filter(wrapped_key__range=keyring.range_of(number)).exists()
    }
    for number in settings.VAULT_KEYS:
        rows = rows.exclude(wrapped_key__range=keyring.range_of(number))
    found |= {keyring.number_of(bytes(wrapped)) for wrapped in rows.values_list("wrapped_key", flat=True)}
    return found.union(*(secrets.key_numbers(row) for row in Authenticator.objects.all()))
