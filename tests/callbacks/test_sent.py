"""The confirmation: what it says, what it keeps to itself, and how it takes a file that did not arrive before."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from callbacks.models import CallbackRequest
from editorial.models import Clinic
from tests import state
from tests.callbacks.helpers import (
    JPEG,
    MIB,
    PDF,
    PNG,
    File,
    assert_private,
    body,
    link_to,
    objects_in_store,
    post,
    post_cut,
    post_form,
    submit,
    text_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_() -> CallbackRequest:
    return submit()


def test_confirmation_shows_what_happens_next_and_what_was_sent(client, request_, settings):
    response = client.get(link_to())
    words = text_of(response)
    assert request_.reference in words
    assert "What happens next" in words and "Received" in words
    assert "Call 911 and give naloxone if someone will not wake up" in words
    day = timezone.localtime(request_.received_at + datetime.timedelta(days=90))
    assert f"We will erase your request, files and all, on {day:%B} {day.day}, {day.year}" in words
    until = timezone.localtime(request_.received_at + datetime.timedelta(days=30))
    assert f"It works until {until:%B} {until.day}, {until.year}" in words
    assert f">{settings.SITE_URL}{link_to()}</a>" in response.content.decode()
    assert link_to(page=reverse("callbacks:withdraw")) in response.content.decode()
    assert reverse("emergency") in response.content.decode()
    assert "<title>We have your request" in response.content.decode()
    said = (
        "Name Zoë Miller | Safe hours Evening, 5 to 9 (Central time) | If you do not pick up We may leave a voicemail"
    )
    for fact in [*said.split(" | "), "Message Knock first.", "We may talk to No one but you"]:
        assert fact in words
    assert_private(response)
    assert 'content="noindex"' in response.content.decode()


def test_confirmation_shows_hours_only_if_staff_set_them(client, request_):
    words = text_of(client.get(link_to()))
    assert "We cannot promise a time: our opening hours are not listed yet." in words
    Clinic.objects.update_or_create(id=1, defaults={"name": "C", "phone": "866-512-1908", "hours": "8 am to 8 pm"})
    assert "We cannot promise a time: our hours are 8 am to 8 pm." in text_of(client.get(link_to()))


def test_file_that_was_refused_can_be_sent_again(client):
    location = post_form(client, ("file_1", File(b"no picture" * 100)), ("file_2", File(PDF)))["Location"]
    before = client.get(location).content.decode()
    assert "we do not take: text files. Save it as a PDF, or take a photo of the page." in before
    assert "<h2>Try again</h2>" in before
    assert 'name="file_1"' in before
    assert 'name="file_2"' not in before
    again = post(client, body({}, ("file_1", File(PNG))), location)
    assert again.status_code == 303
    after = client.get(again["Location"]).content.decode()
    assert "It is not a PDF" not in after
    assert "<h2>Try again</h2>" not in after
    assert 'type="file"' not in after
    assert {a.state for a in CallbackRequest.objects.get().attachments.all()} == {"stored"}


def test_file_can_be_added_to_a_request_sent_without_one(client, request_):
    assert "<h2>Add a file</h2>" in client.get(link_to()).content.decode()
    assert post(client, body({}, ("file_2", File(PDF))), link_to()).status_code == 303
    assert request_.attachments.get().slot == "file_2"


def test_stored_file_is_not_replaced_from_the_confirmation(client, request_):
    post(client, body({}, ("file_1", File(PDF))), link_to())
    assert post(client, body({}, ("file_1", File(PNG))), link_to()).status_code == 303
    assert request_.attachments.get().kind == "pdf"
    assert objects_in_store() == [request_.attachments.get().object_name]


def test_second_try_that_fails_shows_why(client, request_):
    data = body({}, ("file_1", File(JPEG + bytes(32 * MIB))))
    words = text_of(client.get(post(client, data, link_to())["Location"]))
    assert "It is larger than 32 MB." in words
    data = body({}, ("file_1", File(PDF * 1000)))
    words = text_of(client.get(post_cut(client, data, len(data) // 2, link_to())["Location"]))
    assert "The connection dropped" in words


@pytest.mark.parametrize("data", [b"", body({}), body({}, ("file_1", File(b"", name=b"")))])
def test_sending_no_file_is_reported(client, request_, data):
    response = post(client, data, link_to())
    assert response.status_code == 422
    assert "Choose a file first." in text_of(response)
    assert "<title>Error: We have your request" in response.content.decode()


def test_file_that_cannot_be_saved_leaves_the_request_intact(client, request_):
    data = body({}, ("file_1", File(PDF)))
    with state.read_only():
        response = post(client, data, link_to())
    assert response.status_code == 503
    assert "Your request is safe" in text_of(response)
    assert objects_in_store() == []


def test_unreadable_body_is_reported(client, request_):
    response = client.generic("POST", link_to(), b"x", content_type="multipart/form-data")
    assert response.status_code == 400
    assert "could not read" in text_of(response)
