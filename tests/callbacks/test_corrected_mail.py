"""Who has claimed a request hears by mail that the person changed it, and nothing of what it says."""

import dataclasses
import datetime

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from callbacks.casework import actions, erasure, notices
from callbacks.models import CallbackRequest
from tests.callbacks.helpers import DETAILS, shows_number, submit
from tests.callbacks.test_notices import send_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_on")]

MINUTE = datetime.timedelta(minutes=1)
ALL = ["intake@clinic.example", "lead@clinic.example"]


@pytest.fixture
def claimed(alex) -> CallbackRequest:
    """Staff were told of it, and Alex has claimed it."""
    request = submit()
    send_due()
    mail.outbox.clear()
    alex.email = "alex@clinic.example"
    alex.save()
    actions.claim(request, alex)
    return request


def change(number: int = 0) -> None:
    submit(details=dataclasses.replace(DETAILS, name="Zoë", voicemail=False, message=f"Do not ring twice. {number}"))


def told() -> list[list[str]]:
    """To whom mails about a change went."""
    return [sent.to for sent in mail.outbox if "was changed" in sent.subject]


def test_claimer_is_mailed_at_once_without_any_content(claimed):
    change()
    send_due()
    (sent,) = mail.outbox
    assert sent.to == ["alex@clinic.example"]
    assert sent.subject == f"Callback request {claimed.reference} was changed"
    assert f"https://guide.example/admin/callbacks/callbackrequest/{claimed.pk}/change/" in sent.body
    whole = sent.message().as_string()
    for secret in ("Zoë", "Zo=", "Miller", "ring", "Alex"):
        assert secret not in whole
    assert not shows_number(whole)


def test_change_after_an_unanswered_call_is_mailed(claimed, alex):
    actions.log_attempt(claimed, alex, "no_answer")
    change()
    send_due()
    assert told() == [["alex@clinic.example"]]


def test_many_changes_in_a_row_are_one_mail_and_one_more_when_it_is_quiet(claimed, clock):
    for number in range(4):
        change(number)
    send_due()
    for number in range(4, 8):
        clock.forward(seconds=1)
        change(number)
        send_due()
    assert len(told()) == 1
    clock.forward(minutes=11)
    send_due()
    send_due()
    assert len(told()) == 2
    assert len({sent.message()["Message-ID"] for sent in mail.outbox}) == 2


@pytest.mark.parametrize("why", ["unclaimed", "given back", "claimed since", "closed", "withdrawn", "unchanged"])
def test_change_without_a_claimer_is_not_mailed(claimed, alex, why):
    if why == "unclaimed":
        actions.release(claimed, alex)
    if why == "unchanged":
        submit()
    else:
        change()
    if why == "given back":
        actions.release(claimed, alex)
    elif why == "claimed since":
        actions.claim(claimed, alex)
    elif why == "closed":
        actions.close(claimed, alex)
    elif why == "withdrawn":
        erasure.withdraw(claimed)
    send_due()
    assert told() == []


@pytest.mark.parametrize("lacks", [{"email": ""}, {"is_active": False}])
def test_change_is_mailed_to_all_if_the_claimer_has_no_address(claimed, alex, lacks):
    for name, value in lacks.items():
        setattr(alex, name, value)
    alex.save()
    change()
    send_due()
    assert told() == [ALL]


def test_failing_address_loses_neither_this_notice_nor_others(claimed, settings):
    settings.EMAIL_BACKEND = f"{__name__}.RefusesAlex"
    change()
    send_due()
    assert told() == [ALL]


def test_failed_notice_of_a_change_is_sent_later(claimed, server_down, settings):
    change()
    with pytest.raises(notices.NotSent) as caught:
        send_due()
    assert str(caught.value) == "OSError" and caught.value.__context__ is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_due()
    assert told() == [["alex@clinic.example"]]


def test_nothing_is_sent_where_mail_is_off(claimed, settings):
    settings.EMAIL_HOST = ""
    change()
    send_due()
    assert mail.outbox == []


class RefusesAlex(EmailBackend):
    """A mail server that does not know one of the colleagues."""

    def send_messages(self, messages) -> int:
        if "alex@clinic.example" in messages[0].to:
            raise OSError("no such mailbox")
        return super().send_messages(messages)
