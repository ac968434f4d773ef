"""Everything that writes callback requests: submit, add files, erase, sweep, and record who read what."""

import datetime
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import AbstractUser
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from callbacks import objects
from callbacks.details import Details
from callbacks.keyring import VaultError
from callbacks.models import AccessRecord, Attachment, CallbackRequest, new_reference
from callbacks.uploads import Received, Slot

log = logging.getLogger(__name__)

_REFERENCE_TRIES = 5


class CouldNotSave(Exception):
    """The database or the vault failed. Nothing of this call was kept; it may be tried again."""


def submit(*, details: Details, nonce: str, received: dict[Slot, Received]) -> CallbackRequest:
    """Stores a request and its files, all or nothing; durable on return. Raises CouldNotSave.

    The same nonce again (a double tap, a reload, a retry after a lost answer) corrects the same request: the details
    of the last call win, a file already stored stays, and a slot without one takes the new file. Where neither the
    name nor the phone is the same, somebody else has sent a page left open on a shared phone: a request of its own.
    """
    with _saving(received), transaction.atomic():
        request = _locked(nonce) or _create(details, nonce)
        stored = request.open_details()
        if details.name != stored.name and details.phone != stored.phone:
            other = salted_hmac("callbacks.other_person", f"{nonce}:{details.phone}").hexdigest()[:64]
            request = _locked(other) or _create(details, other)
            stored = request.open_details()
        if details != stored:
            _correct(request, details)
        _attach(request, received)
        return request


def add_files(request: CallbackRequest, received: dict[Slot, Received]) -> None:
    """Puts files into the open slots of a request. Raises CouldNotSave, also when it was erased meanwhile."""
    with _saving(received), transaction.atomic():
        request = CallbackRequest.objects.select_for_update().filter(pk=request.pk).first()
        if request is None:
            raise CouldNotSave
        _attach(request, received)


def erase(request: CallbackRequest, *, by: AbstractUser | None = None) -> None:
    """Deletes a request with its files for good; `by` is recorded. Its objects go once the rows are gone."""
    with transaction.atomic():
        names = request.attachments.object_names()
        if by:
            record(AccessRecord.Action.ERASED, request, by)
        request.delete()
        # A crash in between leaves objects without rows, never rows without objects.
        transaction.on_commit(lambda: [objects.discard(name) for name in names])


def record(action: AccessRecord.Action, request: CallbackRequest, who: AbstractUser, slot: str = "") -> None:
    """Writes down that somebody read or erased a request. Comes first: what cannot be recorded is not shown."""
    AccessRecord.objects.create(
        who=who, username=who.get_username(), request_reference=request.reference, slot=slot, action=action
    )


def erase_due(at: datetime.datetime) -> int:
    """Erases the requests whose time is over at `at`; how many."""
    due = CallbackRequest.objects.due_for_erasure(at)
    for request in due:
        erase(request)
    return len(due)


def sweep_orphans(older_than: datetime.timedelta) -> int:
    """Deletes objects that no row points to and that nobody wrote to for `older_than`; how many.

    Younger ones may belong to a form that is still on its way.
    """
    old = objects.names_older_than(timezone.now() - older_than)
    orphans = set(old) - Attachment.objects.object_names()
    return sum(objects.discard(name) for name in orphans)


@contextmanager
def _saving(received: dict[Slot, Received]) -> Iterator[None]:
    """Turns failures into CouldNotSave, and leaves no object behind that no row points to."""
    try:
        yield
    except (DatabaseError, VaultError) as error:
        log.exception("A callback request could not be saved.")
        raise CouldNotSave from error
    finally:
        _discard_unused({file.object_name for file in received.values() if file.object_name})


def _discard_unused(names: set[str]) -> None:
    if not names:
        return
    try:
        # Asked afresh: an error while committing does not say whether the rows are there.
        used = Attachment.objects.filter(object_name__in=names).object_names()
    except DatabaseError:
        log.warning("Unused attachment objects are left for the sweep.")
        return
    for name in names - used:
        objects.discard(name)


def _locked(nonce: str) -> CallbackRequest | None:
    return CallbackRequest.objects.select_for_update().filter(form_nonce=nonce).first()


def _create(details: Details, nonce: str) -> CallbackRequest:
    """A new row, or the one that a simultaneous post with the same nonce has just made."""
    request = CallbackRequest(form_nonce=nonce)
    request.seal_details(details)
    for _ in range(_REFERENCE_TRIES):
        try:
            with transaction.atomic():
                request.save(force_insert=True)
            return request
        except IntegrityError:
            if existing := _locked(nonce):
                return existing
            request.reference = new_reference()
    raise CouldNotSave


def _correct(request: CallbackRequest, details: Details) -> None:
    """A correction brings a request that was already dealt with back into the queue."""
    request.seal_details(details)
    if request.state not in CallbackRequest.WAITING:
        request.state = CallbackRequest.State.NEW
    request.save(update_fields=["sealed", "state"])


def _attach(request: CallbackRequest, received: dict[Slot, Received]) -> None:
    rows = {row.slot: row for row in request.attachments.all()}
    for slot, file in received.items():
        row = rows.get(slot) or Attachment(request=request, slot=slot)
        if not row.is_stored:
            row.take(file)
            row.save()
