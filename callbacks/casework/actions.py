"""Staff actions on a request: claim, call, note, close. Each locks the row against concurrent ones."""

import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from callbacks.casework import counting, page_stamp
from callbacks.models import AccessRecord, CallAttempt, CallbackRequest, Disclosure, Note
from callbacks.values.states import Access

State = CallbackRequest.State
READINGS = (Access.VIEWED, Access.REVEALED, Access.PRINTED)


class AlreadyTaken(Exception):
    """A colleague was faster, or the person withdrew: the request is not as the page showed it."""


class RequestCorrected(Exception):
    """The person has corrected the request since the page was opened: how to call may have changed."""


class PageOutdated(Exception):
    """The page is out of date; `changes` have to be read first."""

    def __init__(self, changes: list[str]) -> None:
        super().__init__()
        self.changes = changes


def name_of(who: User | None) -> str:
    return (who.get_full_name() or who.get_username()) if who else ""


def is_lead(who: User) -> bool:
    """Return whether they may take over any colleague's request."""
    return who.has_perm("callbacks.delete_callbackrequest")


def claim(request: CallbackRequest, who: User) -> None:
    """Claim a waiting request that nobody else has. Raises AlreadyTaken."""
    free = CallbackRequest.objects.waiting().filter(Q(claimed_by=None) | Q(claimed_by=who), pk=request.pk)
    with transaction.atomic():
        if not free.update(claimed_by=who, claimed_at=timezone.now()):
            raise AlreadyTaken
        CallbackRequest.objects.filter(pk=request.pk, state=State.NEW).update(state=State.CLAIMED)
    request.refresh_from_db()


def may_release(request: CallbackRequest, who: User) -> bool:
    """Return whether they may release it: their own claim, an overdue one or, as a lead, any."""
    if request.claimed_by is None or not request.is_kept:
        return False
    return request.claimed_by == who or is_lead(who) or request.is_overdue


def release(request: CallbackRequest, who: User, *, any_claim: bool = False, shown: str | None = None) -> None:
    """Return a request to the queue; with `any_claim`, also a colleague's.

    Raises AlreadyTaken, or PageOutdated if the page with the stamp `shown` is out of date.
    """
    with transaction.atomic():
        locked = _locked(request, None if any_claim else who)
        _check(locked, shown)
        locked.claimed_by = locked.claimed_at = None
        if locked.state == State.CLAIMED:
            locked.state = State.NEW
        locked.save(update_fields=["claimed_by", "claimed_at", "state"])
    request.refresh_from_db()


def log_attempt(
    request: CallbackRequest,
    who: User,
    outcome: str,
    *,
    next_try_at: datetime.datetime | None = None,
    after: int | None = None,
    correction: str | None = None,
    note: str = "",
) -> CallAttempt:
    """Record a call attempt, which may have reached the person, and a note if there is one.

    Raises AlreadyTaken unless the person is waiting and `who` has claimed the request, and if there are not `after`
    attempts, as on the page: a button pressed twice is one call. Raises RequestCorrected if the page showed another
    `correction` than the last one.
    """
    with transaction.atomic():
        locked = _locked(request, who)
        if not locked.is_waiting or (after is not None and locked.attempts.count() != after):
            raise AlreadyTaken
        if correction is not None and correction != locked.correction:
            raise RequestCorrected
        attempt = CallAttempt.objects.create(
            request=locked,
            who=who,
            username=who.get_username(),
            at=timezone.now(),
            outcome=outcome,
            next_try_at=next_try_at,
        )
        counting.count(attempt)
        if note:
            add_note(request, who, note)
        reached = outcome == CallAttempt.Outcome.REACHED
        locked.state = State.REACHED if reached else State.ATTEMPTED
        locked.next_try_at = None if reached else next_try_at
        locked.save(update_fields=["state", "next_try_at"])
    request.refresh_from_db()
    return attempt


def close(request: CallbackRequest, who: User, *, shown: str | None = None) -> None:
    """Mark a request as done.

    Raises AlreadyTaken unless `who` has claimed it, or PageOutdated if the page with the stamp `shown` is out of date.
    """
    with transaction.atomic():
        locked = _locked(request, who)
        _check(locked, shown)
        locked.state, locked.next_try_at = State.CLOSED, None
        locked.save(update_fields=["state", "next_try_at"])
    request.refresh_from_db()


def may_reopen(request: CallbackRequest, who: User) -> bool:
    """Return whether they may reopen it: any closed request; a reached one only as its claimer or a lead."""
    if request.state == State.REACHED:
        return request.claimed_by in {None, who} or is_lead(who)
    return request.state == State.CLOSED


def reopen(request: CallbackRequest, who: User) -> None:
    """Return a finished request to the queue, claimed by `who`. Raises AlreadyTaken unless they may reopen it."""
    done = CallbackRequest.objects.filter(pk=request.pk, state__in=[State.REACHED, State.CLOSED])
    if not is_lead(who):
        done = done.filter(Q(state=State.CLOSED) | Q(claimed_by=None) | Q(claimed_by=who))
    if not done.update(
        state=State.CLAIMED, claimed_by=who, claimed_at=timezone.now(), next_try_at=None, merged_into=None
    ):
        raise AlreadyTaken
    request.refresh_from_db()


def add_note(request: CallbackRequest, who: User, text: str) -> None:
    """Save a sealed note for colleagues. Raises as `write`."""
    write(Note, request, who, text)


def write(kind: type[Note | Disclosure], request: CallbackRequest, who: User, text: str) -> None:
    """Save sealed text. Raises AlreadyTaken for a withdrawn request, VaultError without its key."""
    with transaction.atomic():
        locked = CallbackRequest.objects.select_for_update().get(pk=request.pk)
        if not locked.is_kept:
            raise AlreadyTaken
        row = kind(request=locked, who=who, username=who.get_username(), at=timezone.now())
        row.seal_text(text)
        row.save(force_insert=True)


def has_new_correction(request: CallbackRequest, who: User) -> bool:
    """Return whether `who` sees the last correction for the first time. Call it after recording this view."""
    if request.corrected_at is None:
        return False
    since = AccessRecord.objects.filter(request_reference=request.reference, who=who, at__gte=request.corrected_at)
    return since.filter(action__in=READINGS).count() <= 1


def record(action: Access, request: CallbackRequest | None, who: User, slot: str = "") -> AccessRecord:
    """Write to the access log. Call it before showing anything, so that nothing is shown unrecorded."""
    reference = request.reference if request else ""
    return AccessRecord.objects.create(
        who=who, username=who.get_username(), request_reference=reference, slot=slot, action=action
    )


def _locked(request: CallbackRequest, claimer: User | None) -> CallbackRequest:
    """Lock the row, claimed by `claimer` or, if None, by anybody. Raises AlreadyTaken."""
    rows = CallbackRequest.objects.select_for_update().exclude(state=State.WITHDRAWN)
    rows = rows.filter(claimed_by=claimer) if claimer else rows.exclude(claimed_by=None)
    locked = rows.filter(pk=request.pk).first()
    if locked is None:
        raise AlreadyTaken
    return locked


def _check(locked: CallbackRequest, shown: str | None) -> None:
    if shown is not None and (changes := page_stamp.changes_since(locked, shown)):
        raise PageOutdated(changes)
