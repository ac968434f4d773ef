"""A request that cannot be saved: staff learn of it at once, though the database that failed cannot tell them."""

import threading

import pytest
from django.core import mail

from callbacks.casework import submission
from tests import state
from tests.callbacks.helpers import DETAILS

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken_database():
    with state.read_only():
        yield


def fail() -> None:
    with pytest.raises(submission.CouldNotSave):
        submission.submit(details=DETAILS, nonce="a-nonce", received={})
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.daemon and thread.name.endswith("(_send_save_failed)"):
            thread.join(10)


def test_staff_get_one_mail_about_requests_that_could_not_be_saved(mail_on, broken_database):
    fail()
    fail()
    (message,) = mail.outbox
    assert message.subject == "A callback request could not be saved"
    assert message.to == ["intake@clinic.example", "lead@clinic.example"]
    for secret in ("Zoë", "Miller", "0123", "Knock"):
        assert secret not in message.body + message.subject


def test_save_failure_page_shows_though_the_mail_server_is_down_too(mail_on, broken_database, server_down, caplog):
    fail()
    assert mail.outbox == []
    assert "that was not saved could not be sent" in caplog.text
    assert "marmalade" not in caplog.text


def test_site_without_notices_sends_none(broken_database):
    fail()
    assert mail.outbox == []
