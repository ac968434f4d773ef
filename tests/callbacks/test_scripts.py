"""What a script that sends the form is answered: an address, or the page that a person would get without it."""

import pytest

from callbacks.models import CallbackRequest
from callbacks.public import admission
from tests import state
from tests.callbacks.helpers import (
    CONTACT,
    DETAILS,
    JPEG,
    MIB,
    PDF,
    File,
    assert_form_comes_back,
    assert_private,
    body,
    fields,
    link_to,
    objects_in_store,
    post,
    submit,
    text_of,
)

pytestmark = pytest.mark.django_db
SCRIPT = {"headers": {"accept": "application/json"}}


def test_good_form_is_answered_with_the_private_address_and_nothing_else(client):
    token = fields()["token"]
    response = post(client, body(fields(token=token)), **SCRIPT)
    assert response.status_code == 201
    assert response.json() == {"address": link_to(token.split(":")[0])}
    assert_private(response)
    assert CallbackRequest.objects.get().open_details() == DETAILS
    assert client.get(response.json()["address"]).status_code == 200


def test_good_form_sent_twice_is_answered_with_the_same_address(client):
    data = body(fields())
    assert post(client, data, **SCRIPT).json() == post(client, data, **SCRIPT).json()
    assert CallbackRequest.objects.count() == 1


@pytest.mark.parametrize("accept", ["text/html", "*/*", "application/json, text/html", ""])
def test_browser_is_led_on_and_gets_no_json(client, accept):
    assert post(client, body(fields()), headers={"accept": accept}).status_code == 303


def test_bad_form_is_answered_with_the_page(client):
    response = post(client, body(fields(name="")), **SCRIPT)
    assert_form_comes_back(response, 422, name="")
    assert response["Content-Type"].startswith("text/html")


def test_database_that_cannot_be_written_is_answered_with_the_page(client):
    with state.read_only():
        response = post(client, body(fields()), **SCRIPT)
    assert_form_comes_back(response, 503)


def test_limit_is_answered_with_the_page(client, settings):
    settings.CONTACT_LIMIT = 1
    post(client, body(fields(phone="212 555 0199")), **SCRIPT)
    response = post(client, body(fields()), **SCRIPT)
    assert response.status_code == 429
    assert "What you typed is still here." in text_of(response)


def test_file_that_arrives_is_answered_with_no_problem(client):
    request = submit()
    response = post(client, body({}, ("file_1", File(JPEG))), link_to(), **SCRIPT)
    assert (response.status_code, response.json()) == (201, {"problem": ""})
    assert_private(response)
    assert request.attachments.get().arrived


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (File(b""), "There is nothing in it."),
        (File(b"GIF89a" * 200), "It is one of the kinds we do not take: GIF pictures."),
        (File(PDF + bytes(32 * MIB)), "It is larger than 32 MB."),
    ],
)
def test_refused_file_is_explained(client, file, words):
    submit()
    response = post(client, body({}, ("file_1", file)), link_to(), **SCRIPT)
    assert response.status_code == 422
    assert response.json()["problem"].startswith(words)
    assert objects_in_store() == []


def test_refusal_of_the_second_file_is_reported(client):
    request = submit()
    data = body({}, ("file_1", File(JPEG)), ("file_2", File(b"")))
    response = post(client, data, link_to(), **SCRIPT)
    assert response.status_code == 422
    assert response.json()["problem"].startswith("There is nothing in it.")
    assert [a.arrived for a in request.attachments.all()] == [True, False]


def test_too_many_files_for_one_request_are_answered_and_cost_nothing_else(client, monkeypatch):
    monkeypatch.setattr(admission, "FILES_LIMIT", 3)
    request = submit()
    for _ in range(3):
        assert post(client, body({}, ("file_1", File(b""))), link_to(), **SCRIPT).status_code == 422
    response = post(client, body({}, ("file_1", File(JPEG))), link_to(), **SCRIPT)
    assert response.status_code == 429
    assert "Your request is safe." in text_of(response)
    assert request.reference in text_of(response)
    assert objects_in_store() == []
    assert client.get(link_to()).status_code == 200


def test_form_page_asked_for_as_json_is_still_the_page(client):
    assert "Ask for a call" in text_of(client.get(CONTACT, **SCRIPT))
