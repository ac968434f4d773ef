"""Staff actions on a request: claim, call, assign, note, close. Each locks the row against concurrent ones."""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from callbacks.casework import counting
from callbacks.models import AccessRecord, CallAttempt, CallbackRequest, Disclosure, Note
from callbacks.values.promise import promise

State = CallbackRequest.State
READ_ACTIONS = (AccessRecord.Action.VIEWED, AccessRecord.Action.REVEALED, AccessRecord.Action.PRINTED)
#: The message for each part of a stamp that differs.
_CHANGES = (
    "the person changed this request",
    "its files changed",
    "a call was logged",
    "a note was written",
    "it changed hands",
)


class AlreadyTaken(Exception):
    """A colleague was faster, or the person withdrew: the request is not as the page showed it."""


class PageOutdated(Exception):
    """The page is out of date; `changes` have to be read first."""

    def __init__(self, changes: list[str]) -> None:
        super().__init__()
        self.changes = changes


def name_of(who: User | None) -> str:
    return str(who or "")


def is_lead(who: User) -> bool:
    """Return whether they may take over any colleague's request."""
    return who.has_perm("callbacks.delete_callbackrequest")


def lock(request: CallbackRequest, may: Callable[[CallbackRequest], bool]) -> CallbackRequest:
    """Lock and return the row. Raises AlreadyTaken if it is gone, or `may` says no."""
    row = CallbackRequest.objects.select_for_update().filter(pk=request.pk).first()
    if row is None or not may(row):
        raise AlreadyTaken
    return row


@contextmanager
def changing(request: CallbackRequest, may: Callable[[CallbackRequest], bool]) -> Iterator[CallbackRequest]:
    """Lock the row as `lock`, then save its state and claim, and reload `request`."""
    with transaction.atomic():
        row = lock(request, may)
        yield row
        changed = ["state", "claimed_by", "claimed_at", "next_try_at", "merged_into", "due_at", "due_is_promised"]
        row.save(update_fields=changed)
    request.refresh_from_db()


def give(row: CallbackRequest, to: User | None) -> None:
    """Change the claimer of a locked request; the caller saves. Logged calls stay."""
    row.claimed_by, row.claimed_at = to, timezone.now() if to else None
    if row.state in {State.NEW, State.CLAIMED}:
        row.state = State.CLAIMED if to else State.NEW


def claim(request: CallbackRequest, who: User) -> None:
    """Claim a waiting request that nobody else has. Raises AlreadyTaken."""
    with changing(request, lambda row: row.is_waiting and row.claimed_by in {None, who}) as row:
        give(row, who)


def may_release(request: CallbackRequest, who: User) -> bool:
    """Return whether they may release it: their own claim, an overdue one, of one who left or, as a lead, any."""
    if request.claimed_by is None or not request.is_kept:
        return False
    return request.claimed_by == who or is_lead(who) or request.is_overdue or not request.claimed_by.is_active


def release(request: CallbackRequest, who: User, *, shown: str | None = None) -> None:
    """Return a request to the queue. Raises AlreadyTaken if they may not, PageOutdated if `shown` is an old stamp."""
    with changing(request, lambda row: may_release(row, who)) as row:
        check(row, shown)
        give(row, None)


def log_attempt(
    request: CallbackRequest,
    who: User,
    outcome: str,
    *,
    next_try_at: datetime.datetime | None = None,
    note: str = "",
    shown: str | None = None,
) -> CallAttempt:
    """Record a call attempt, which may have reached the person, and a note if there is one.

    Raises AlreadyTaken unless the person is waiting and `who` has claimed the request, or PageOutdated as `close`, so
    that a button pressed twice is one call.
    """
    with changing(request, lambda row: row.is_waiting and row.claimed_by == who) as row:
        check(row, shown)
        by = {"who": who, "username": who.get_username(), "at": timezone.now()}
        attempt = CallAttempt.objects.create(request=row, outcome=outcome, next_try_at=next_try_at, **by)
        counting.count(attempt)
        if note:
            add_note(request, who, note)
        reached = outcome == CallAttempt.Outcome.REACHED
        row.state = State.REACHED if reached else State.ATTEMPTED
        row.next_try_at = None if reached else next_try_at
    return attempt


def close(request: CallbackRequest, who: User, *, shown: str | None = None) -> None:
    """Mark a request as done. Raises AlreadyTaken without a claim, or PageOutdated if `shown` is an old stamp."""
    with changing(request, lambda row: row.is_kept and row.claimed_by == who) as row:
        check(row, shown)
        row.state, row.next_try_at = State.CLOSED, None


