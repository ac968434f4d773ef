"""Staff hear of calls that are late, and of requests that would be erased unanswered."""

import datetime
import io

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from callbacks import checks
from callbacks.casework import notices
from callbacks.models import CallbackRequest
from tests.callbacks.conftest import PASSWORD
from tests.callbacks.helpers import shows_number, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_on")]

MINUTE = datetime.timedelta(minutes=1)
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def due_in(request: CallbackRequest, span: datetime.timedelta) -> None:
    CallbackRequest.objects.filter(pk=request.pk).update(due_at=timezone.now() + span)


def test_overdue_requests_are_mailed_once_together():
    first, second, third = (submit(nonce=str(number)) for number in range(3))
    for request in (first, second):
        due_in(request, -MINUTE)
    notices.notify_of_overdue(timezone.now())
    (sent,) = mail.outbox
    assert sent.subject == "2 requests are overdue"
    assert first.reference in sent.body and second.reference in sent.body and third.reference not in sent.body
    assert str(first.pk) in sent.body
    for secret in ("Zoë", "Miller", "Knock"):
        assert secret not in sent.body
    assert not shows_number(sent.body)
    notices.notify_of_overdue(timezone.now())
    due_in(third, -MINUTE)
    notices.notify_of_overdue(timezone.now())
    assert [sent.subject for sent in mail.outbox[1:]] == ["1 request is overdue"]


def test_request_overdue_for_a_new_time_is_mailed_again():
    request = submit()
    due_in(request, -HOUR)
    notices.notify_of_overdue(timezone.now())
    due_in(request, 2 * HOUR)
    notices.notify_of_overdue(timezone.now())
    assert len(mail.outbox) == 1
    notices.notify_of_overdue(timezone.now() + 3 * HOUR)
    assert len(mail.outbox) == 2


def test_overdue_mail_that_fails_is_sent_later_and_names_no_cause(server_down, settings):
    due_in(submit(), -MINUTE)
    with pytest.raises(notices.NotSent) as caught:
        notices.notify_of_overdue(timezone.now())
    assert str(caught.value) == "OSError" and caught.value.__context__ is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    notices.notify_of_overdue(timezone.now())
    assert len(mail.outbox) == 1


def erased_in(request: CallbackRequest, span: datetime.timedelta) -> None:
    CallbackRequest.objects.filter(pk=request.pk).update(erase_after=timezone.now() + span)


def test_staff_are_warned_before_a_request_is_erased_unanswered():
    near, far, done = (submit(nonce=str(number)) for number in range(3))
    for request in (near, done):
        erased_in(request, 6 * DAY)
    erased_in(far, 8 * DAY)
    CallbackRequest.objects.filter(pk=done.pk).update(state="closed")
    assert notices.warn_of_erasure(timezone.now()) == 1
    (sent,) = mail.outbox
    assert sent.subject == "1 request will soon be erased"
    assert near.reference in sent.body and far.reference not in sent.body and done.reference not in sent.body
    report = io.StringIO()
    call_command("purge_callbacks", stdout=report)
    assert "Will be erased within 7 days while still waiting: 1.\n" in report.getvalue()
    assert near.reference not in report.getvalue()


def test_check_names_what_is_missing(settings):
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_PASSWORD = ""
    assert checks.notices_are_complete() == checks.mail_password_is_encrypted() == []
    settings.EMAIL_HOST_PASSWORD = PASSWORD
    assert [found.id for found in checks.mail_password_is_encrypted()] == ["callbacks.W002"]
    settings.EMAIL_HOST = ""
    assert "MAIL_URL" in checks.notices_are_complete()[0].msg
    settings.NOTICE_EMAILS = []
    assert checks.notices_are_complete() == []
    assert [found.id for found in checks.notices_are_enabled()] == ["callbacks.I001"]
