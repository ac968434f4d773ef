"""What staff do with a request: claim it, call, write down how it went. Each step holds against a colleague."""

import datetime

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from callbacks.models import AccessRecord, CallAttempt, CallbackRequest, Note

State = CallbackRequest.State


class AlreadyTaken(Exception):
    """A colleague was first, or the person withdrew: the request is not what the page showed any more."""


def claim(request: CallbackRequest, who: AbstractUser) -> None:
    """`who` takes charge of a waiting request that nobody else has. Raises AlreadyTaken."""
    free = CallbackRequest.objects.waiting().filter(Q(claimed_by=None) | Q(claimed_by=who), pk=request.pk)
    fields = {"claimed_by": who, "claimed_at": timezone.now()}
    with transaction.atomic():
        if not free.update(**fields):
            raise AlreadyTaken
        CallbackRequest.objects.filter(pk=request.pk, state=State.NEW).update(state=State.CLAIMED)
    request.refresh_from_db()


def release(request: CallbackRequest, who: AbstractUser, *, anybodys: bool = False) -> None:
    """Gives a request back to the queue; with `anybodys`, also one that a colleague has. Raises AlreadyTaken."""
    held = CallbackRequest.objects.filter(pk=request.pk).exclude(claimed_by=None)
    if not anybodys:
        held = held.filter(claimed_by=who)
    with transaction.atomic():
        if not held.update(claimed_by=None, claimed_at=None):
            raise AlreadyTaken
        CallbackRequest.objects.filter(pk=request.pk, state=State.CLAIMED).update(state=State.NEW)
    request.refresh_from_db()


def log_attempt(
    request: CallbackRequest, who: AbstractUser, outcome: str, *, next_try_at: datetime.datetime | None = None
) -> CallAttempt:
    """Writes down a call; it may have reached the person. Raises AlreadyTaken unless `who` has claimed it."""
    with transaction.atomic():
        held = _held(request, who)
        attempt = CallAttempt.objects.create(
            request=held, who=who, username=who.get_username(), outcome=outcome, next_try_at=next_try_at
        )
        reached = outcome == CallAttempt.Outcome.REACHED
        held.state = State.REACHED if reached else State.ATTEMPTED
        held.next_try_at = None if reached else next_try_at
        held.save(update_fields=["state", "next_try_at"])
    request.refresh_from_db()
    return attempt


def close(request: CallbackRequest, who: AbstractUser) -> None:
    """Nothing more is to be done. Raises AlreadyTaken unless `who` has claimed it."""
    with transaction.atomic():
        held = _held(request, who)
        held.state, held.next_try_at = State.CLOSED, None
        held.save(update_fields=["state", "next_try_at"])
    request.refresh_from_db()


def reopen(request: CallbackRequest, who: AbstractUser) -> None:
    """Back into the queue, claimed by `who`. Raises AlreadyTaken for a request that was withdrawn or still waits."""
    done = CallbackRequest.objects.filter(pk=request.pk, state__in=[State.REACHED, State.CLOSED])
    if not done.update(state=State.CLAIMED, claimed_by=who, claimed_at=timezone.now(), next_try_at=None):
        raise AlreadyTaken
    request.refresh_from_db()


def add_note(request: CallbackRequest, who: AbstractUser, text: str) -> Note:
    """A sealed note for colleagues. Raises AlreadyTaken for a withdrawn request, VaultError without its key."""
    with transaction.atomic():
        locked = CallbackRequest.objects.select_for_update().get(pk=request.pk)
        if locked.state == State.WITHDRAWN:
            raise AlreadyTaken
        note = Note(request=locked, who=who, username=who.get_username())
        note.seal_text(text)
        note.save(force_insert=True)
    return note


def record(
    action: AccessRecord.Action, request: CallbackRequest | None, who: AbstractUser, slot: str = ""
) -> AccessRecord:
    """Writes down that somebody read, exported or erased. Comes first: what cannot be recorded is not shown."""
    reference = request.reference if request else ""
    return AccessRecord.objects.create(
        who=who, username=who.get_username(), request_reference=reference, slot=slot, action=action
    )


def _held(request: CallbackRequest, who: AbstractUser) -> CallbackRequest:
    held = CallbackRequest.objects.select_for_update().filter(pk=request.pk, claimed_by=who)
    held = held.exclude(state=State.WITHDRAWN).first()
    if held is None:
        raise AlreadyTaken
    return held
