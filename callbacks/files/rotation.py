"""Move what people sent from old vault keys to the current one, while the site serves.

It can be stopped and restarted at any time, as each row is its own transaction and each file is replaced atomically.
Only data keys are encrypted again, not the content.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from callbacks.models import Attachment, CallbackRequest
from vault import keyring, sealed_files
from vault.keyring import VaultError

BATCH = 500  # rows read at once
REPORT_EVERY = 100  # rows or files

Say = Callable[[str], object]


@dataclass
class Outcome:
    """The result for one kind of rows or files."""

    kind: str
    seen: int = 0
    moved: int = 0
    current: int = 0
    missing: int = 0  # though a row refers to it
    unreadable: int = 0  # changed, or its key is not in VAULT_KEYS

    def __str__(self) -> str:
        words = [f"{self.moved} moved to key {keyring.current_number()}", f"{self.current} were under it"]
        words += [f"{self.unreadable} cannot be opened"] if self.unreadable else []
        words += [f"{self.missing} missing"] if self.missing else []
        return f"{self.kind}: {', '.join(words)}."


@dataclass
class Census:
    """How many rows or files of one kind are under each key."""

    kind: str
    by_key: Counter = field(default_factory=Counter)
    unopened: Counter = field(default_factory=Counter)  # part of these: the key is missing or wrong
    untold: int = 0  # damaged, or missing

    def count(self, number_of: Callable[[], int], open_it: Callable[[], object]) -> None:
        """Count one row or file, and whether it opens."""
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


def rewrap_requests(say: Say) -> Outcome:
    """Put each request's data key and phone index under the current key."""
    outcome = Outcome("Requests")
    for pk in _request_keys():
        try:
            moved = _rewrap_request(pk)
        except VaultError:
            outcome.unreadable += 1
        else:
            outcome.moved += moved is True
            outcome.current += moved is False
        _report(outcome, say)
    return outcome


def rewrap_files(say: Say) -> Outcome:
    """Put each attachment's data key under the current key. Raises OSError, such as on a full disk."""
    outcome = Outcome("Files")
    for name in _object_names():
        try:
            if sealed_files.key_number(name) == keyring.current_number():
                outcome.current += 1
            else:
                sealed_files.rewrap(name)
                outcome.moved += 1
        except VaultError:
            outcome.unreadable += 1
        except FileNotFoundError:
            outcome.missing += _is_in_use(name)
        if not _is_in_use(name):
            sealed_files.discard(name)  # erased meanwhile, so erase the new version too
        _report(outcome, say)
    return outcome


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


def _rewrap_request(pk: uuid.UUID) -> bool | None:
    """Return whether it moved, or None if it was erased or withdrawn meanwhile. Raises VaultError."""
    with transaction.atomic():
        request = CallbackRequest.objects.select_for_update().exclude(wrapped_key=b"").filter(pk=pk).first()
        if request is None:
            return None
        indexes = request.phone_index, request.second_phone_index
        if _oldest_number(bytes(request.wrapped_key), *indexes) == keyring.current_number():
            return False
        details = request.open_details()
        request.rewrap_key()
        request.index_phones(details)
        request.save(update_fields=["wrapped_key", "phone_index", "second_phone_index"])
        return True


def _oldest_number(wrapped: bytes, *indexes: str | None) -> int:
    """Return the lowest key number that a row still needs."""
    return min([keyring.number_of(wrapped), *(keyring.leading_number(index) for index in indexes if index)])


def _request_keys() -> Iterator[uuid.UUID]:
    rows = CallbackRequest.objects.order_by("pk")
    return (pk for (pk,) in _in_batches(rows))


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


def _report(outcome: Outcome, say: Say) -> None:
    outcome.seen += 1
    if outcome.seen % REPORT_EVERY == 0:
        say(f"{outcome.kind}: {outcome.seen} looked at, {outcome.moved} moved.")
