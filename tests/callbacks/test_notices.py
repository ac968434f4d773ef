"""Staff hear of a request by mail, once, and of nothing that is in it."""

import datetime

import pytest
from django.core import mail
from django.utils import timezone

from callbacks.casework import actions, erasure, notices, submission
from callbacks.models import CallbackRequest
from callbacks.values.details import Details
from operations.metrics import CurrentState
from tests.callbacks.conftest import PASSWORD
from tests.callbacks.helpers import DETAILS, shows_number, stored, submit
from tests.factories import make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_on")]

HOUR = datetime.timedelta(hours=1)


def send_due() -> None:
    """What the schedule's job does."""
    notices.send_due(timezone.now())


def test_notice_holds_reference_time_and_link_and_nothing_of_the_person():
    request = submit(stored())
    send_due()
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
    send_due()
    assert "Flagged: Sent within seconds" in mail.outbox[0].body


def test_same_form_sent_twice_is_one_notice():
    submit()
    submit(details=Details(name=DETAILS.name, phone="+12125550199"))
    send_due()
    assert len(mail.outbox) == 1


def test_requests_since_the_last_mail_share_one_mail():
    references = [submit(nonce=str(number)).reference for number in range(3)]
    send_due()
    send_due()
    (sent,) = mail.outbox
    assert sent.subject == "3 callback requests"
    assert all(reference in sent.body for reference in references)


def test_copies_of_a_notice_share_one_message_id_and_name_the_same_requests():
    """A worker dies after the mail server took the mail. Meanwhile another request came."""
    first = submit()
    send_due()
    CallbackRequest.objects.update(staff_notified_at=None)
    other = submit(nonce="another")
    send_due()
    before, *after = [(sent.message()["Message-ID"], sent.subject) for sent in mail.outbox]
    assert before in after and before[0].endswith("@guide.example>")
    assert {subject for _, subject in after} == {f"Callback request {each.reference}" for each in (first, other)}
    assert len(after) == 2


@pytest.mark.parametrize("end", ["withdrawn", "erased", "closed"])
def test_finished_request_is_not_mailed(end):
    request, staff = submit(), make_staff()
    if end == "withdrawn":
        erasure.withdraw(request)
    elif end == "erased":
        erasure.erase(request, by=staff)
    else:
        actions.claim(request, staff)
        actions.close(request, staff)
    send_due()
    assert mail.outbox == []


def test_failed_notice_is_sent_once_the_server_is_back_and_names_no_cause(server_down, settings, caplog):
    request = submit(stored())
    for _ in range(2):
        with pytest.raises(notices.NotSent) as caught:
            send_due()
    assert str(caught.value) == "OSError" and caught.value.__context__ is None
    for secret in (PASSWORD, "clinic.example", "Zoë", "2125550123", "Knock"):
        assert secret not in caplog.text
    request.refresh_from_db()
    assert request.staff_notified_at is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_due()
    send_due()
    assert len(mail.outbox) == 1


def test_requests_that_came_while_the_server_was_down_are_one_mail(server_down, settings):
    for number in range(4):
        submit(nonce=str(number))
        with pytest.raises(notices.NotSent):
            send_due()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_due()
    assert [len(each.body.split("/change/")) - 1 for each in mail.outbox] == [1, 3]


@pytest.mark.parametrize("missing", ["NOTICE_EMAILS", "EMAIL_HOST"])
def test_notices_that_are_off_wait_and_are_sent_when_turned_on(settings, missing):
    value = getattr(settings, missing)
    setattr(settings, missing, type(value)())
    submit()
    send_due()
    later = timezone.now() + HOUR
    assert (mail.outbox, CallbackRequest.objects.unannounced(later).count()) == ([], 1)
    setattr(settings, missing, value)
    send_due()
    assert len(mail.outbox) == 1
    assert CallbackRequest.objects.unannounced(later).count() == 0


@pytest.mark.django_db(transaction=True)
def test_request_that_staff_do_not_hear_of_shows_in_the_metric_of_waiting_mail(clock):
    def longest() -> float:
        return next(m.samples[0].value for m in CurrentState().collect() if m.name == "detox_queue_age_seconds")

    submit()
    clock.now += HOUR
    assert longest() == HOUR.total_seconds()
    send_due()
    assert longest() == 0
