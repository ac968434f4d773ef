"""Mail to staff about requests that are new, corrected, overdue or soon erased: references and links, never a name.

Each notice is sent at least once: a worker that dies between the mail server's OK and our record sends it again, since
recording first could lose a notice, and with it a call. Copies share a Message-ID, so most mailboxes show one.

A notice is delayed by a random part of NOTICE_DELAY_MINUTES, so that mail does not reveal who wrote when, unless the
delay could cost a call.
"""

import datetime
import hashlib
import logging
import secrets
import threading
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult, get_date_max

from callbacks.models import CallbackRequest
from callbacks.models.querysets import CallbackRequestQuerySet
from callbacks.values.opening import OpeningHours
from editorial import staff_mail
from editorial.staff_mail import NotSent
from limits.pause import Pause

log = logging.getLogger(__name__)

#: Retries come after 1, 2, 4, … minutes, then hourly, for as long as the person waits.
MAX_RETRY_DELAY = datetime.timedelta(hours=1)
#: A request that is due within this time is announced at once.
URGENT = datetime.timedelta(hours=1)
#: A notice takes seconds. A task that runs longer than this has lost its worker and is queued again.
LOST_AFTER = datetime.timedelta(minutes=10)
#: `requeue_lost` leaves a new request to its own task for this long.
GRACE = datetime.timedelta(minutes=2)
#: Notices queued by one `requeue_lost`, so that no mailbox is flooded after weeks without a mail server.
MAX_REQUEUED = 50
#: After this many requests in this time, one mail lists the next ones together.
MANY, DIGEST_PAUSE = 10, datetime.timedelta(minutes=10)
#: Minimum time between two notices about corrections of one request.
CORRECTION_PAUSE = datetime.timedelta(minutes=10)
#: Days before a waiting request is erased from which staff are warned daily.
WARN_DAYS_BEFORE = 7
#: Minimum time between two mails about requests that could not be saved.
save_failed_pause = Pause(seconds=600)


def enabled() -> bool:
    """Return whether there is a mail server and a recipient; otherwise notices are only counted."""
    return bool(settings.NOTICE_EMAILS and settings.EMAIL_HOST)


def count_unsent(before: datetime.datetime) -> int:
    """Count the requests received before `before` that staff have not been notified of."""
    return CallbackRequest.objects.unannounced(before).count()


def queue_new(request: CallbackRequest) -> None:
    """Queue the notice of a request that is new, or back in the queue."""
    is_urgent = request.due_at <= timezone.now() + URGENT
    notify_staff.using(run_after=_leaves_at(is_urgent=is_urgent)).enqueue(str(request.pk))


def queue_correction(request: CallbackRequest) -> None:
    """Queue the notice of a correction; while we are open without delay, as the claimer may be about to call."""
    is_urgent = OpeningHours.now().allow(timezone.now())
    notify_of_correction.using(run_after=_leaves_at(is_urgent=is_urgent)).enqueue(str(request.pk))


def _leaves_at(*, is_urgent: bool) -> datetime.datetime:
    share = 0 if is_urgent else secrets.SystemRandom().random()
    return timezone.now() + share * _max_delay()


def _max_delay() -> datetime.timedelta:
    return datetime.timedelta(minutes=settings.NOTICE_DELAY_MINUTES)


@task()
def notify_staff(request_id: str, attempt: int = 0) -> None:
    """Send the notice of a new request; on failure, queue another try.

    The queue stores arguments and tracebacks in the clear, so it gets only the row's id and the kind of error: a mail
    server's message may quote an address or a password.
    """
    failure, is_put_off = "", False
    try:
        is_put_off = _notify_of_new(request_id)
    except Exception as error:
        failure = type(error).__name__
    if is_put_off:
        notify_staff.using(run_after=timezone.now() + DIGEST_PAUSE).enqueue(request_id, attempt)
    if failure:  # outside the except block, so that the first error is not the context of one here
        delay = min(datetime.timedelta(minutes=2 ** min(attempt, 10)), MAX_RETRY_DELAY)
        log.warning("A notice to staff could not be sent (%s). Next try in %s.", failure, delay)
        notify_staff.using(run_after=timezone.now() + delay).enqueue(request_id, attempt + 1)


def requeue_lost(at: datetime.datetime) -> int:
    """Queue notices without a live task, after a worker was killed or mail was enabled. Returns how many."""
    if not enabled():
        return 0
    # A task scheduled years ahead by a wrong clock is not live.
    soon = Q(run_after__lte=at + 2 * MAX_RETRY_DELAY) | Q(run_after=get_date_max())
    live = Q(status=TaskResultStatus.READY) & soon
    live |= Q(status=TaskResultStatus.RUNNING, started_at__gt=at - LOST_AFTER)
    tasks = DBTaskResult.objects.filter(live, task_path=notify_staff.module_path)
    with transaction.atomic():
        queued = {arguments["args"][0] for arguments in tasks.values_list("args_kwargs", flat=True)}
        unsent = CallbackRequest.objects.unannounced(at - GRACE).order_by("due_at").values_list("pk", flat=True)
        lost = [str(pk) for pk in unsent if str(pk) not in queued][:MAX_REQUEUED]
        for pk in lost:
            notify_staff.enqueue(pk)
    return len(lost)


