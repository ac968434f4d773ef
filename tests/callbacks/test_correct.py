"""The confirmation shows the number as we will dial it, and the person can put it right: no stranger is called."""

import dataclasses
import datetime
import re

import pytest

from callbacks.casework import actions, erasure
from callbacks.models import CallbackRequest
from callbacks.public import admission
from callbacks.values.safe_hours import PartOfDay, SafeHours
from privateversion import codes
from tests import state
from tests.callbacks.helpers import (
    CORRECT,
    DETAILS,
    SENT,
    VIEW,
    WORK,
    assert_private,
    body,
    link_to,
    page_of,
    post,
    post_form,
    records,
    sign_in,
    step,
    submit,
    text_of,
)
from tests.callbacks.opening import WEEKDAYS_9_TO_6, opened

pytestmark = pytest.mark.django_db
NEW = "(646) 555-0199"


@pytest.fixture
def asked_(client) -> CallbackRequest:
    return submit()


def correction(client, **typed: str):
    return client.post(link_to(page=CORRECT), {"phone": NEW, "email": "", "complete": "1"} | typed)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("1-800-FLOWERS", ["(800) 356-9377"]),
        ("2125550123x45 room 204", ["(212) 555-0123 ext. 45", "You also wrote room 204"]),
        ("212-555-0123 or 646 555 0199", ["(212) 555-0123", "You also wrote or 646 555 0199"]),
        ("+44 20 7946 0958", ["011 44 20 7946 0958"]),
    ],
)
def test_confirmation_shows_the_number_as_it_will_be_dialed_and_the_address(client, typed, shown):
    response = client.get(post_form(client, phone=typed, email="zoe@example.com")["Location"])
    words = text_of(response)
    assert all(each in words for each in [*shown, "zoe@example.com"])
    assert_private(response)


def test_confirmation_and_form_show_nothing_of_another_request(client, asked_):
    submit(details=dataclasses.replace(DETAILS, name="Ana", email="ana@example.com", phone="+16465550199"), nonce="b")
    for page in (SENT, CORRECT):
        shown = client.get(link_to(page=page)).content.decode()
        assert "0123" in shown and "ana@" not in shown and "0199" not in shown


def test_correction_replaces_the_number_and_nothing_else(client, asked_):
    form = client.get(link_to(page=CORRECT))
    assert_private(form)
    assert 'value="(212) 555-0123"' in form.content.decode()
    response = correction(client, phone=f"{NEW}, room 204", email="<zoe@example.com>.")
    assert (response.status_code, response["Location"]) == (303, f"{link_to()}&saved=1")
    assert_private(response)
    assert "Saved. This is what we have now." in text_of(client.get(response["Location"]))
    expected = {"phone": "+16465550199", "phone_remark": "room 204", "email": "zoe@example.com"}
    request = CallbackRequest.objects.get()
    assert request.open_details() == dataclasses.replace(DETAILS, **expected)
    assert request.corrected_at and request.reference == asked_.reference
    assert list(CallbackRequest.objects.with_phone("+16465550199")) == [request]
    assert not CallbackRequest.objects.with_phone(DETAILS.phone)
    words = text_of(client.get(response["Location"]))
    assert NEW in words and "555-0123" not in words


def test_form_sent_unchanged_changes_nothing(client):
    kept = {"phone_remark": "711 then", "channel": "relay", "email": "z@example.com"}
    request = submit(details=dataclasses.replace(DETAILS, **kept))
    assert 'value="(212) 555-0123, 711 then"' in client.get(link_to(page=CORRECT)).content.decode()
    assert correction(client, phone="(212) 555-0123, 711 then", email="z@example.com").status_code == 303
    assert CallbackRequest.objects.get().corrected_at is None
    assert CallbackRequest.objects.get().open_details() == request.open_details()


def test_older_window_saved_last_is_shown_first_and_undoes_nothing_silently(client, asked_):
    def seen_in(page) -> str:
        return re.search(r'name="seen" value="([^"]*)"', page.content.decode())[1]

    older = seen_in(client.get(link_to(page=CORRECT)))
    assert correction(client, seen=older).status_code == 303
    assert correction(client, seen=older).status_code == 303  # the same pressed twice
    again = correction(client, phone="212 555 0123", message="Call late.", seen=older)
    words = text_of(again)
    assert again.status_code == 409 and "You changed this in another window" in words and "Call late." in words
    assert CallbackRequest.objects.get().open_details().phone == "+16465550199"
    assert seen_in(correction(client, name="", seen=older)) == older
    assert correction(client, phone="212 555 0123", seen=seen_in(again)).status_code == 303
    assert CallbackRequest.objects.get().open_details().phone == DETAILS.phone


@pytest.mark.parametrize("is_closed", [True, False])
def test_wider_hours_or_a_late_correction_are_no_broken_promise(client, clock, alex, is_closed):
    opened(WEEKDAYS_9_TO_6, 2)
    clock.now = datetime.datetime(2026, 11, 30, 14, 0, tzinfo=datetime.UTC)  # Monday, 9 am at the clinic
    evening = SafeHours((PartOfDay.EVENING,), "America/New_York")
    request = submit(details=dataclasses.replace(DETAILS, safe_hours=evening))
    clock.now += datetime.timedelta(hours=6)
    if is_closed:
        clock.now += datetime.timedelta(days=14)
        actions.claim(request, alex)
        actions.close(request, alex)
    correction(client, name="Zoë", zone="America/New_York")
    words = text_of(client.get(link_to()))
    assert "we are late" not in words and f"by Monday, {'December 14' if is_closed else 'November 30'}, 5 pm" in words
    clock.now += datetime.timedelta(days=1)
    correction(client, name="Zoë", zone="America/New_York", message="Call soon.")
    assert "we are late" in text_of(client.get(link_to()))


