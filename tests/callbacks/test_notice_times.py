"""The time and the number of the mails to staff tell nobody who wrote when, and cost nobody a call."""

import datetime

import pytest
from django.core import mail

from callbacks.casework import actions, notices
from callbacks.models import CallbackRequest
from tests.callbacks.helpers import submit
from tests.callbacks.opening import EVERY_DAY_8_TO_8, opened
from tests.callbacks.test_corrected_mail import change, told
from tests.callbacks.test_notices import send_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_on")]

MINUTE = datetime.timedelta(minutes=1)
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


def test_notice_waits_its_time_and_takes_along_what_came_meanwhile(delayed, clock):
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


def test_notice_of_a_call_that_is_due_within_the_hour_leaves_at_once(delayed, clock):
    clock.now = NOON
    request = submit()
    CallbackRequest.objects.update(due_at=NOON + 59 * MINUTE)
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


def test_request_that_came_back_waits_its_time_too_and_alarms_nobody_meanwhile(delayed, clock, alex):
    clock.now = NOON - 60 * MINUTE
    request = submit()
    actions.claim(request, alex)
    actions.close(request, alex)
    clock.now = NOON + MINUTE
    change(1)
    CallbackRequest.objects.update(due_at=NOON + 120 * MINUTE)
    send_due()
    assert mail.outbox == [] and notices.count_unsent(clock.now - 15 * MINUTE) == 0
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
