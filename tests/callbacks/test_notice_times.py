"""When mails leave, so that they tell nobody who wrote when, and cost nobody a call; and what they warn of."""

import datetime
import io

import pytest
from django.core import mail
from django.core.checks import run_checks
from django.core.management import call_command
from django.utils import timezone

from callbacks.casework import actions, notices
from callbacks.models import CallbackRequest
from tests.callbacks.conftest import PASSWORD
from tests.callbacks.helpers import shows_number, submit
from tests.callbacks.opening import EVERY_DAY_8_TO_8, opened
from tests.callbacks.test_corrected_mail import change, told
from tests.callbacks.test_notices import send_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_on")]

MINUTE, HOUR, DAY = (datetime.timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days"))
NOON, MIDNIGHT = (datetime.datetime(2026, 11, 30, hour, tzinfo=datetime.UTC) for hour in (17, 5))


@pytest.fixture
def delayed(settings):
    settings.NOTICE_DELAY_MINUTES = 10


def test_delay_is_random_within_ten_minutes_and_another_for_another_key(delayed, settings):
    requests = [CallbackRequest(received_at=NOON) for _ in range(60)]
    delays = [(notices.leaves_at(request) - NOON) / MINUTE for request in requests]
    assert 0 <= min(delays) < 3 and 7 < max(delays) <= 10
    settings.SECRET_KEY = "another"
    assert notices.leaves_at(requests[0]) - NOON != delays[0] * MINUTE


def test_notice_is_delayed_and_includes_later_requests(delayed, clock):
    clock.now = NOON
    requests = [submit(nonce=str(number)) for number in range(3)]
    clock.now = min(map(notices.leaves_at, requests))
    submit(nonce="just now")
    clock.now -= MINUTE / 60
    send_due()
    assert mail.outbox == []
    clock.now += MINUTE / 30
    send_due()
    clock.now += 20 * MINUTE
    send_due()
    assert [sent.subject for sent in mail.outbox] == ["4 callback requests"]


def test_notice_of_a_call_due_within_the_hour_is_sent_at_once(delayed, clock):
    clock.now = NOON
    request = submit()
    CallbackRequest.objects.update(due_at=NOON + 59 * MINUTE)
    send_due()
    assert [sent.subject for sent in mail.outbox] == [f"Callback request {request.reference}"]


def test_notice_of_a_request_dated_by_a_clock_far_ahead_is_sent_at_once(delayed, clock):
    clock.now = NOON + 300 * DAY
    request = submit()
    clock.now = NOON
    send_due()
    assert [sent.subject for sent in mail.outbox] == [f"Callback request {request.reference}"]


def test_overdue_mail_leaves_at_a_round_quarter_of_an_hour_so_that_it_tells_no_minute(clock):
    """Without opening times, and with them."""
    for hours in ((), (8,)):
        if hours:
            opened(EVERY_DAY_8_TO_8, *hours)
        due = submit(nonce=f"in-{hours}").due_at
        assert (due.minute % 15, due.second, due.microsecond) == (0, 0, 0)
    clock.now = CallbackRequest.objects.latest("due_at").due_at + MINUTE
    send_due()
    assert [each.subject for each in mail.outbox if "overdue" in each.subject] == ["2 requests are overdue"]


def test_reopened_request_is_delayed_too_and_raises_no_alert(delayed, clock, alex):
    clock.now = NOON - 60 * MINUTE
    request = submit()
    actions.claim(request, alex)
    actions.close(request, alex)
    clock.now = NOON + MINUTE
    change(1)
    CallbackRequest.objects.update(due_at=NOON + 120 * MINUTE)
    send_due()
    assert mail.outbox == [] and CallbackRequest.objects.unannounced(clock.now - 15 * MINUTE).count() == 0
    clock.now = NOON + 11 * MINUTE
    send_due()
    assert len(mail.outbox) == 1


def test_correction_leaves_at_once_while_the_clinic_is_open_and_later_otherwise(delayed, clock, alex):
    opened(EVERY_DAY_8_TO_8, within=4)
    clock.now = NOON
    request = submit()
    alex.email = "alex@clinic.example"
    alex.save()
    actions.claim(request, alex)
    clock.now += MINUTE
    change(1)
    send_due()
    assert told() == [["alex@clinic.example"]]
    clock.now = MIDNIGHT + datetime.timedelta(days=1, minutes=1)
    change(2)
    clock.now = notices.leaves_at(CallbackRequest.objects.get()) - MINUTE / 60
    send_due()
    assert len(told()) == 1
    clock.now += MINUTE / 30
    send_due()
    assert len(told()) == 2


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


def test_check_finds_a_password_sent_unencrypted(settings):
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_PASSWORD = ""
    assert run_checks() == []
    settings.EMAIL_HOST_PASSWORD = PASSWORD
    assert [found.id for found in run_checks()] == ["editorial.W001"]
