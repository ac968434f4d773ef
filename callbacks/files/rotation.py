"""Move what people sent from old vault keys to the current one, while the site serves.

It can be stopped and restarted at any time, as each row is its own transaction and each file is replaced atomically.
Only data keys are encrypted again, not the content.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from callbacks.models import Attachment, CallbackRequest
from callbacks.values.details import Details
from vault import keyring, sealed_files
from vault.keyring import VaultError

BATCH = 500  # rows read at once
REPORT_EVERY = 100  # rows or files

Say = Callable[[str], object]
_FAILURES = {"unreadable": "cannot be opened", "missing": "missing"}


@dataclass
class Outcome:
    """The result for one kind of rows or files: how many were moved, current, missing though in use, or unreadable."""

    kind: str
    counts: Counter[str]

    def __str__(self) -> str:
        words = {"moved": f"moved to key {keyring.current_number()}", "current": "were under it"}
        words |= {name: said for name, said in _FAILURES.items() if self.counts[name]}
        return f"{self.kind}: {', '.join(f'{self.counts[name]} {said}' for name, said in words.items())}."


@dataclass
class Census:
    """How many rows or files of one kind are under each key."""

    kind: str
    by_key: Counter = field(default_factory=Counter)
    unopened: Counter = field(default_factory=Counter)  # part of these: the key is missing or wrong
    untold: int = 0  # damaged, or missing

    def count(self, number_of: Callable[[], int], open_it: Callable[[], object]) -> None:
        try:
            number = number_of()
        except (VaultError, FileNotFoundError):
            self.untold += 1
            return
        self.by_key[number] += 1
        try:
            open_it()
        except (VaultError, FileNotFoundError):
            self.unopened[number] += 1


def rewrap_requests(say: Say, carry_over: Callable[[Details], object]) -> Outcome:
    """Put each request's data key and phone index under the current key, and first what else its numbers find."""
    keys = (pk for (pk,) in _in_batches(CallbackRequest.objects.order_by("pk")))
    return _rewrap_each("Requests", keys, partial(_rewrap_request, carry_over), say)


def rewrap_files(say: Say) -> Outcome:
    """Put each attachment's data key under the current key. Raises OSError, such as on a full disk."""
    return _rewrap_each("Files", _object_names(), _rewrap_file, say)


def _rewrap_each(kind: str, keys: Iterator[Any], rewrap: Callable[[Any], str], say: Say) -> Outcome:
    counts = Counter[str]()
    for seen, key in enumerate(keys, 1):
        try:
            counts[rewrap(key)] += 1
        except VaultError:  # changed, or its key is not in VAULT_KEYS
            counts["unreadable"] += 1
        if seen % REPORT_EVERY == 0:
            say(f"{kind}: {seen} looked at, {counts['moved']} moved.")
    return Outcome(kind, counts)


def census() -> list[Census]:
    """Count rows and files by key, and try to open them. A key without any can be removed."""
    requests, files = Census("Requests"), Census("Files")
    rows = CallbackRequest.objects.exclude(wrapped_key=b"").order_by("pk")
    for pk, wrapped, *indexes in _in_batches(rows, "wrapped_key", "phone_index", "second_phone_index"):
        row = CallbackRequest(pk=pk, wrapped_key=wrapped)
        requests.count(partial(_oldest_number, bytes(wrapped), *indexes), row.data_key)
    for name in _object_names():
        files.count(partial(sealed_files.key_number, name), partial(sealed_files.prove_key, name))
    return [requests, files]


def _rewrap_request(carry_over: Callable[[Details], object], pk: uuid.UUID) -> str:
    with transaction.atomic():
        request = CallbackRequest.objects.select_for_update().exclude(wrapped_key=b"").filter(pk=pk).first()
        if request is None:
            return "erased"
        indexes = request.phone_index, request.second_phone_index
        if _oldest_number(bytes(request.wrapped_key), *indexes) == keyring.current_number():
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
            sealed_files.discard(name)  # erased meanwhile, so erase the new version too
    return "moved"


def _oldest_number(wrapped: bytes, *indexes: str | None) -> int:
    """Return the lowest key number that a row still needs."""
    return min([keyring.number_of(wrapped), *(keyring.leading_number(index) for index in indexes if index)])


def _object_names() -> Iterator[str]:
    rows = Attachment.objects.arrived().order_by("pk")
    return (name for _, name in _in_batches(rows, "object_name"))


def _in_batches(rows: QuerySet, *names: str) -> Iterator[tuple]:
    """Yield primary key and fields of all rows, in queries of BATCH rows that see concurrent changes."""
    batch = list(rows.values_list("pk", *names)[:BATCH])
    while batch:
        yield from batch
        batch = list(rows.filter(pk__gt=batch[-1][0]).values_list("pk", *names)[:BATCH])


def _is_in_use(name: str) -> bool:
    return Attachment.objects.filter(object_name=name).exists()