def test_number_can_be_removed_if_there_is_an_email(client, asked_):
    assert correction(client, phone="none", email="z@example.com").status_code == 303
    details = CallbackRequest.objects.get().open_details()
    assert (details.phone, details.email) == ("", "z@example.com")


def test_what_cannot_be_used_comes_back_as_typed_and_nothing_changes(client, asked_):
    for typed, words in [
        ({"phone": "867-5309 mom"}, "It needs ten digits, the area code first"),
        ({"phone": ""}, "Enter a phone number or an email address"),
        ({"email": "jo@localhost"}, "Check the email address."),
        ({"complete": ""}, "The connection dropped, so nothing was sent."),
        ({"phone": "1" * 300}, "Make the phone number shorter"),
    ]:
        response = correction(client, **typed)
        assert response.status_code == 422, typed
        page = response.content.decode()
        assert words in text_of(response) and "<title>Error: " in page and "866-512-1908" in page, typed
        assert f'value="{typed.get("phone", NEW)}"' in page or not typed.get("phone", NEW)
    assert CallbackRequest.objects.get().open_details() == DETAILS


def test_hostile_text_in_a_correction_is_refused_or_kept_as_text(client, asked_):
    for hostile in ('"><script>x</script>', "\x00\ud7ff", "{{ 7 }}", "٢" * 50, "+" * 150, "1 " * 99):
        for typed in ({"phone": hostile}, {"email": hostile}, {"phone": f"{NEW} {hostile}"}):
            response = correction(client, **typed)
            assert response.status_code in {303, 422}, typed
            assert "<script>x" not in response.content.decode(), typed
        assert "<script>x" not in client.get(link_to()).content.decode()


def test_unreadable_body_changes_nothing_and_is_reported(client, asked_):
    response = client.generic("POST", link_to(page=CORRECT), b"x", content_type="multipart/form-data")
    assert response.status_code == 400 and "could not read" in text_of(response)
    assert post(client, body({"phone": NEW}), link_to(page=CORRECT)).status_code == 303  # as a script sends it
    assert CallbackRequest.objects.get().open_details().phone == "+16465550199"


def test_failure_to_save_is_reported_and_keeps_the_old_details(client, asked_):
    with state.read_only():
        response = correction(client)
    assert response.status_code == 503 and "We still have what you gave us before." in text_of(response)
    assert CallbackRequest.objects.get().open_details() == DETAILS


def test_corrections_of_one_request_are_limited_by_the_hour(client, asked_, monkeypatch):
    monkeypatch.setattr(admission, "CORRECTIONS_LIMIT", 2)
    assert [correction(client, email=f"z{n}@example.com").status_code for n in range(3)] == [303, 303, 429]
    assert CallbackRequest.objects.get().open_details().email == "z1@example.com"


def test_withdrawn_or_damaged_request_cannot_be_corrected_and_keeps_its_page(client, asked_):
    CallbackRequest.objects.update(sealed=b"\x01damaged")
    assert client.get(link_to()).status_code == 200
    assert client.get(link_to(page=CORRECT))["Location"] == correction(client)["Location"] == link_to()
    erasure.withdraw(CallbackRequest.objects.get())
    assert CORRECT not in client.get(link_to()).content.decode()
    assert client.get(link_to(page=CORRECT))["Location"] == correction(client)["Location"] == link_to()
    assert not CallbackRequest.objects.get().sealed


def test_claimer_is_mailed_and_sees_the_remark_first_and_both_numbers_together(client, asked_):
    sign_in(client, VIEW, WORK).post(step("claim", asked_))
    correction(client, phone=f"{NEW} or 646-555-0100, room 204")
    words = text_of(client.get(page_of(asked_)))
    assert "Read the calling instructions again." in words
    assert "With the number they wrote: “or [another number], room 204”." in words
    assert "0199" not in words and "0100" not in words
    revealed = text_of(client.post(step("reveal", asked_)))
    assert NEW in revealed and "They also wrote: “or 646-555-0100, room 204”" in revealed
    sheet = text_of(client.get(step("sheet", asked_)))
    assert NEW in sheet and "room 204" in sheet
    assert ("revealed", asked_.reference) in records()


def test_number_is_hidden_after_a_call(client, asked_):
    CallbackRequest.objects.update(state="reached")
    assert "555-0123" not in text_of(client.get(link_to()))
    assert client.get(link_to(page=CORRECT))["Location"] == correction(client)["Location"] == link_to()
    assert CallbackRequest.objects.get().open_details() == DETAILS


def test_correction_brings_a_closed_request_back_into_the_queue(client, asked_, alex):
    """A wrong number was rung, and the request closed."""
    actions.claim(asked_, alex)
    actions.log_attempt(asked_, alex, "wrong_contact")
    actions.close(asked_, alex)
    assert correction(client).status_code == 303
    asked_.refresh_from_db()
    assert (asked_.state, asked_.claimed_by) == ("new", None)


def test_private_version_has_the_page_and_leads_back_into_itself(client, asked_):
    secret = link_to().split("?")[1]
    assert f'href="{codes.private(CORRECT)}?{secret}"' in client.get(f"{codes.private(SENT)}?{secret}").content.decode()
    page = client.get(f"{codes.private(CORRECT)}?{secret}").content.decode()
    assert f'action="{codes.private(CORRECT)}?{secret}"' in page and "/contact/" not in page
    response = client.post(f"{codes.private(CORRECT)}?{secret}", {"phone": NEW, "complete": "1"})
    assert response["Location"] == f"{codes.private(SENT)}?{secret}&saved=1"
