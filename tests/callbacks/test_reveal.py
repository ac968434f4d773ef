"""The number: after the instructions, to who claimed the request and on paper; each time recorded."""

import re

import pytest

from callbacks.casework import actions
from callbacks.models import Note
from callbacks.values.details import Details
from tests.callbacks.helpers import VIEW, WORK, page_of, records, shows_number, sign_in, step, submit
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


def test_page_gives_instructions_before_the_number_which_it_does_not_show_yet(staff, claimed):
    page = staff.get(page_of(claimed)).content.decode()
    order = [claimed.reference, "Call by", "Call only in their safe hours", "Ask for Zoë Miller.", "voicemail"]
    order += ["text message", "If someone else answers", "Knock first.", "Show the number", "Download First file"]
    positions = [page.index(item) for item in order]
    assert positions == sorted(positions)
    assert not shows_number(page)


def test_number_is_shown_to_the_claimer_and_each_time_recorded(staff, claimed):
    for _ in range(2):
        response = staff.post(step("reveal", claimed))
        assert 'href="tel:+12125550123">(212) 555-0123</a>' in response.content.decode()
        assert "sms:" not in response.content.decode()
        assert "no-store" in response["Cache-Control"]
    assert not shows_number(staff.get(page_of(claimed)).content.decode())
    assert records() == [("revealed", claimed.reference)] * 2 + [("viewed", claimed.reference)]


def test_email_address_shows_like_a_number_and_text_is_offered_where_it_was_allowed(client):
    details = Details(name="Robin", phone="+12125550123", email="robin@example.org", text_message=True)
    request = submit(details=details)
    sign_in(client, VIEW, WORK)
    client.post(step("claim", request))
    assert "robin@" not in client.get(page_of(request)).content.decode()
    page = client.post(step("reveal", request)).content.decode()
    assert 'href="mailto:robin@example.org"' in page
    assert 'href="sms:+12125550123"' in page


def test_number_needs_the_claim(staff, asked):
    for claimed_by_a_colleague in (False, True):
        if claimed_by_a_colleague:
            actions.claim(asked, make_staff("alex"))
        response = staff.post(step("reveal", asked))
        assert response.status_code == 409
        assert "Claim the request first" in response.content.decode()
        assert not shows_number(response.content.decode())
    assert records() == [("viewed", asked.reference)] * 2


@pytest.mark.parametrize("button", ["reveal", "call", "attempt", "merge", "bar"])
def test_button_address_leads_to_the_request_after_signing_in_again(staff, claimed, button):
    page = staff.get(step(button, claimed), follow=True)
    assert page.redirect_chain[-1][0] == page_of(claimed)
    assert "Press the button again." in page.content.decode() and not shows_number(page.content.decode())


def test_sheet_without_a_claim_has_no_number(client, asked):
    page = sign_in(client, VIEW, WORK).get(step("sheet", asked)).content.decode()
    assert "555-0123" not in page and "Claim the request" in page


def test_sheet_gives_instructions_first_and_the_number_last(staff, claimed):
    response = staff.get(step("sheet", claimed))
    page = response.content.decode()
    order = ["Call only in their safe hours", "Ask for Zoë Miller.", "Knock first.", "This call", "(212) 555-0123"]
    positions = [page.index(item) for item in order]
    assert positions == sorted(positions)
    assert "<header" not in page and "<nav" not in page
    assert "no-store" in response["Cache-Control"]
    assert records() == [("printed", claimed.reference)]


def revealed(client, request):
    sign_in(client, VIEW, WORK).post(step("claim", request))
    return client.post(step("reveal", request)).content.decode()


def test_number_stays_shown_behind_a_note_and_this_is_recorded(client, asked):
    assert 'name="number" value="shown"' in revealed(client, asked)
    sent = {"text": "Rang twice.", "number": "shown"}
    response = client.post(step("note", asked), sent)
    assert (response.status_code, response["Location"]) == (307, step("reveal", asked))
    page = client.post(response["Location"], sent).content.decode()
    assert shows_number(page) and "Rang twice." in page and "Note saved." in page
    assert 'name="number" value="shown"' in page
    assert records() == [("revealed", asked.reference)] * 2
    client.post(response["Location"], sent)  # a reload
    assert Note.objects.count() == 1


@pytest.mark.parametrize(("name", "sent"), [("note", {"text": " "}), ("attempt", {"outcome": ""})])
def test_number_stays_shown_where_a_form_comes_back_and_this_is_recorded(client, asked, name, sent):
    revealed(client, asked)
    page = client.post(step(name, asked), sent | {"number": "shown"})
    assert page.status_code == 422 and shows_number(page.content.decode())
    assert records() == [("revealed", asked.reference)] * 2
    page = client.post(step(name, asked), sent)  # from a page that did not show it
    assert page.status_code == 422 and not shows_number(page.content.decode())
    assert records()[2:] == [("viewed", asked.reference)]


def test_number_does_not_stay_after_the_claim_is_lost(client, asked):
    revealed(client, asked)
    asked.refresh_from_db()
    actions.release(asked, asked.claimed_by)
    for text in ("Rang twice.", " "):
        response = client.post(step("note", asked), {"text": text, "number": "shown"}, follow=True)
        assert not shows_number(response.content.decode())
    assert records()[1:] == [("viewed", asked.reference)] * 2


def test_note_saved_before_the_number_is_shown_keeps_what_was_chosen_of_a_call(client, asked):
    sign_in(client, VIEW, WORK).post(step("claim", asked))
    assert 'name="number"' not in client.get(page_of(asked)).content.decode()
    sent = {"text": "Rang twice.", "outcome": "no_answer", "next_try": "other", "at_0": "2030-05-01", "at_1": "10:15"}
    response = client.post(step("note", asked), sent)
    assert (response.status_code, response["Location"]) == (307, page_of(asked))
    page = client.post(response["Location"], sent).content.decode()
    assert re.findall('value="([^">]+)"[^>]* checked', page) == ["no_answer", "other"]
    assert 'value="2030-05-01"' in page and 'value="10:15"' in page
    assert not shows_number(page) and (Note.objects.count(), asked.attempts.count()) == (1, 0)


def test_note_of_who_has_lost_the_claim_comes_back_with_why(client, asked):
    sign_in(client, VIEW, WORK)
    actions.claim(asked, make_staff("alex"))
    response = client.post(step("attempt", asked), {"text": "Rang twice.", "outcome": "no_answer"})
    page = response.content.decode()
    assert (
        response.status_code == 409
        and "Nothing is saved yet. alex has claimed it." in page
        and ">\nRang twice.</textarea>" in page
    )


def test_note_that_is_too_long_comes_back_whole(staff, claimed):
    assert "maxlength" not in re.search("<textarea[^>]*>", staff.get(page_of(claimed)).content.decode())[0]
    page = staff.post(step("note", claimed), {"text": "n" * 4001}).content.decode()
    assert "Write at most 4000 characters: this has 4001." in page and "n" * 4001 in page
    assert not claimed.notes.exists()