@task()
def notify_of_correction(request_id: str) -> None:
    """Notify the claimer of a correction. The schedule retries a failure."""
    try:
        notify_of_corrections(timezone.now(), CallbackRequest.objects.filter(pk=request_id))
    except NotSent as error:
        log.warning("The notice of a correction could not be sent (%s). The next round tries again.", error)


def notify_of_corrections(at: datetime.datetime, among: CallbackRequestQuerySet | None = None) -> int:
    """Mail each colleague whose claimed request was corrected; returns how many. Raises NotSent.

    By default only about those whose own task is overdue.
    The mail goes to the usual recipients if the colleague's account is inactive, or their address is missing or fails.
    """
    if not enabled():
        return 0
    requests = CallbackRequest.objects.filter(corrected_at__lte=at - _max_delay()) if among is None else among
    found = list(requests.correction_unannounced(at - CORRECTION_PAUSE))
    for request in found:
        _notify_of_correction(request)
        CallbackRequest.objects.filter(pk=request.pk).update(correction_notified_at=at)
    return len(found)


def _notify_of_correction(request: CallbackRequest) -> None:
    subject, key = f"Callback request {request.reference} was changed", f"changed {request.pk} {request.correction}"
    claimer = request.claimed_by
    if claimer and claimer.email and claimer.is_active:
        with suppress(NotSent):
            return _send(subject, "changed", [request], key=key, to=[claimer.email])
    return _send(subject, "changed", [request], key=key)


def notify_of_overdue(at: datetime.datetime) -> int:
    """Send one mail about all requests that became overdue; returns how many. Raises NotSent.

    At once: calls are due at a round quarter of an hour or at closing time, so this does not tell who wrote when.
    """
    found = list(CallbackRequest.objects.overdue_unannounced(at).order_by("due_at")) if enabled() else []
    if found:
        count = "1 request is" if len(found) == 1 else f"{len(found)} requests are"
        _send(f"{count} overdue", "overdue", found, key=f"overdue {at:%Y-%m-%dT%H:%M:%S}")
        CallbackRequest.objects.filter(pk__in=[request.pk for request in found]).update(overdue_notified_at=at)
    return len(found)


def warn_of_erasure(at: datetime.datetime) -> int:
    """Send one mail about all waiting requests that will soon be erased; returns how many. Raises NotSent."""
    soon = at + datetime.timedelta(days=WARN_DAYS_BEFORE)
    found = list(CallbackRequest.objects.waiting_but_erased_by(soon).order_by("erase_after")) if enabled() else []
    if found:
        count = "1 request" if len(found) == 1 else f"{len(found)} requests"
        _send(f"{count} will soon be erased", "soon_erased", found, key=f"erased {at:%Y-%m-%d}")
    return len(found)


def notify_save_failed() -> None:
    """Mail staff that a request could not be saved, at most once in ten minutes.

    Uses no database, as that may have failed, and a thread, as the person is waiting for an answer.
    """
    if enabled() and not save_failed_pause.is_on:
        save_failed_pause.begin()
        threading.Thread(target=_send_save_failed, daemon=True).start()


def _send_save_failed() -> None:
    key = f"save_failed {timezone.now():%Y-%m-%dT%H:%M:%S}"
    try:
        _send("A callback request could not be saved", "save_failed", [], key=key)
    except NotSent as error:
        log.error("The notice of a request that was not saved could not be sent (%s).", error)


def _notify_of_new(request_id: str) -> bool:
    """Send the notice; return whether it is postponed to a joint mail, after MANY in DIGEST_PAUSE.

    Does nothing if staff were notified, the person is no longer waiting or the row is gone.
    """
    now = timezone.now()
    unsent = CallbackRequest.objects.waiting().filter(staff_notified_at=None)
    request = unsent.filter(pk=request_id).first() if enabled() else None
    if request is None:
        return False
    key = request.notice_key
    if not key:
        if CallbackRequest.objects.filter(staff_notified_at__gt=now - DIGEST_PAUSE).count() >= MANY:
            return True
        key = secrets.token_hex(16)
        free = unsent.filter(Q(pk=request_id) | Q(received_at__lt=now - GRACE), notice_key="")
        free.update(notice_key=key)  # before sending, so that a retry is about the same requests
    if found := list(unsent.filter(notice_key=key).order_by("due_at")):
        subject = f"{len(found)} callback requests" if len(found) > 1 else f"Callback request {found[0].reference}"
        _send(subject, "new_request", found, key=key)
        unsent.filter(notice_key=key).update(staff_notified_at=now)
    return False


def _send(
    subject: str, template: str, requests: Iterable[CallbackRequest], *, key: str, to: list[str] | None = None
) -> None:
    """The same `key` gives the same Message-ID. Call outside transactions: a slow mail server would block writers."""
    page = "admin:callbacks_callbackrequest_change"
    lines = [(request, settings.SITE_URL + reverse(page, args=[request.pk])) for request in requests]
    text = render_to_string(f"callbacks/mail/{template}.txt", {"lines": lines, "days": WARN_DAYS_BEFORE})
    message_id = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{urlsplit(settings.SITE_URL).hostname}>"
    staff_mail.send(subject, text, to or settings.NOTICE_EMAILS, {"Message-ID": message_id})
