"""Mail to staff about requests that are new, corrected, overdue or soon erased: references and links, never a name.

The rows are the queue: the schedule sends what is due and not recorded as sent. Each notice is sent at least once: a
worker that dies between the mail server's OK and our record sends it again, since recording first could lose a notice,
and with it a call. Copies share a Message-ID, so most mailboxes show one.

A notice waits for a random part of NOTICE_DELAY_MINUTES, so that mail does not reveal who wrote when. It does not wait
where that could cost a call. Requests that come in meanwhile go into the same mail.
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
from django.db.models import Min
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from callbacks.models import CallbackRequest
from callbacks.models.querysets import CallbackRequestQuerySet
from callbacks.values.opening import OpeningHours
from editorial import staff_mail
from editorial.staff_mail import NotSent
from limits.pause import Pause

log = logging.getLogger(__name__)

#: A request that is due within this time is announced at once.
URGENT = datetime.timedelta(hours=1)
#: Minimum time between two notices about corrections of one request.
CORRECTION_PAUSE = datetime.timedelta(minutes=10)
#: Days before a waiting request is erased from which staff are warned daily.
WARN_DAYS_BEFORE = 7
#: Minimum time between two mails about requests that could not be saved.
save_failed_pause = Pause(seconds=600)


def enabled() -> bool:
    """Return whether there is a mail server and a recipient; otherwise notices are only counted."""
    return bool(settings.NOTICE_EMAILS and settings.EMAIL_HOST)


def oldest_unsent(at: datetime.datetime) -> datetime.datetime | None:
    """Return when the first request came, or came back, that mail should have told staff of."""
    unsent = CallbackRequest.objects.unannounced(at) if enabled() else CallbackRequest.objects.none()
    return unsent.aggregate(first=Min(Coalesce("corrected_at", "received_at")))["first"]


def send_due(at: datetime.datetime) -> None:
    """Send what is due about new, corrected and overdue requests. Raises NotSent; the next run tries again."""
    if enabled():
        _notify_of_new(at)
        _notify_of_corrections(at)
        notify_of_overdue(at)


def leaves_at(request: CallbackRequest) -> datetime.datetime:
    """Return when the notice of a new or corrected request is due. Only this site can tell the delay: it is keyed."""
    came_at = request.corrected_at or request.received_at
    digest = salted_hmac("notices", f"{request.pk} {came_at.isoformat()}", algorithm="sha256").digest()
    return came_at + int.from_bytes(digest[:4]) / 2**32 * datetime.timedelta(minutes=settings.NOTICE_DELAY_MINUTES)


def _is_due(request: CallbackRequest, at: datetime.datetime) -> bool:
    return not at < leaves_at(request) <= at + URGENT  # a later time is from a clock that was wrong


def _notify_of_new(at: datetime.datetime) -> None:
    """Send one mail about all that wait as soon as one is due, after those that could not be sent before."""
    unsent = CallbackRequest.objects.waiting().filter(staff_notified_at=None)
    new = unsent.filter(notice_key="")
    _send_marked(unsent, at)
    if any(request.due_at <= at + URGENT or _is_due(request, at) for request in new):
        new.update(notice_key=secrets.token_hex(16))  # first, so that a retry is about the same ones
        _send_marked(unsent, at)


def _send_marked(unsent: CallbackRequestQuerySet, at: datetime.datetime) -> None:
    for key in unsent.exclude(notice_key="").order_by().values_list("notice_key", flat=True).distinct():
        if found := list(unsent.filter(notice_key=key).order_by("due_at")):
            subject = f"{len(found)} callback requests" if len(found) > 1 else f"Callback request {found[0].reference}"
            _send(subject, "new_request", found, key=key)
            unsent.filter(notice_key=key).update(staff_notified_at=at)


def _notify_of_corrections(at: datetime.datetime) -> None:
    """Mail each colleague whose claimed request was corrected; while we are open without delay, as they may call now.

    The mail goes to the usual recipients if the colleague's account is inactive, or their address is missing or fails.
    """
    is_open = OpeningHours.now().allow(at)
    for request in CallbackRequest.objects.correction_unannounced(at - CORRECTION_PAUSE):
        if is_open or _is_due(request, at):
            _notify_of_correction(request)
            CallbackRequest.objects.filter(pk=request.pk).update(correction_notified_at=at)


def _notify_of_correction(request: CallbackRequest) -> None:
    subject, key = f"Callback request {request.reference} was changed", f"changed {request.pk} {request.correction}"
    claimer = request.claimed_by
    if claimer and claimer.email and claimer.is_active:
        with suppress(NotSent):
            return _send(subject, "changed", [request], key=key, to=[claimer.email])
    return _send(subject, "changed", [request], key=key)


def notify_of_overdue(at: datetime.datetime) -> None:
    """Send one mail about all that became overdue, at once: due times are rounded, so it tells no time of writing."""
    if found := list(CallbackRequest.objects.overdue_unannounced(at).order_by("due_at")):
        count = "1 request is" if len(found) == 1 else f"{len(found)} requests are"
        _send(f"{count} overdue", "overdue", found, key=f"overdue {at:%Y-%m-%dT%H:%M:%S}")
        CallbackRequest.objects.filter(pk__in=[request.pk for request in found]).update(overdue_notified_at=at)


def warn_of_erasure(at: datetime.datetime) -> int:
    """Send one mail about all waiting requests that will soon be erased; returns how many. Raises NotSent."""
    soon = at + datetime.timedelta(days=WARN_DAYS_BEFORE)
    found = list(CallbackRequest.objects.waiting().due_for_erasure(soon).order_by("erase_after")) if enabled() else []
    if found:
        count = "1 request" if len(found) == 1 else f"{len(found)} requests"
        _send(f"{count} will soon be erased", "soon_erased", found, key=f"erased {at:%Y-%m-%d}")
    return len(found)


def notify_save_failed() -> None:
    """Mail staff at most every ten minutes that a request could not be saved. In a thread, without the database."""
    if enabled() and not save_failed_pause.is_on:
        save_failed_pause.begin()
        threading.Thread(target=_send_save_failed, daemon=True).start()


def _send_save_failed() -> None:
    key = f"save_failed {timezone.now():%Y-%m-%dT%H:%M:%S}"
    try:
        _send("A callback request could not be saved", "save_failed", [], key=key)
    except NotSent as error:
        log.error("The notice of a request that was not saved could not be sent (%s).", error)


def _send(
    subject: str, template: str, requests: Iterable[CallbackRequest], *, key: str, to: list[str] | None = None
) -> None:
    """The same `key` gives the same Message-ID. Call outside transactions: a slow mail server would block writers."""
    page = "admin:callbacks_callbackrequest_change"
    lines = [(request, settings.SITE_URL + reverse(page, args=[request.pk])) for request in requests]
    text = render_to_string(f"callbacks/mail/{template}.txt", {"lines": lines, "days": WARN_DAYS_BEFORE})
    message_id = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{urlsplit(settings.SITE_URL).hostname}>"
    staff_mail.send(subject, text, to or settings.NOTICE_EMAILS, {"Message-ID": message_id})
