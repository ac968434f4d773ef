"""Reassign one request, or hand over all at the end of a shift. Rows are locked as in callbacks.casework.actions."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from callbacks.casework import actions
from callbacks.models import CallbackRequest

WORK = "callbacks.work_callbackrequest"


def colleagues(of: User) -> QuerySet[User]:
    """Return other users who may work on requests."""
    able = User.objects.with_perm(WORK).filter(is_staff=True).exclude(pk=of.pk)
    return able.order_by("first_name", "username")


def may_assign(request: CallbackRequest, who: User) -> bool:
    """Return whether they may assign it: their own, an unclaimed one or, as a lead, any."""
    return request.is_waiting and (request.claimed_by in {None, who} or actions.is_lead(who))


def assign(request: CallbackRequest, who: User, to: User) -> None:
    """Give a waiting request to a colleague. Raises AlreadyTaken unless `who` may assign it."""
    with actions.changing(request, lambda row: may_assign(row, who)) as row:
        actions.give(row, to)


def hand_over(who: User, to: User | None, note: str) -> int:
    """Pass all of `who`'s waiting requests to `to`, or back to the queue; returns how many.

    Each gets the note, unless it is empty. All or nothing: raises VaultError if a request's key is missing.
    """
    with transaction.atomic():
        mine = list(CallbackRequest.objects.select_for_update().waiting().filter(claimed_by=who))
        for request in mine:
            if note:
                actions.add_note(request, who, note)
            actions.give(request, to)
            request.save(update_fields=["claimed_by", "claimed_at", "state"])
    return len(mine)
