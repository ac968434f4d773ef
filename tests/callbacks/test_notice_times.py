"""The time and the number of the mails to staff tell nobody who wrote when, and cost nobody a call."""

import datetime

import pytest
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from callbacks.casework import actions, notices
from callbacks.models import CallbackRequest
from operations.schedule import send_notices
from tests.callbacks.helpers import submit
from tests.callbacks.opening import EVERY_DAY_8_TO_8, opened
from tests.callbacks.test_corrected_mail import change, told
from tests.callbacks.test_notices import work_queue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_on")]

MINUTE = datetime.timedelta(minutes=1)
NOON, MIDNIGHT = (datetime.datetime(2026, 11, 30, hour, tzinfo=datetime.UTC) for hour in (17, 5))


@pytest.fixture
def delayed(settings):
    settings.NOTICE_DELAY_MINUTES = 10


def waits() -> list[datetime.timedelta]:
    """How long the queued notices wait from now."""
    rows = DBTaskResult.objects.filter(status="READY").order_by("enqueued_at")
    return [run_after - timezone.now() for run_after in rows.values_list("run_after", flat=True)]


def test_notice_leaves_at_some_time_within_ten_minutes_and_at_once_if_the_call_is_due_within_the_hour(delayed, clock):
    requests = [submit(nonce=str(number)) for number in range(12)]
    found = waits()
    assert len(set(found)) == 12 and min(found) >= 0 * MINUTE and max(found) <= 10 * MINUTE
    assert max(found) - min(found) > MINUTE
    assert notices.requeue_lost(clock.now + 9 * MINUTE) == 0, "they are not lost"
    DBTaskResult.objects.all().delete()
    requests[0].due_at = clock.now + 59 * MINUTE
    notices.queue_new(requests[0])
    work_queue()
    assert mail.outbox[0].subject == f"Callback request {requests[0].reference}"


def test_overdue_mail_leaves_at_a_round_quarter_of_an_hour_so_that_it_tells_no_minute(clock):
    """Without opening times, and with them."""
    for hours in ((), (8,)):
        if hours:
            opened(EVERY_DAY_8_TO_8, *hours)
        due = submit(nonce=f"in-{hours}").due_at
        assert (due.minute % 15, due.second, due.microsecond) == (0, 0, 0)
    clock.now = CallbackRequest.objects.latest("due_at").due_at + MINUTE
    send_notices()
    assert [each.subject for each in mail.outbox if "overdue" in each.subject] == ["2 requests are overdue"]


def test_request_that_came_back_waits_its_time_too_and_alarms_nobody_meanwhile(delayed, clock, alex):
    request = submit()
    work_queue()
    actions.claim(request, alex)
    actions.close(request, alex)
    DBTaskResult.objects.all().delete()
    clock.now += 60 * MINUTE
    change(1)
    (wait,) = waits()
    assert 0 * MINUTE < wait <= 10 * MINUTE and notices.count_unsent(clock.now - 15 * MINUTE) == 0
    assert notices.count_unsent(clock.now + MINUTE) == 1


def test_correction_leaves_at_once_while_the_clinic_is_open_and_at_some_time_otherwise(delayed, clock, alex):
    opened(EVERY_DAY_8_TO_8, within=4)
    clock.now = NOON
    request = submit()
    alex.email = "alex@clinic.example"
    alex.save()
    actions.claim(request, alex)
    DBTaskResult.objects.all().delete()
    clock.now += MINUTE
    change(1)
    work_queue()
    assert told() == [["alex@clinic.example"]]
    clock.now = MIDNIGHT + datetime.timedelta(days=1)
    change(2)
    (wait,) = waits()
    assert 0 * MINUTE < wait <= 10 * MINUTE
    send_notices()
    assert len(told()) == 1, "the task of its own has its time first"
    DBTaskResult.objects.all().delete()
    clock.now += 11 * MINUTE
    send_notices()
    assert len(told()) == 2


def test_second_try_of_a_mail_about_several_is_the_same_mail_and_about_no_others(clock):
    """A worker dies after the mail server took the mail. Meanwhile another request came."""
    first, second = submit(nonce="a"), submit(nonce="b")
    clock.now += notices.GRACE + MINUTE
    notices.notify_staff.func(str(first.pk))
    CallbackRequest.objects.update(staff_notified_at=None)
    third = submit(nonce="c")
    clock.now += notices.GRACE + MINUTE
    notices.notify_staff.func(str(third.pk))
    notices.notify_staff.func(str(second.pk))
    notices.notify_staff.func(str(first.pk))
    subjects = [sent.subject for sent in mail.outbox]
    assert subjects == ["2 callback requests", f"Callback request {third.reference}", "2 callback requests"]
    before, other, again = (sent.message()["Message-ID"] for sent in mail.outbox)
    assert before == again != other
    assert first.reference in mail.outbox[2].body and second.reference in mail.outbox[2].body
