"""Move what people sent from old vault keys to the current one, while the site serves.

It can be stopped and restarted at any time, as each row is its own transaction and each file is replaced atomically.
Only data keys are encrypted again, not the content.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction

from callbacks.models import Attachment, CallbackRequest
from callbacks.values.details import Details
from vault import keyring, sealed_files
from vault.keyring import VaultError

REPORT_EVERY = 100  # rows or files

Report = Callable[[str], object]


@dataclass
class Census:
    """How many rows or files of one kind are under each key."""

    kind: str
    by_key: Counter[int] = field(default_factory=Counter)
    unopened: Counter[int] = field(default_factory=Counter)  # part of `by_key`: the key is missing or wrong
    damaged: int = 0  # or missing: nothing shows their key

    @classmethod
    def of(
        cls, kind: str, items: Iterable[Any], number_of: Callable[[Any], int], open_it: Callable[[Any], object]
    ) -> "Census":
        census = cls(kind)
        for item in items:
            try:
                number = number_of(item)
            except (VaultError, FileNotFoundError):
                census.damaged += 1
                continue
            census.by_key[number] += 1
            try:
                open_it(item)
            except (VaultError, FileNotFoundError):
                census.unopened[number] += 1
        return census


def census() -> list[Census]:
    """Count rows and files by key, and try to open them. A key without any can be removed."""
    rows = CallbackRequest.objects.exclude(wrapped_key=b"").only("wrapped_key", "phone_index", "second_phone_index")
    names = Attachment.objects.object_names()
    return [
        Census.of("Requests", rows.iterator(), _oldest_number, CallbackRequest.data_key),
        Census.of("Files", names, sealed_files.key_number, sealed_files.prove_key),
    ]


def rewrap_requests(report: Report, carry_over: Callable[[Details], object]) -> int:
    """Put each request under the current key, after `carry_over`; return how many cannot be opened."""
    keys = CallbackRequest.objects.values_list("pk", flat=True)
    return _rewrap_each("Requests", keys, partial(_rewrap_request, carry_over), report)


def rewrap_files(report: Report) -> int:
    """Put each file's data key under the current key; return how many cannot be opened. Raises OSError."""
    return _rewrap_each("Files", Attachment.objects.object_names(), _rewrap_file, report)


def _rewrap_each(kind: str, keys: Iterable[Any], rewrap: Callable[[Any], str], report: Report) -> int:
    counts = Counter[str]()
    for seen, key in enumerate(keys, 1):
        try:
            counts[rewrap(key)] += 1
        except VaultError:  # changed, or its key is not in VAULT_KEYS
            counts["unreadable"] += 1
        if seen % REPORT_EVERY == 0:
            report(f"{kind}: {seen} checked, {counts['moved']} moved.")
    results = [f"{counts['moved']} moved to key {keyring.current_number()}", f"{counts['current']} were under it"]
    if counts["unreadable"]:
        results.append(f"{counts['unreadable']} cannot be opened")
    if counts["missing"]:
        results.append(f"{counts['missing']} missing")
    report(f"{kind}: {', '.join(results)}.")
    return counts["unreadable"]


def _rewrap_request(carry_over: Callable[[Details], object], pk: uuid.UUID) -> str:
    with transaction.atomic():
        request = CallbackRequest.objects.select_for_update().exclude(wrapped_key=b"").filter(pk=pk).first()
        if request is None:
            return "erased"
        if _oldest_number(request) == keyring.current_number():
            return "current"
        details = request.open_details()
        carry_over(details)
        request.rewrap_key()
        request.index_phones(details)
        request.save(update_fields=["wrapped_key", "phone_index", "second_phone_index"])
        return "moved"


def _rewrap_file(name: str) -> str:
    try:
        if sealed_files.key_number(name) == keyring.current_number():
            return "current"
        sealed_files.rewrap(name)
    except FileNotFoundError:
        return "missing" if _is_in_use(name) else "erased"
    finally:
        if not _is_in_use(name):
            sealed_files.discard(name)  # erased in the meantime, so erase the new version too
    return "moved"


def _oldest_number(request: CallbackRequest) -> int:
    """Return the lowest key number that a request still needs. Raises VaultError."""
    indexes = filter(None, [request.phone_index, request.second_phone_index])
    return min(keyring.number_of(bytes(request.wrapped_key)), *map(keyring.leading_number, indexes))


def _is_in_use(name: str) -> bool:
    return Attachment.objects.filter(object_name=name).exists()
