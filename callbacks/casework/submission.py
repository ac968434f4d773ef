"""What people do: request a call, correct it, add files. Each is all or nothing, and durable on return."""

import datetime
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from callbacks.casework import do_not_call, links, notices
from callbacks.models import Attachment, CallbackRequest, new_reference
from callbacks.values.details import Details
from callbacks.values.promise import promise
from callbacks.values.upload_rules import Received, Slot
from vault import sealed_files
from vault.keyring import VaultError

log = logging.getLogger(__name__)

_REFERENCE_TRIES = 5
WITHDRAWN = _(
    "The request sent from this page was taken back, and it is erased. If you want a call, send the form again."
)


class CouldNotSave(Exception):
    """The database or the vault failed and nothing was stored; the person may try again."""


class RequestErased(Exception):
    """The request was withdrawn, or erased by staff. Nothing was stored, and trying again will not help."""


class ChangedMeanwhile(Exception):
    """The page is older than the last correction, and saving it would undo that."""


class FormAlreadyUsed(Exception):
    """The form cannot make a request any more; a new form can. The message is for the person."""


@dataclass(frozen=True)
class Submitted:
    """A stored request, and its private link's secret, which is not stored."""

    request: CallbackRequest
    link_secret: str


def submit(*, details: Details, nonce: str, received: dict[Slot, Received], suspicion: str = "") -> Submitted:
    """Store a request and its files, all or nothing. Raises CouldNotSave.

    The same nonce again (a double tap, a reload, a retry after a lost response) corrects the same request: the last
    details win, stored files stay, and empty slots take the new files. With another person's name
    (Details.is_different_person) it makes a separate request: someone else used a page left open on a shared phone.
    Raises FormAlreadyUsed if the request was withdrawn.
    """
    with _saving(received), transaction.atomic():
        rows = CallbackRequest.objects.select_for_update()
        nonce, request = _find_for_person(nonce, details, rows)
        while request is None:
            request = _create(details, nonce, suspicion)
            if request is None:  # another POST, perhaps by another person, was faster
                nonce, request = _find_for_person(nonce, details, rows)
        if details != request.open_details():
            _correct(request, details)
        _attach(request, received)
        return Submitted(request, links.secret(nonce))


def is_known(nonce: str, details: Details) -> bool:
    """Return whether this form is already stored for the same person. Raises VaultError."""
    return _find_for_person(nonce, details, CallbackRequest.objects.all())[1] is not None


def was_used(nonce: str) -> bool:
    return _find(nonce, CallbackRequest.objects.all()) is not None


def add_files(request: CallbackRequest, received: dict[Slot, Received]) -> None:
    """Put files into the open slots of a request. Raises CouldNotSave or RequestErased."""
    with _saving(received), transaction.atomic():
        _attach(_lock_kept(request), received)


def correct(request: CallbackRequest, *, seen: str | None = None, **changes: Any) -> None:
    """Apply `changes` to what the person sent. Raises CouldNotSave, RequestErased or ChangedMeanwhile.

    `seen` is the last correction that the page showed (CallbackRequest.correction); None skips the check.
    """
    with _saving({}), transaction.atomic():
        request = _lock_kept(request)
        stored = request.open_details()
        if (details := replace(stored, **changes)) != stored:
            if seen not in {None, request.correction}:
                raise ChangedMeanwhile
            _correct(request, details)


def _lock_kept(request: CallbackRequest) -> CallbackRequest:
    """Lock and reload the row. Raises RequestErased."""
    row = CallbackRequest.objects.select_for_update().filter(pk=request.pk).first()
    if row is None or not row.is_kept:
        raise RequestErased
    return row


@contextmanager
def _saving(received: dict[Slot, Received]) -> Iterator[None]:
    """Turn failures into CouldNotSave, and discard orphaned objects."""
    try:
        yield
    except (DatabaseError, OSError, VaultError) as error:
        log.exception("A callback request could not be saved.")
        notices.notify_save_failed()
        raise CouldNotSave from error
    finally:
        _discard_unused({file.object_name for file in received.values() if file.object_name})


