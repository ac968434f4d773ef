"""Verify that the vault's keys open what is sealed under their numbers.

A missing key, or a wrong one with its number, is found before anything is sealed under it: no site could open data
sealed under two keys with one number.
"""

import hmac
from collections.abc import Callable, Iterator
from functools import partial

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.db.models import BinaryField
from django.db.models.functions import Substr

from accounts import secrets
from callbacks.models import CallbackRequest
from detoxsite import secret_files
from editorial.models import page_reports
from operations.models import KnownKey
from vault import keyring
from vault.keyring import VaultError

WHAT_TO_DO = (
    "Put the right keys back (docs/operators.md, Keys). If they are lost for good, give up the data under them with "
    "`manage.py rotate_keys --accept-loss`."
)

#: Tables that `manage.py move` and `restore` make in a database, and remove once all is there: by name, what to do.
UNFINISHED_MOVE, UNFINISHED_RESTORE = "detoxsite_unfinished_move", "detoxsite_unfinished_restore"
MARK_RESTORE = f"CREATE TABLE IF NOT EXISTS {UNFINISHED_RESTORE} (id integer)"
UNFINISHED = {
    UNFINISHED_MOVE: "A move into this database has not finished. Run `manage.py move` again where it ran.",
    UNFINISHED_RESTORE: "A restore has not finished, and what was erased may be back. Run it again with --replace.",
}

#: The number of SECRET_KEY among the known keys: private links and forms of another host do not open with another one.
SECRET = 0
WITH_A_NEW_ONE = " A new one ends only earlier private links and sign-ins."


class KeysError(CommandError):
    """The site must not run with these keys. The message says which, and what to do."""


def fingerprint(key: bytes) -> str:
    """Return 16 hex digits that identify a key and do not reveal it."""
    return hmac.digest(key, b"detoxsite: backup", "sha256").hex()[:16]


def verify() -> None:
    """Record the keys, or raise KeysError if one is missing or is not the one that this site used under its number.

    Without a database, or before its tables exist, nothing can be verified, or sealed. Raises ImproperlyConfigured on a
    machine without secrets.
    """
    secret_files.require()
    try:
        for mark in UNFINISHED.keys() & set(connection.introspection.table_names()):
            raise KeysError(UNFINISHED[mark])
        if found := problems():
            raise KeysError(" ".join([*found, WHAT_TO_DO]))
        _record()
    except DatabaseError:
        return


def problems() -> list[str]:
    """Return a sentence for each key that is not the right one. Raises DatabaseError."""
    known = dict(KnownKey.objects.values_list("number", "fingerprint"))
    own, found = _fingerprints(), []
    for number in own:
        if number not in known:
            if any(tried and not any(map(opens, tried)) for tried in _tried(number)):
                found.append(f"Key {number} opens nothing that is under key {number}.")
        elif known[number] != own[number]:
            name = f"Key {number}" if number != SECRET else "SECRET_KEY"
            found.append(f"{name} is not the one that this site has used.{'' if number != SECRET else WITH_A_NEW_ONE}")
    lost = {number for number, digest in known.items() if digest == ""}
    missing = _numbers_in_use() - own.keys() - lost
    return [*found, *(f"Key {number} is missing and is still in use." for number in sorted(missing))]


def accept_loss() -> None:
    """Record this process's keys as the site's, and give up data under other keys."""
    KnownKey.objects.all().delete()
    lost = _numbers_in_use() - settings.VAULT_KEYS.keys()
    KnownKey.objects.bulk_create(KnownKey(number=number) for number in lost)
    _record()


def unopened() -> int:
    """Count failures to open the oldest and newest request and page report under each key, and all second factors."""
    return sum(not opens(one) for number in settings.VAULT_KEYS for tried in _tried(number) for one in tried)


def _record() -> None:
    known = set(KnownKey.objects.values_list("number", flat=True))
    new = [KnownKey(number=number, fingerprint=own) for number, own in _fingerprints().items() if number not in known]
    KnownKey.objects.bulk_create(new, ignore_conflicts=True)


def _fingerprints() -> dict[int, str]:
    """Return the fingerprints of this process's keys, by number."""
    keys = {SECRET: settings.SECRET_KEY.encode(), **settings.VAULT_KEYS}
    return {number: fingerprint(key) for number, key in keys.items()}


def opens(open_it: Callable[[], object]) -> bool:
    """Return whether something sealed opens."""
    try:
        open_it()
    except VaultError:
        return False
    return True


def _tried(number: int) -> Iterator[list[Callable[[], object]]]:
    """Yield, for each kind of sealed data, functions that open a few rows under a key: one may be damaged."""
    requests = CallbackRequest.objects.filter(wrapped_key__range=keyring.range_of(number)).order_by("received_at")
    yield [row.open_details for row in (requests.first(), requests.last()) if row]
    factors = (row for row in Authenticator.objects.all() if number in secrets.key_numbers(row))
    yield [partial(secrets.open_all, row) for row in factors]
    reports = page_reports.sealed_under(number)
    yield [row.words for row in (reports.first(), reports.last()) if row]


def _numbers_in_use() -> set[int]:
    """Return the numbers of keys in use. In a wrapped key the number is after the first byte."""
    number = Substr("wrapped_key", 2, 2, output_field=BinaryField())
    rows = CallbackRequest.objects.exclude(wrapped_key=b"").order_by().values_list(number, flat=True)
    found = {int.from_bytes(two_bytes) for two_bytes in rows.distinct()} | page_reports.key_numbers()
    return found.union(*(secrets.key_numbers(row) for row in Authenticator.objects.all()))
