"""Asking for a call: what a person who posts the form can count on."""

import re

import pytest
from django.core import signing
from django.db import DatabaseError, connection

from callbacks.models import CallbackRequest
from callbacks.public import tokens, views
from callbacks.values.details import Details
from tests import state
from tests.callbacks.helpers import (
    CONTACT,
    CONTENT_TYPE,
    DETAILS,
    JPEG,
    PDF,
    BrokenStream,
    File,
    assert_form_comes_back,
    assert_private,
    body,
    fields,
    post,
    post_form,
    text_of,
    token_in,
)

pytestmark = pytest.mark.django_db


def test_form_page_sets_no_cookie_and_is_kept_nowhere(client):
    response = client.get(CONTACT)
    assert response.status_code == 200
    assert_private(response)
    assert "PDF, JPEG, PNG, HEIC, WebP or AVIF, up to 32 MB each" in text_of(response)
    assert "Error" not in response.content.decode().split("</title>")[0]


def test_form_page_has_its_fields_in_the_order_that_shows_how_far_a_body_came(client):
    page = client.get(CONTACT).content.decode().split("<form", 1)[1].split("</form>")[0]
    names = list(dict.fromkeys(re.findall(r'name="(\w+)"', page)))
    hours = "times days not_before not_after zone elsewhere place leave if_other_answers may_tell".split()
    reach = "language other_language interpreter channel email second_phone about message website token agreed".split()
    assert names == ["name", "phone", *hours, *reach, "file_1", "file_2", "complete"]


def test_form_page_helps_browsers_fill_it_in_and_hides_its_trap_from_everyone(client):
    page = client.get(CONTACT).content.decode()
    assert re.search(r'<input type="text" name="name"[^>]*autocomplete="name"', page)
    assert re.search(r'<input type="tel" name="phone"[^>]*autocomplete="tel"[^>]*inputmode="tel"', page)
    for described in re.findall(r'aria-describedby="([^"]+)"', page):
        assert all(f'id="{part}"' in page for part in described.split())
    assert re.search(r'<input type="text" name="name"[^>]* required', page)
    trap = re.search(
        r'<div class="leave-empty" aria-hidden="true" inert>(.*?name="website"[^>]*>)\s*</div></div>', page, re.S
    )
    for part in ("Leave this field empty", 'tabindex="-1"', 'autocomplete="off"'):
        assert part in trap[1]
    assert " open>" not in page


def test_each_form_page_has_its_own_token(client):
    assert token_in(client.get(CONTACT)) != token_in(client.get(CONTACT))


def test_other_methods_are_refused(client):
    assert [getattr(client, method)(CONTACT).status_code for method in ("put", "delete", "patch")] == [405] * 3


def test_good_request_is_stored_and_confirmed(client):
    response = post_form(client, ("file_1", File(JPEG)), ("file_2", File(PDF)))
    assert response.status_code == 303
    assert_private(response)
    request = CallbackRequest.objects.get()
    assert request.open_details() == DETAILS
    assert request.state == "new"
    assert [a.kind for a in request.attachments.all()] == ["jpg", "pdf"]
    confirmation = client.get(response["Location"])
    assert confirmation.status_code == 200
    assert request.reference in confirmation.content.decode()


def test_request_without_files_needs_no_multipart(client):
    response = client.post(CONTACT, fields() | {"complete": "1"})
    assert response.status_code == 303
    assert CallbackRequest.objects.get().open_details() == DETAILS


def test_name_and_number_are_enough_and_the_rest_is_the_safest(client):
    unsaid = dict.fromkeys(("about", "times", "zone", "leave", "if_other_answers", "message"))
    assert post_form(client, **unsaid).status_code == 303
    details = CallbackRequest.objects.get().open_details()
    assert details == Details(name="Zoë Miller", phone="+12125550123")
    assert (details.voicemail, details.text_message, details.if_other_answers) == (False, False, "quiet")


def test_email_is_enough_without_a_number(client):
    assert post_form(client, phone=None, email=" zoe@example.com ").status_code == 303
    request = CallbackRequest.objects.get()
    assert (request.open_details().phone, request.open_details().email) == ("", "zoe@example.com")
    assert request.phone_index == ""


def test_posts_from_a_browser_that_checks_csrf_need_no_cookie():
    from django.test import Client

    assert post_form(Client(enforce_csrf_checks=True)).status_code == 303


