"""Staff hear of a request by mail, once, and of nothing that is in it."""

import datetime

import pytest
from django.core import mail
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from callbacks.casework import actions, erasure, notices, submission
from callbacks.models import CallbackRequest
from callbacks.models.querysets import CallbackRequestQuerySet
from callbacks.values.details import Details
from tests.callbacks.conftest import PASSWORD
from tests.callbacks.helpers import DETAILS, shows_number, stored, submit
from tests.factories import make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_on")]

MINUTE = datetime.timedelta(minutes=1)
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def work_queue() -> None:
    """What a worker does with the tasks that are ready now."""
    settings = {"queue_names": ["default"], "excluded_queue_names": [], "interval": 0, "batch": True}
    Worker(**settings, backend_name="default", startup_delay=False, max_tasks=None, worker_id="w").run()


def task_rows() -> list[DBTaskResult]:
    return list(DBTaskResult.objects.order_by("enqueued_at"))


def test_notice_holds_reference_time_and_link_and_nothing_of_the_person():
    request = submit(stored())
    work_queue()
    (sent,) = mail.outbox
    assert sent.subject == f"Callback request {request.reference}"
    assert sent.to == ["intake@clinic.example", "lead@clinic.example"]
    assert sent.from_email == "guide@clinic.example"
    assert request.reference in sent.body
    assert f"https://guide.example/admin/callbacks/callbackrequest/{request.pk}/change/" in sent.body
    assert timezone.localtime(request.due_at).strftime("%A, %B") in sent.body
    assert "Flagged" not in sent.body
    whole = sent.message().as_string()
    for secret in ("Zoë", "Zo=", "Miller", "Knock", "card.jpg"):
        assert secret not in whole
    assert not shows_number(whole)
    request.refresh_from_db()
    assert request.staff_notified_at


def test_notice_mentions_that_a_request_is_flagged():
    submission.submit(details=DETAILS, nonce="n", received={}, suspicion="too_fast")
    work_queue()
    assert "Flagged: Sent within seconds" in mail.outbox[0].body


def test_notice_is_only_queued_with_the_request(monkeypatch):
    monkeypatch.setattr("callbacks.casework.submission._attach", lambda *a: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        submit(stored())
    assert (CallbackRequest.objects.count(), DBTaskResult.objects.count()) == (0, 0)


def test_same_form_sent_twice_is_one_notice():
    submit()
    submit(details=Details(name=DETAILS.name, phone="+12125550199"))
    work_queue()
    assert len(mail.outbox) == 1


def test_task_run_twice_sends_one_notice():
    request = submit()
    notices.notify_staff.enqueue(str(request.pk))
    work_queue()
    assert len(mail.outbox) == 1


def test_copies_of_a_notice_share_one_message_id():
    request = submit()
    work_queue()
    CallbackRequest.objects.update(staff_notified_at=None)
    notices.notify_staff.enqueue(str(request.pk))
    work_queue()
    first, second = [message.message()["Message-ID"] for message in mail.outbox]
    assert first == second and first.endswith("@guide.example>")


@pytest.mark.parametrize("end", ["withdrawn", "erased", "closed"])
def test_request_that_waits_no_more_ends_its_task_quietly(end):
    request, staff = submit(), make_staff()
    if end == "withdrawn":
        erasure.withdraw(request)
    elif end == "erased":
        erasure.erase(request, by=staff)
    else:
        actions.claim(request, staff)
        actions.close(request, staff)
    work_queue()
    assert mail.outbox == []
    assert [row.status for row in task_rows()] == ["SUCCESSFUL"]


def test_failed_notice_is_tried_again_later_each_time(server_down):
    request = submit()
    pauses = []
    for _ in range(9):
        work_queue()
        *_, last = task_rows()
        pauses.append(round((last.run_after - timezone.now()) / MINUTE))
        DBTaskResult.objects.filter(pk=last.pk).update(run_after=timezone.now())
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    request.refresh_from_db()
    assert request.staff_notified_at is None


def test_failed_notice_arrives_once_the_server_is_back(server_down, settings):
    submit()
    work_queue()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
    work_queue()
    assert len(mail.outbox) == 1
    assert not DBTaskResult.objects.filter(status="READY").exists()


def test_failure_leaves_nothing_of_the_error_in_queue_or_log(server_down, caplog):
    submit(stored())
    work_queue()
    kept = "".join(str(row.__dict__) for row in task_rows()) + caplog.text
    assert "NotSent" in kept
    for secret in (PASSWORD, "clinic.example", "Zoë", "2125550123", "Knock"):
        assert secret not in kept


def test_row_that_cannot_be_read_leaves_nothing_of_the_error_in_the_queue(monkeypatch):
    def fail(*args):
        raise RuntimeError(PASSWORD)

    submit()
    monkeypatch.setattr(CallbackRequestQuerySet, "count", fail)
    work_queue()
    assert [row.status for row in task_rows()] == ["SUCCESSFUL", "READY"]
    assert PASSWORD not in "".join(str(row.__dict__) for row in task_rows())


@pytest.mark.parametrize("missing", ["NOTICE_EMAILS", "EMAIL_HOST"])
def test_notices_that_are_off_wait_and_are_sent_when_turned_on(settings, missing):
    value = getattr(settings, missing)
    setattr(settings, missing, type(value)())
    submit()
    work_queue()
    later = timezone.now() + HOUR
    assert (mail.outbox, notices.count_unsent(later), notices.requeue_lost(later)) == ([], 1, 0)
    setattr(settings, missing, value)
    assert notices.requeue_lost(later) == 1
    work_queue()
    assert len(mail.outbox) == 1
    assert notices.count_unsent(later) == 0


def lose_task(status: str, **values) -> None:
    DBTaskResult.objects.update(status=status, **values)


@pytest.mark.parametrize(
    ("status", "age", "swept"),
    [("RUNNING", 11, 1), ("RUNNING", 1, 0), ("FAILED", 1, 1), ("SUCCESSFUL", 1, 1), ("READY", 1, 0)],
)
def test_sweep_takes_up_what_no_living_task_is_about(status, age, swept):
    submit()
    later = timezone.now() + HOUR
    lose_task(status, started_at=later - age * MINUTE)
    assert notices.requeue_lost(later) == swept
    assert notices.requeue_lost(later) == 0, "one at a time"


def test_sweep_takes_up_what_a_wrong_clock_put_off_to_next_year():
    submit()
    lose_task("READY", run_after=timezone.now() + 365 * DAY)
    assert notices.requeue_lost(timezone.now() + HOUR) == 1


def test_sweep_after_a_long_time_off_floods_nobody():
    for number in range(notices.MAX_REQUEUED + 5):
        submit(nonce=str(number))
    DBTaskResult.objects.all().delete()
    later = timezone.now() + HOUR
    assert [notices.requeue_lost(later) for _ in range(3)] == [
        notices.MAX_REQUEUED,
        5,
        0,
    ]
