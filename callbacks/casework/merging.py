"""Merge two requests of one person: one is called, the other is closed and kept with it."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from callbacks.casework import actions
from callbacks.models import CallbackRequest


def may_merge(kept: CallbackRequest, who: User) -> bool:
    return kept.is_waiting and kept.claimed_by == who


def merged_with(kept: CallbackRequest) -> list[CallbackRequest]:
    """Return the requests merged into it, without those withdrawn since."""
    return list(kept.merged.exclude(sealed=b"").prefetch_related("notes", "attachments"))


def candidates(kept: CallbackRequest, phones: list[str], who: User) -> list[CallbackRequest]:
    """Return other waiting requests with one of these numbers that no colleague has claimed."""
    others = CallbackRequest.objects.with_phone(*phones).waiting().exclude(pk=kept.pk)
    return list(others.filter(Q(claimed_by=None) | Q(claimed_by=who)).order_by("received_at"))


def merge(other: CallbackRequest, kept: CallbackRequest, who: User) -> None:
    """Close `other` as part of `kept`, which `who` has claimed and which gets the earlier due time.

    No content moves: `other` keeps its page and its erasure date. A correction, or staff reopening it, returns it to
    the queue. Raises AlreadyTaken, also if they share no number (any more), or VaultError.
    """
    with transaction.atomic():
        rows = CallbackRequest.objects.select_for_update().filter(pk__in=[other.pk, kept.pk])
        locked = {row.pk: row for row in rows.order_by("pk")}
        if len(locked) < 2 or not may_merge(locked[kept.pk], who):
            raise actions.AlreadyTaken
        gone, stays = locked[other.pk], locked[kept.pk]
        if not gone.is_waiting or gone.claimed_by not in {None, who} or not _share_number(gone, stays):
            raise actions.AlreadyTaken
        if gone.due_at < stays.due_at:
            stays.due_at, stays.due_is_promised = gone.due_at, gone.due_is_promised
        gone.state, gone.next_try_at, gone.merged_into = CallbackRequest.State.CLOSED, None, stays
        gone.save(update_fields=["state", "next_try_at", "merged_into"])
        gone.merged.update(merged_into=stays)
        stays.save(update_fields=["due_at", "due_is_promised"])
        actions.add_note(stays, who, f"{gone.reference} was merged into this request: one person sent both.")
    kept.refresh_from_db()
    other.refresh_from_db()


def _share_number(one: CallbackRequest, other: CallbackRequest) -> bool:
    """Return whether one person may have sent both: of two people, one would get no call."""
    return bool(set(one.open_details().phones) & set(other.open_details().phones))
