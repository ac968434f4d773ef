"""Mail to staff: somebody asks to be called, or changed it; calls are overdue. A reference and a link, never who.

Each notice is sent at least once. A worker that dies between the mail server's yes and our own record sends it again;
recording first could lose a notice, and with it a call. Both copies carry one Message-ID, by which most mailboxes show
them as one.
"""

import datetime
import hashlib
import logging
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult, get_date_max

from callbacks.models import CallbackRequest
from editorial import staff_mail
from editorial.staff_mail import NotSent

log = logging.getLogger(__name__)

#: Between tries: 1, 2, 4, … minutes, and an hour from then on, for as long as the person waits.
LONGEST_PAUSE = datetime.timedelta(hours=1)
#: A notice takes seconds. A task that runs for longer has lost its worker, and nobody else would take it up.
LOST_AFTER = datetime.timedelta(minutes=10)
#: A new request's own task gets this long before the sweep looks after it.
GRACE = datetime.timedelta(minutes=2)
#: Notices that one sweep queues again: after weeks without a mail server no mailbox is flooded at once.
MOST_AT_ONCE = 50
#: A person who puts one thing after another right is not one mail after another.
CORRECTION_PAUSE = datetime.timedelta(minutes=10)
#: Days before a request is erased unanswered from which on staff are warned of it, daily.
WARNED_DAYS = 7


#: Seconds between two mails about requests that could not be saved.
TROUBLE_PAUSE = 600
_trouble_told_at = -TROUBLE_PAUSE


def are_on() -> bool:
    """There is a mail server and somebody to write to. Otherwise what waits to be told is counted, not sent."""
    return bool(settings.NOTICE_EMAILS and settings.EMAIL_HOST)


def waiting(at: datetime.datetime) -> int:
    """How many requests staff should have been told of by `at`, and were not."""
    return CallbackRequest.objects.not_told(at).count()


@task()
def tell_staff(request_id: str, attempt: int = 0) -> None:
    """Sends the notice of one request. Where that fails it queues itself again, later each time.

    The queue keeps arguments and tracebacks in the clear. So it gets the row's id only, and of an error only its kind:
    a mail server's words may quote an address or a password.
    """
    failure = ""
    try:
        _tell(request_id)
    except Exception as error:
        failure = type(error).__name__
    if failure:  # outside of the except block: an error in here would carry the first one along
        pause = min(datetime.timedelta(minutes=2 ** min(attempt, 10)), LONGEST_PAUSE)
        log.warning("A notice to staff could not be sent (%s). Next try in %s.", failure, pause)
        tell_staff.using(run_after=timezone.now() + pause).enqueue(request_id, attempt + 1)


def sweep(at: datetime.datetime) -> int:
    """Queues the notice again for requests that staff were not told of and that no living task is about; how many.

    That is so after a worker was killed, and after mail was turned on.
    """
    if not are_on():
        return 0
    # A task put off to next year, by a clock that was wrong, does not count as living.
    soon = Q(run_after__lte=at + 2 * LONGEST_PAUSE) | Q(run_after=get_date_max())
    living = Q(status=TaskResultStatus.READY) & soon
    living |= Q(status=TaskResultStatus.RUNNING, started_at__gt=at - LOST_AFTER)
    tasks = DBTaskResult.objects.filter(living, task_path=tell_staff.module_path)
    with transaction.atomic():
        taken = {arguments["args"][0] for arguments in tasks.values_list("args_kwargs", flat=True)}
        untold = CallbackRequest.objects.not_told(at - GRACE).order_by("due_at").values_list("pk", flat=True)
        lost = [str(pk) for pk in untold if str(pk) not in taken][:MOST_AT_ONCE]
        for pk in lost:
            tell_staff.enqueue(pk)
    return len(lost)


@task()
def tell_of_correction(request_id: str) -> None:
    """Sends word of a change at once, to who may be about to call. What fails the next round of the worker sends."""
    try:
        tell_of_corrections(timezone.now(), CallbackRequest.objects.filter(pk=request_id))
    except NotSent as error:
        log.warning("Word of a change could not be sent (%s). It is tried again with the next round.", error)