@pytest.mark.parametrize(
    ("changes", "link", "words"),
    [
        ({"name": ""}, "#id_name", "Enter a name that we can ask for."),
        ({"name": None}, "#id_name", "Enter a name that we can ask for."),
        ({"phone": ""}, "#id_phone", "Enter a phone number or an email address"),
        ({"phone": None}, "#id_phone", "Enter a phone number or an email address"),
        ({"phone": "911"}, "#id_phone", "Check the phone number."),
        ({"email": "zoe at example"}, "#id_email", "Check the email address."),
        ({"phone": None, "email": "zoe at example"}, "#id_email", "Check the email address."),
        ({"times": "<script>"}, "#id_times_0", "Choose what is in the list"),
        ({"zone": "Mars/Olympus"}, "#id_zone", "Choose what is in the list"),
        ({"leave": "a note"}, "#id_leave_0", "Choose what is in the list"),
        ({"if_other_answers": "shout"}, "#id_if_other_answers_0", "Choose what is in the list"),
        ({"about": "the cat"}, "#id_about_0", "Choose what is in the list"),
        ({"message": "Knock first." + "x" * 5000}, "#id_message", "Make the message shorter"),
    ],
)
def test_unusable_form_comes_back_with_linked_errors_and_keeps_nothing(client, changes, link, words):
    response = post_form(client, ("file_1", File(JPEG)), **changes)
    page = response.content.decode()
    assert_form_comes_back(response, 422, name="" if "name" in changes else "Zoë Miller")
    assert re.search(rf'<a href="{link}">{re.escape(words)}', page)
    assert f'id="{link[1:]}"' in page
    assert '<a href="#id_file_1">Photo of your insurance card: front. Choose it again.' in page


def test_unusable_form_also_says_what_was_wrong_with_its_file(client):
    page = post_form(client, ("file_2", File(b"GIF89a" * 200)), phone="").content.decode()
    assert '<a href="#id_file_2">Photo of your insurance card: back. It is one of the kinds we do not take: GIF' in page


def test_typed_markup_comes_back_as_text(client):
    page = post_form(client, name='"><script>alert(1)</script>', phone="").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    "token",
    [None, "", "forged", "a:b:c", "\x00", "é" * 10_000, pytest.param(signing.dumps("a-nonce"), id="signed otherwise")],
)
def test_missing_or_forged_token_brings_the_form_back(client, token):
    """CVE-2026-7792"""
    response = post_form(client, ("file_1", File(JPEG)), token=token)
    assert_form_comes_back(response, 422)
    again = post_form(client, token=token_in(response))
    assert again.status_code == 303


def test_expired_token_brings_the_form_back_and_still_makes_one_request(client, monkeypatch):
    nonce = tokens.new_nonce()
    with monkeypatch.context() as yesterday:
        yesterday.setattr("django.core.signing.time.time", lambda: 1_000_000_000)
        old = tokens.sign_form(nonce)
    response = post_form(client, token=old)
    assert_form_comes_back(response, 422)
    assert "too old" in text_of(response)
    assert tokens.read_form(token_in(response))[0] == nonce


def test_database_that_cannot_be_written_gives_the_form_back_and_keeps_nothing(client, caplog):
    data = body(fields(), ("file_1", File(JPEG)))
    with state.read_only():
        response = post(client, data)
    assert_form_comes_back(response, 503)
    assert "Photo of your insurance card: front. Choose it again" in text_of(response)
    assert "Miller" not in caplog.text
    fresh = token_in(response).encode()  # may begin with a digit, which a template would take for a group's number
    retry = re.sub(rb'(name="token"\r\n\r\n)[^\r]+', lambda match: match[1] + fresh, data)
    assert post(client, retry).status_code == 303


def test_database_that_fails_half_way_keeps_nothing(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE callbacks_attachment RENAME COLUMN kind TO gone")
    response = post_form(client, ("file_1", File(JPEG)), ("file_2", File(PDF)))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE callbacks_attachment RENAME COLUMN gone TO kind")
    assert_form_comes_back(response, 503)


def test_missing_key_gives_the_form_back(client, settings):
    settings.VAULT_KEYS = {}
    assert_form_comes_back(post_form(client, ("file_1", File(JPEG))), 503)


def test_text_is_read_as_utf_8_whatever_the_declared_charset(client):
    for charset in ("hex", "utf-16", "base64", "no-such"):
        content_type = f"{CONTENT_TYPE}; charset={charset}"
        assert client.generic("POST", CONTACT, body(fields()), content_type=content_type).status_code == 303
        assert CallbackRequest.objects.latest("received_at").open_details() == DETAILS, charset


def test_oversized_text_gets_a_helpful_page(client):
    response = post_form(client, message="x" * 2_000_000)
    assert response.status_code == 413
    assert_private(response)
    assert "Make it shorter" in text_of(response)
    assert "866-512-1908" in text_of(response)
    urlencoded = client.post(CONTACT, "message=" + "x" * 2_000_000, content_type="application/x-www-form-urlencoded")
    assert urlencoded.status_code == 413
    assert CallbackRequest.objects.count() == 0


def test_connection_that_breaks_inside_text_gets_a_helpful_page(client):
    extra = {"wsgi.input": BrokenStream(), "CONTENT_LENGTH": "500"}
    response = client.generic("POST", CONTACT, b"x", content_type="application/x-www-form-urlencoded", **extra)
    assert response.status_code == 400
    assert "could not read" in text_of(response)
    assert "866-512-1908" in text_of(response)


def test_form_shows_without_a_promise_if_the_database_is_down(client, monkeypatch):
    def gone(*args: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(views, "promise", gone)
    html = client.get("/contact/").content.decode()
    assert "We will reach you as soon as we can" in html and 'name="phone"' in html
