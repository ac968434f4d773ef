"""Erase requests and orphaned objects. Erasures are only counted."""

import datetime
import time
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from callbacks.casework import actions, counting
from callbacks.casework.notices import WARN_DAYS_BEFORE
from callbacks.models import AccessRecord, Attachment, CallbackRequest, Erasure, Tombstone
from vault import sealed_files

#: A younger object without a row may belong to a form that is still arriving. Longer than any upload may take
#: (server/connections.py).
ORPHAN_AGE = datetime.timedelta(hours=4)
#: How long truncating SQLite's write-ahead log waits for readers.
CHECKPOINT_TIMEOUT_MS = 2000
#: Days for which the emptied row of a withdrawn request still shows that it was withdrawn.
WITHDRAWN_DAYS = 7


def _clock_offset() -> float:
    """Return the seconds between the wall clock, which may be set, and the monotonic one."""
    return time.time() - time.monotonic()


_OFFSET_AT_START = _clock_offset()


def erase(request: CallbackRequest, *, by: User) -> None:
    """Delete a request with its files for good. Its objects are deleted once the rows are gone."""
    with transaction.atomic():
        actions.record(AccessRecord.Action.ERASED, request, by)
        _remember(request.pk, withdrawn=False)
        _delete(request, Erasure.Reason.STAFF)


def withdraw(request: CallbackRequest) -> None:
    """Erase everything that the person sent, and notes, because they withdrew the request.

    The emptied row stays for WITHDRAWN_DAYS, to inform its claimer. Does nothing if staff have just erased the request.
    """
    with transaction.atomic():
        row = CallbackRequest.objects.select_for_update().filter(pk=request.pk).first()
        if row is None or not row.is_kept:
            return
        _discard_objects_later(row)
        files = row.attachments.arrived().count()
        row.attachments.all().delete()
        row.notes.all().delete()
        row.disclosures.all().delete()
        row.attempts.all().delete()
        row.state = CallbackRequest.State.WITHDRAWN
        row.sealed = row.wrapped_key = b""
        row.phone_index, row.second_phone_index = "", None
        row.call_times = row.finer_hours = row.suspicion = ""
        row.language = row.channel = row.about = row.if_other_answers = ""
        row.next_try_at = None
        row.withdrawn_at = timezone.now()
        soon = row.withdrawn_at + datetime.timedelta(days=WITHDRAWN_DAYS)
        row.erase_after = max(min(row.erase_after, soon), row.received_at + datetime.timedelta(seconds=1))
        row.save()
        Erasure.objects.create(reason=Erasure.Reason.WITHDRAWN, requests=1, files=files)
        _remember(row.pk, withdrawn=True)


def erase_again(erased: Mapping[uuid.UUID, bool]) -> int:
    """After a restore, repeat withdrawals (True) and erasures by staff (False); returns how many.

    Requests past their retention period are not listed, as their rows have the date.
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


def purge() -> str:
    """Erase requests that are due, files without one, and old counts; return in sentences what was done."""
    erased = erase_due(timezone.now())
    counting.prune()
    try:
        swept = f"Files without a request removed: {sweep_orphans()}."
    except OSError as error:  # the schedule sweeps again hourly
        swept = f"Files without a request could not be listed: {error.strerror}."
    soon = CallbackRequest.objects.due_for_erasure(timezone.now() + datetime.timedelta(days=WARN_DAYS_BEFORE))
    waiting = soon.waiting().count()
    to_come = f"\nWill be erased within {WARN_DAYS_BEFORE} days while still waiting: {waiting}." if waiting else ""
    return f"Callback requests erased: {erased}. {swept}{to_come}"


def erase_due(at: datetime.datetime) -> int:
    """Erase requests whose retention period ended by `at`; returns how many."""
    due, count = CallbackRequest.objects.due_for_erasure(at), 0
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            if request := due.select_for_update().filter(pk=pk).first():  # none if another process was faster
                _delete(request, Erasure.Reason.DUE)
                count += 1
    return count


def sweep_orphans(older_than: datetime.timedelta = ORPHAN_AGE) -> int:
    """Delete objects that no row points to and that were last written `older_than` ago; returns how many.

    If the clock was set while this process ran, ages may be off by the jump, which is therefore added.
    """
    before = timezone.now() - older_than - datetime.timedelta(seconds=abs(_clock_offset() - _OFFSET_AT_START))
    orphans = set(sealed_files.names_older_than(before)) - Attachment.objects.object_names()
    return sum(sealed_files.discard(name) for name in orphans)


def _remember(pk: uuid.UUID, *, withdrawn: bool) -> None:
    Tombstone.objects.update_or_create(request_id=pk, defaults={"withdrawn": withdrawn, "at": timezone.now()})


def _delete(request: CallbackRequest, reason: Erasure.Reason) -> None:
    files = request.attachments.arrived().count()
    _discard_objects_later(request)
    if request.is_kept:  # a withdrawn one was counted when it was withdrawn
        Erasure.objects.create(reason=reason, requests=1, files=files)
    if request.is_waiting:  # nobody calls now those who sent what was merged into it
        back: dict[str, Any] = dict.fromkeys(("merged_into", "claimed_by", "claimed_at", "staff_notified_at"))
        back |= {"state": CallbackRequest.State.NEW, "notice_key": ""}
        request.merged.filter(state=CallbackRequest.State.CLOSED).update(**back)
    request.delete()


def _discard_objects_later(request: CallbackRequest) -> None:
    names = request.attachments.object_names()
    # A crash in between leaves objects without rows, never rows without objects.
    transaction.on_commit(lambda: [sealed_files.discard(name) for name in names])
    transaction.on_commit(_truncate_write_ahead_log)


def _truncate_write_ahead_log() -> None:
    """Truncate SQLite's write-ahead log, in which erased rows remain until then.

    A reader may prevent that; the next erasure or purge tries again. PostgreSQL vacuums and recycles its log
    by itself (decision 0009).
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        (timeout,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={CHECKPOINT_TIMEOUT_MS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA busy_timeout={timeout}")
