"""Erasing requests, by whichever way, and objects that belong to none. Counted, never described."""

import datetime
import time
import uuid
from collections.abc import Mapping

from django.contrib.auth.models import AbstractUser
from django.db import connection, transaction
from django.utils import timezone

from callbacks.casework import actions
from callbacks.models import AccessRecord, Attachment, CallbackRequest, Erasure, Tombstone
from vault import sealed_files

#: An object without a row may belong to a form that is still on its way, for so long.
#: Longer than any upload may take (server/worker.py): the first file of a form waits for the second without a row.
ORPHAN_AGE = datetime.timedelta(hours=4)
#: Milliseconds that an erasure waits for readers of the database to get out of the way.
PATIENCE = 2000
#: Days for which a withdrawn request, emptied, still tells staff and the person that it was withdrawn.
WITHDRAWN_DAYS = 7


def _clocks_apart() -> float:
    """Seconds between the clock that can be set and the one that only runs on."""
    return time.time() - time.monotonic()


_APART_AT_START = _clocks_apart()


def erase(request: CallbackRequest, *, by: AbstractUser) -> None:
    """A lead deletes a request with its files for good. Its objects go once the rows are gone."""
    with transaction.atomic():
        actions.record(AccessRecord.Action.ERASED, request, by)
        _remember(request.pk, withdrawn=False)
        _delete(request, Erasure.Reason.STAFF)


def withdraw(request: CallbackRequest) -> None:
    """The person takes the request back: all that they sent is gone at once, notes included.

    The emptied row stays for WITHDRAWN_DAYS, so that whoever claimed it learns what happened. Where staff erased it at
    the same time, nothing is left to do.
    """
    with transaction.atomic():
        request = CallbackRequest.objects.select_for_update().filter(pk=request.pk).first()
        if request is None or request.state == CallbackRequest.State.WITHDRAWN:
            return
        _discard_objects_later(request)
        files = request.attachments.arrived().count()
        request.attachments.all().delete()
        request.notes.all().delete()
        request.attempts.all().delete()
        request.state = CallbackRequest.State.WITHDRAWN
        request.sealed = request.wrapped_key = b""
        request.phone_index = request.call_times = request.suspicion = ""
        request.next_try_at = None
        request.withdrawn_at = timezone.now()
        soon = request.withdrawn_at + datetime.timedelta(days=WITHDRAWN_DAYS)
        request.erase_after = max(min(request.erase_after, soon), request.received_at + datetime.timedelta(seconds=1))
        request.save()
        Erasure.objects.create(reason=Erasure.Reason.WITHDRAWN, requests=1, files=files)
        _remember(request.pk, withdrawn=True)


def erase_again(erased: Mapping[uuid.UUID, bool]) -> int:
    """After a restore: what had been taken back (True) or erased by staff (False) is gone again; how many requests.

    What was erased because its time was over needs no list: the restored row has its date.
    """
    count = 0
    for pk, withdrawn in erased.items():
        request = CallbackRequest.objects.filter(pk=pk).first()
        if request is None or (withdrawn and not request.is_kept):
            continue
        if withdrawn:
            withdraw(request)
        else:
            with transaction.atomic():
                _delete(request, Erasure.Reason.STAFF)
                _remember(pk, withdrawn=False)
        count += 1
    return count


def erase_due(at: datetime.datetime) -> int:
    """Erases the requests whose time is over at `at`; how many."""
    due = CallbackRequest.objects.due_for_erasure(at)
    return sum(_erase_if_due(pk, at) for pk in list(due.values_list("pk", flat=True)))


def _erase_if_due(pk: uuid.UUID, at: datetime.datetime) -> bool:
    """Another process may be at it at the same moment: what is gone is counted once."""
    with transaction.atomic():
        request = CallbackRequest.objects.due_for_erasure(at).select_for_update().filter(pk=pk).first()
        if request:
            _delete(request, Erasure.Reason.DUE)
    return request is not None


def sweep_orphans(older_than: datetime.timedelta = ORPHAN_AGE) -> int:
    """Deletes objects that no row points to and that nobody wrote to for `older_than`; how many.

    Younger ones may belong to a form that is still on its way. How old one is, a clock that was set while this process
    runs cannot tell: then it has to be older by as much as the clock jumped.
    """
    before = timezone.now() - older_than - datetime.timedelta(seconds=abs(_clocks_apart() - _APART_AT_START))
    sealed_files.abort_older_than(before)
    old = sealed_files.names_older_than(before)
    orphans = set(old) - Attachment.objects.object_names()
    return sum(sealed_files.discard(name) for name in orphans)


def _remember(pk: uuid.UUID, *, withdrawn: bool) -> None:
    Tombstone.objects.update_or_create(request_id=pk, defaults={"withdrawn": withdrawn, "at": timezone.now()})


def _delete(request: CallbackRequest, reason: Erasure.Reason) -> None:
    files = request.attachments.arrived().count()
    _discard_objects_later(request)
    if request.state != CallbackRequest.State.WITHDRAWN:  # that one was counted when it was emptied
        Erasure.objects.create(reason=reason, requests=1, files=files)
    request.delete()


def _discard_objects_later(request: CallbackRequest) -> None:
    names = request.attachments.object_names()
    # A crash in between leaves objects without rows, never rows without objects.
    transaction.on_commit(lambda: [sealed_files.discard(name) for name in names])
    transaction.on_commit(_empty_write_ahead_log)


def _empty_write_ahead_log() -> None:
    """On SQLite, erased rows still stand in the write-ahead log until it is written back and cut.

    PostgreSQL takes back the room of erased rows when it vacuums, and its log when that is over (decision 0009).

    Somebody who is reading at that moment may keep it from being cut whole; the next erasure or the daily purge does.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        (patience,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA busy_timeout={patience}")