def _discard_unused(names: set[str]) -> None:
    try:
        # After an error in the commit the rows may or may not be stored.
        used = Attachment.objects.filter(object_name__in=names).object_names()
    except DatabaseError:
        log.warning("Unused attachment objects are left for the sweep.")
        return
    for name in names - used:
        sealed_files.discard(name)


def _find_for_person(nonce: str, details: Details, rows: QuerySet) -> tuple[str, CallbackRequest | None]:
    """Return the nonce for this person, and their request, if any. Raises FormAlreadyUsed for a withdrawn one.

    Each further person's nonce is derived from the previous one, so that each finds their own request again.
    """
    request = _find(nonce, rows)
    while request and request.is_kept and details.is_different_person(request.open_details()):
        person = f"{nonce}|{request.pk}|{details.phone or details.email}"
        nonce = salted_hmac("callbacks.another", person).hexdigest()
        request = _find(nonce, rows)
    if request and not request.is_kept:
        raise FormAlreadyUsed(WITHDRAWN)
    return nonce, request


def _find(nonce: str, rows: QuerySet) -> CallbackRequest | None:
    return rows.filter(form_key=links.form_key(nonce)).first()


def _create(details: Details, nonce: str, suspicion: str) -> CallbackRequest | None:
    """Create a row; None if a concurrent POST with the same nonce was faster."""
    request = CallbackRequest(form_key=links.form_key(nonce), link_hash=links.link_hash(links.secret(nonce)))
    request.suspicion = suspicion
    request.received_at = timezone.now()
    request.link_expires_at = min(request.received_at + datetime.timedelta(days=links.LINK_DAYS), request.erase_after)
    request.seal_details(details)
    do_not_call.carry_over(details)
    _promise(request, request.received_at)
    for _try in range(_REFERENCE_TRIES):
        try:
            with transaction.atomic():
                request.save(force_insert=True)
            return request
        except IntegrityError:
            if _find(nonce, CallbackRequest.objects.all()):
                return None
            request.reference = new_reference()
    raise CouldNotSave


def _promise(request: CallbackRequest, since: datetime.datetime) -> None:
    promised = promise(since, request.safe_hours)
    request.due_at, request.due_is_promised = promised.by, promised.is_promised


def _correct(request: CallbackRequest, details: Details) -> None:
    """Store a correction, and return a finished request to the queue; the schedule notifies staff."""
    was_late, told = request.is_overdue, (request.due_at, request.due_is_promised)
    request.seal_details(details.after(request.open_details()))
    do_not_call.carry_over(details)
    request.corrected_at = timezone.now()
    _promise(request, request.received_at)
    if was_late:  # perhaps of a promise that was made when the request was opened again
        request.due_at, request.due_is_promised = max(told, (request.due_at, request.due_is_promised))
    elif request.due_at < request.corrected_at:  # nobody was promised that
        _promise(request, request.corrected_at)
    if not request.is_waiting:
        request.state = CallbackRequest.State.NEW
        request.claimed_by = request.claimed_at = request.next_try_at = request.staff_notified_at = None
        request.merged_into, request.notice_key = None, ""
    request.save()


def _attach(request: CallbackRequest, received: dict[Slot, Received]) -> None:
    rows = {row.slot: row for row in request.attachments.all()}
    for slot, file in received.items():
        row = rows.get(slot) or Attachment(request=request, slot=slot)
        if row.can_be_replaced_by(file):
            if file.object_name and not sealed_files.exists(file.object_name):
                raise CouldNotSave  # deleted by sweep_orphans, after a clock jump
            if row.object_name:
                transaction.on_commit(partial(sealed_files.discard, row.object_name))
            row.fill_from(file)
            row.save()