def may_reopen(request: CallbackRequest, who: User) -> bool:
    """Return whether they may reopen it: any closed request; a reached one only as its claimer or a lead."""
    if request.state == State.REACHED:
        return request.claimed_by in {None, who} or is_lead(who)
    return request.state == State.CLOSED


def reopen(request: CallbackRequest, who: User) -> None:
    """Return a finished request to the queue, claimed by `who`. Raises AlreadyTaken unless they may reopen it.

    If they were called, and the time of the promise has passed, it is made again.
    """
    with changing(request, lambda row: may_reopen(row, who)) as row:
        row.state, row.next_try_at, row.merged_into = State.NEW, None, None
        give(row, who)
        if row.is_overdue and row.attempts.exists():
            promised = promise(timezone.now(), row.safe_hours)
            row.due_at, row.due_is_promised = promised.by, promised.is_promised


def colleagues(of: User) -> QuerySet[User]:
    """Return other users who may work on requests."""
    able = User.objects.with_perm("callbacks.work_callbackrequest").filter(is_staff=True).exclude(pk=of.pk)
    return able.order_by("first_name", "username")


def may_assign(request: CallbackRequest, who: User) -> bool:
    """Return whether they may assign it: their own, an unclaimed one or, as a lead, any."""
    return request.is_waiting and (request.claimed_by in {None, who} or is_lead(who))


def assign(request: CallbackRequest, who: User, to: User) -> None:
    """Give a waiting request to a colleague. Raises AlreadyTaken unless `who` may assign it."""
    with changing(request, lambda row: may_assign(row, who)) as row:
        give(row, to)


def hand_over(who: User, to: User | None, note: str) -> int:
    """Pass all of `who`'s waiting requests to `to`, or back to the queue; returns how many.

    Each gets the note, unless it is empty. All or nothing: raises VaultError if a request's key is missing.
    """
    with transaction.atomic():
        mine = list(CallbackRequest.objects.select_for_update().waiting().filter(claimed_by=who))
        for request in mine:
            if note:
                add_note(request, who, note)
            give(request, to)
            request.save(update_fields=["claimed_by", "claimed_at", "state"])
    return len(mine)


def add_note(request: CallbackRequest, who: User, text: str) -> None:
    """Save a sealed note for colleagues. Raises as `write`."""
    write(Note, request, who, text)


def write(kind: type[Note | Disclosure], request: CallbackRequest, who: User, text: str) -> None:
    """Save sealed text. Raises AlreadyTaken for a withdrawn request, VaultError without its key."""
    with transaction.atomic():
        locked = lock(request, lambda row: row.is_kept)
        row = kind(request=locked, who=who, username=who.get_username(), at=timezone.now())
        row.seal_text(text)
        row.save(force_insert=True)


def has_new_correction(request: CallbackRequest, who: User) -> bool:
    """Return whether `who` sees the last correction for the first time. Call it after recording this view."""
    if request.corrected_at is None:
        return False
    since = AccessRecord.objects.filter(request_reference=request.reference, who=who, at__gte=request.corrected_at)
    return since.filter(action__in=READ_ACTIONS).count() <= 1


def record(action: AccessRecord.Action, request: CallbackRequest | None, who: User, slot: str = "") -> AccessRecord:
    """Write to the access log. Call it before showing anything, so that nothing is shown unrecorded."""
    reference = request.reference if request else ""
    return AccessRecord.objects.create(
        who=who, username=who.get_username(), request_reference=reference, slot=slot, action=action
    )


def stamp(request: CallbackRequest) -> str:
    """Return a stamp of the last correction, the number of files, calls and notes, and the claimer."""
    files = sum(file.arrived for file in request.attachments.all())
    claimer = request.claimed_by_id or ""
    return f"{request.correction}|{files}|{request.attempts.count()}|{request.notes.count()}|{claimer}"


def check(locked: CallbackRequest, shown: str | None) -> None:
    """Raise PageOutdated unless the page with the stamp `shown` is up to date, so that nobody acts on an old one."""
    if shown is None or shown == stamp(locked):
        return
    now, then = stamp(locked).split("|"), shown.split("|")
    if len(then) != len(now):
        raise PageOutdated(["it may have changed"])
    raise PageOutdated([words for words, is_now, was in zip(_CHANGES, now, then, strict=True) if is_now != was])
