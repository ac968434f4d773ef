"""What staff do with a request: claim it, call, write down how it went. Each step holds against a colleague."""

import datetime

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from callbacks.casework import page_stamp
from callbacks.models import AccessRecord, CallAttempt, CallbackRequest, Note

State = CallbackRequest.State
READINGS = (AccessRecord.Action.VIEWED, AccessRecord.Action.REVEALED, AccessRecord.Action.PRINTED)


class AlreadyTaken(Exception):
    """A colleague was first, or the person withdrew: the request is not what the page showed any more."""


class Corrected(Exception):
    """The person has changed what they asked for since the page was opened: how to call may be another."""


class Changed(Exception):
    """Something came since the page was opened that whoever ends the work on a request has to see first: `news`."""

    def __init__(self, news: list[str]) -> None:
        super().__init__()
        self.news = news


def name_of(who: AbstractUser | None) -> str:
    """What colleagues call somebody."""
    return (who.get_full_name() or who.get_username()) if who else ""


def claim(request: CallbackRequest, who: AbstractUser) -> None:
    """`who` takes charge of a waiting request that nobody else has. Raises AlreadyTaken."""
    free = CallbackRequest.objects.waiting().filter(Q(claimed_by=None) | Q(claimed_by=who), pk=request.pk)
    fields = {"claimed_by": who, "claimed_at": timezone.now()}
    with transaction.atomic():
        if not free.update(**fields):
            raise AlreadyTaken
        CallbackRequest.objects.filter(pk=request.pk, state=State.NEW).update(state=State.CLAIMED)
    request.refresh_from_db()


def release(request: CallbackRequest, who: AbstractUser, *, anybodys: bool = False, shown: str | None = None) -> None:
    """Gives a request back to the queue; with `anybodys`, also one that a colleague has.

    Raises AlreadyTaken, or Changed where the page that `shown` is the stamp of is no longer true.
    """
    claimed = CallbackRequest.objects.filter(pk=request.pk).exclude(claimed_by=None).exclude(state=State.WITHDRAWN)
    if not anybodys:
        claimed = claimed.filter(claimed_by=who)
    with transaction.atomic():
        held = claimed.select_for_update().first()
        if held is None:
            raise AlreadyTaken
        _check(held, shown)
        held.claimed_by = held.claimed_at = None
        if held.state == State.CLAIMED:
            held.state = State.NEW
        held.save(update_fields=["claimed_by", "claimed_at", "state"])
    request.refresh_from_db()


def may_release(request: CallbackRequest, who: AbstractUser) -> bool:
    """One's own claim; a lead, any; and anybody's once it is overdue: nobody waits for a colleague gone home."""
    if request.claimed_by is None or request.state == State.WITHDRAWN:
        return False
    return request.claimed_by == who or is_lead(who) or request.is_overdue


def is_lead(who: AbstractUser) -> bool:
    """May step in for any colleague."""
    return who.has_perm("callbacks.delete_callbackrequest")


def log_attempt(
    request: CallbackRequest,
    who: AbstractUser,
    outcome: str,
    *,
    next_try_at: datetime.datetime | None = None,
    after: int | None = None,
    correction: str | None = None,
) -> CallAttempt:
    """Writes down a call; it may have reached the person.

    Raises AlreadyTaken unless the person waits and `who` has claimed the request; also where the page showed another
    number of attempts (`after`) than there are: a button pressed twice is one call. Raises Corrected where the page
    showed another `correction` than the last one.
    """
    with transaction.atomic():
        held = _held(request, who)
        if not held.is_waiting or (after is not None and held.attempts.count() != after):
            raise AlreadyTaken
        if correction is not None and correction != held.correction:
            raise Corrected
        attempt = CallAttempt.objects.create(
            request=held,
            who=who,
            username=who.get_username(),
            at=timezone.now(),
            outcome=outcome,
            next_try_at=next_try_at,
        )
        reached = outcome == CallAttempt.Outcome.REACHED
        held.state = State.REACHED if reached else State.ATTEMPTED
        held.next_try_at = None if reached else next_try_at
        held.save(update_fields=["state", "next_try_at"])
    request.refresh_from_db()
    return attempt


def close(request: CallbackRequest, who: AbstractUser, *, shown: str | None = None) -> None:
    """Nothing more is to be done.

    Raises AlreadyTaken unless `who` has claimed it, or Changed where the page that `shown` is the stamp of is no longer
    true.
    """
    with transaction.atomic():
        held = _held(request, who)
        _check(held, shown)
        held.state, held.next_try_at = State.CLOSED, None
        held.save(update_fields=["state", "next_try_at"])
    request.refresh_from_db()


def may_reopen(request: CallbackRequest, who: AbstractUser) -> bool:
    """A closed request; one that was reached stays its owner's, and a lead's: that person does not wait any more."""
    if request.state == State.REACHED:
        return request.claimed_by in {None, who} or is_lead(who)
    return request.state == State.CLOSED


def reopen(request: CallbackRequest, who: AbstractUser) -> None:
    """Back into the queue, claimed by `who`. Raises AlreadyTaken unless `who` may reopen it."""
    done = CallbackRequest.objects.filter(pk=request.pk, state__in=[State.REACHED, State.CLOSED])
    if not is_lead(who):
        done = done.filter(Q(state=State.CLOSED) | Q(claimed_by=None) | Q(claimed_by=who))
    if not done.update(state=State.CLAIMED, claimed_by=who, claimed_at=timezone.now(), next_try_at=None):
        raise AlreadyTaken
    request.refresh_from_db()


def add_note(request: CallbackRequest, who: AbstractUser, text: str) -> Note:
    """A sealed note for colleagues. Raises AlreadyTaken for a withdrawn request, VaultError without its key."""
    with transaction.atomic():
        locked = CallbackRequest.objects.select_for_update().get(pk=request.pk)
        if locked.state == State.WITHDRAWN:
            raise AlreadyTaken
        note = Note(request=locked, who=who, username=who.get_username(), at=timezone.now())
        note.seal_text(text)
        note.save(force_insert=True)
    return note


def is_news(request: CallbackRequest, who: AbstractUser) -> bool:
    """The person changed the request, and `who` reads it for the first time since; this reading is recorded already."""
    if request.corrected_at is None:
        return False
    since = AccessRecord.objects.filter(request_reference=request.reference, who=who, at__gte=request.corrected_at)
    return since.filter(action__in=READINGS).count() <= 1


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


def _check(held: CallbackRequest, shown: str | None) -> None:
    if shown is not None and (news := page_stamp.news(held, shown)):
        raise Changed(news)