def tell_of_corrections(at: datetime.datetime, among: QuerySet | None = None) -> int:
    """A mail to each colleague whose claimed request the person has changed; how many. Raises NotSent.

    It goes where all notices go if the colleague has no address, no account any more, or one that takes no mail.
    """
    if not are_on():
        return 0
    among = CallbackRequest.objects.all() if among is None else among
    found = list(among.correction_untold(at - CORRECTION_PAUSE))
    for request in found:
        who = request.claimed_by
        _send_of_correction(request, [who.email] if who.email and who.is_active else [])
        CallbackRequest.objects.filter(pk=request.pk).update(correction_told_at=at)
    return len(found)


def _send_of_correction(request: CallbackRequest, to: list[str]) -> None:
    subject, key = f"Callback request {request.reference} was changed", f"changed {request.pk} {request.correction}"
    if to:
        with suppress(NotSent):
            return _send(subject, "changed", [request], key=key, to=to)
    return _send(subject, "changed", [request], key=key)


def tell_of_overdue(at: datetime.datetime) -> int:
    """One mail about all requests that have become overdue; how many. Each is named once. Raises NotSent."""
    found = list(CallbackRequest.objects.overdue_untold(at).order_by("due_at")) if are_on() else []
    if found:
        count = _requests(len(found), "is", "are")
        _send(f"{count} overdue", "overdue", found, key=f"overdue {at:%Y-%m-%dT%H:%M:%S}")
        CallbackRequest.objects.filter(pk__in=[request.pk for request in found]).update(overdue_told_at=at)
    return len(found)


def warn_of_erasure(at: datetime.datetime) -> int:
    """One mail about all people who still wait and whose request will soon be erased; how many. Raises NotSent."""
    soon = at + datetime.timedelta(days=WARNED_DAYS)
    found = list(CallbackRequest.objects.waiting_but_erased_by(soon).order_by("erase_after")) if are_on() else []
    if found:
        _send(f"{_requests(len(found))} will soon be erased", "soon_erased", found, key=f"erased {at:%Y-%m-%d}")
    return len(found)


def tell_of_trouble() -> None:
    """A request could not be saved: mails staff at once, past the database that failed; not more than every 10 minutes.

    In a thread of its own, as the person is waiting for a page with the number to call.
    """
    global _trouble_told_at
    now = time.monotonic()
    if are_on() and now - _trouble_told_at > TROUBLE_PAUSE:
        _trouble_told_at = now
        threading.Thread(target=_mail_of_trouble, daemon=True).start()


def _mail_of_trouble() -> None:
    try:
        _send("A callback request could not be saved", "trouble", [], key=f"trouble {timezone.now():%Y-%m-%dT%H:%M:%S}")
    except NotSent as error:
        log.error("Staff could not be told that a request was not saved (%s).", error)


def _tell(request_id: str) -> None:
    """Nothing happens where staff were told, the person withdrew or was called, or the row is gone."""
    untold = CallbackRequest.objects.waiting().filter(pk=request_id, staff_told_at=None)
    if are_on() and (request := untold.first()):
        _send(f"Callback request {request.reference}", "new_request", [request], key=f"new {request.pk}")
        untold.update(staff_told_at=timezone.now())


def _send(
    subject: str, template: str, found: Iterable[CallbackRequest], *, key: str, to: list[str] | None = None
) -> None:
    """The same `key` gives the same Message-ID. No transaction is open meanwhile: it would hold up every writer."""
    lines = [(request, settings.SITE_URL + _page_of(request)) for request in found]
    text = render_to_string(f"callbacks/mail/{template}.txt", {"lines": lines, "days": WARNED_DAYS})
    message_id = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{urlsplit(settings.SITE_URL).hostname}>"
    staff_mail.send(subject, text, to or settings.NOTICE_EMAILS, {"Message-ID": message_id})


def _page_of(request: CallbackRequest) -> str:
    return reverse("admin:callbacks_callbackrequest_change", args=[request.pk])


def _requests(count: int, one: str = "", many: str = "") -> str:
    return f"{count} request {one}".strip() if count == 1 else f"{count} requests {many}".strip()
