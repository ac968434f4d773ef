"""The confirmation: what it says, what it keeps to itself, and how it takes a file that did not arrive before."""

import datetime
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from callbacks import tokens
from callbacks.models import CallbackRequest
from callbacks.services import submit
from editorial.models import Clinic
from tests.callbacks.helpers import (
    DETAILS,
    JPEG,
    MIB,
    PDF,
    PNG,
    File,
    body,
    objects_in_store,
    post,
    post_cut,
    post_form,
    text_of,
)

pytestmark = pytest.mark.django_db
SENT = reverse("callbacks:sent")


@pytest.fixture
def request_() -> CallbackRequest:
    return submit(details=DETAILS, nonce="a-nonce", received={})


def address(request: CallbackRequest) -> str:
    return f"{SENT}?t={tokens.sign_sent(request.pk)}"


def test_confirmation_says_what_happens_next_and_names_nobody(client, request_):
    response = client.get(address(request_))
    words = text_of(response)
    assert request_.reference in words
    assert "Staff will call you" in words
    day = timezone.localtime(request_.received_at + datetime.timedelta(days=90))
    assert f"{day:%B} {day.day}, {day.year}" in words
    assert reverse("emergency") in response.content.decode()
    assert "<title>We have your request" in response.content.decode()
    for secret in ("Zoë", "Miller", "555", "0123", "Knock"):
        assert secret not in words
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert 'content="noindex"' in response.content.decode()
    assert not response.cookies


def test_confirmation_gives_hours_only_where_staff_have_set_them(client, request_):
    assert "Our hours" not in text_of(client.get(address(request_)))
    Clinic.objects.update_or_create(id=1, defaults={"name": "C", "phone": "866-512-1908", "hours": "8 am to 8 pm"})
    assert "Our hours are 8 am to 8 pm." in text_of(client.get(address(request_)))


def test_confirmation_can_be_reloaded(client, request_):
    for _ in range(3):
        assert request_.reference in text_of(client.get(address(request_)))
    assert CallbackRequest.objects.count() == 1


@pytest.mark.parametrize("token", ["", "forged", "a:b:c", "\x00", "é", "x" * 5000])
def test_confirmation_with_a_bad_token_says_how_to_call(client, token):
    for response in (client.get(SENT, {"t": token}), post(client, body({}, ("file_1", File(JPEG))), SENT)):
        assert response.status_code == 404
        assert "866-512-1908" in text_of(response)
        assert "no-store" in response["Cache-Control"]
    assert objects_in_store() == []


def test_confirmation_does_not_open_with_a_form_token(client):
    assert client.get(SENT, {"t": tokens.sign_form("0" * 32)}).status_code == 404


def test_confirmation_closes_after_a_day(client, request_, monkeypatch):
    url = address(request_)
    later = timezone.now().timestamp() + 24 * 3600 + 60
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert client.get(url).status_code == 410
    assert post(client, body({}, ("file_1", File(JPEG))), url).status_code == 410
    assert objects_in_store() == []


def test_confirmation_of_an_erased_request_is_gone(client, request_):
    url = address(request_)
    request_.delete()
    assert client.get(url).status_code == 410


def test_file_that_was_refused_can_be_sent_again(client):
    location = post_form(client, ("file_1", File(b"no picture" * 100)), ("file_2", File(PDF)))["Location"]
    before = client.get(location).content.decode()
    assert "It is not a PDF, JPEG, PNG or HEIC file." in before
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
    assert "<h2>Add a file</h2>" in client.get(address(request_)).content.decode()
    assert post(client, body({}, ("file_2", File(PDF))), address(request_)).status_code == 303
    assert request_.attachments.get().slot == "file_2"


def test_stored_file_is_not_replaced_from_the_confirmation(client, request_):
    post(client, body({}, ("file_1", File(PDF))), address(request_))
    assert post(client, body({}, ("file_1", File(PNG))), address(request_)).status_code == 303
    assert request_.attachments.get().kind == "pdf"
    assert objects_in_store() == [request_.attachments.get().object_name]


def test_second_try_that_fails_says_why(client, request_):
    data = body({}, ("file_1", File(JPEG + bytes(32 * MIB))))
    words = text_of(client.get(post(client, data, address(request_))["Location"]))
    assert "It is larger than 32 MB." in words
    data = body({}, ("file_1", File(PDF * 1000)))
    words = text_of(client.get(post_cut(client, data, len(data) // 2, address(request_))["Location"]))
    assert "The connection dropped" in words


@pytest.mark.parametrize("data", [b"", body({}), body({}, ("file_1", File(b"", name=b"")))])
def test_sending_no_file_is_said(client, request_, data):
    response = post(client, data, address(request_))
    assert response.status_code == 422
    assert "Choose a file first." in text_of(response)
    assert "<title>Error: We have your request" in response.content.decode()


def test_file_that_cannot_be_saved_leaves_the_request_whole(client, request_):
    data = body({}, ("file_1", File(PDF)))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only=ON")
        try:
            response = post(client, data, address(request_))
        finally:
            cursor.execute("PRAGMA query_only=OFF")
    assert response.status_code == 503
    assert "Your request is safe" in text_of(response)
    assert objects_in_store() == []


def test_body_that_cannot_be_read_is_said(client, request_):
    response = client.generic("POST", address(request_), b"x", content_type="multipart/form-data")
    assert response.status_code == 400
    assert "could not read" in text_of(response)


def test_opening_the_confirmation_does_not_make_it_last_longer(client, request_):
    token = tokens.sign_sent(request_.pk)
    html = client.get(SENT, {"t": token}).content.decode()
    assert f'action="{SENT}?{urlencode({"t": token})}"' in html
