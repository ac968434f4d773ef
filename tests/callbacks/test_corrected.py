"""The person changes a request that staff have read: nobody calls, or logs a call, by what is no longer valid."""

import dataclasses
import html
import re

import pytest

from callbacks.casework import actions
from callbacks.models import CallAttempt, CallbackRequest
from callbacks.values.safe_hours import PartOfDay, SafeHours
from tests.callbacks.helpers import (
    DETAILS,
    QUEUE,
    VIEW,
    WORK,
    body,
    fields,
    page_of,
    post,
    records,
    sign_in,
    step,
    submit,
    text_of,
)

pytestmark = pytest.mark.django_db

READ_AGAIN = "Read the calling instructions again."
NEW = "New to you."
NO_VOICEMAIL = dataclasses.replace(DETAILS, voicemail=False)


def as_filled_in(response, **chosen: str) -> dict[str, str]:
    """What the browser sends from the form for a call on this page: its hidden fields, and what was chosen."""
    form = re.search(r'(?s)<form class="attempt".*?</form>', response.content.decode())[0]
    hidden = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', form)
    return {name: html.unescape(value) for name, value in hidden} | chosen


def test_any_change_is_said_before_the_number_on_the_page_and_on_paper(staff, claimed):
    assert READ_AGAIN not in text_of(staff.get(page_of(claimed)))
    changed = set()

    def look(response) -> None:
        words = text_of(response)
        assert words.count(READ_AGAIN) == 1
        assert words.index(READ_AGAIN) < words.index("Call only in their safe hours")
        assert set(words.split("Changed since they first sent it: ")[1].split(" .")[0].split(", ")) == changed

    for change, named in (
        ({"voicemail": False}, {"voicemail"}),
        ({"phone": "+12125550199", "message": "Hi."}, {"number", "message"}),
        ({"safe_hours": SafeHours((PartOfDay.MORNING,), "America/Chicago")}, {"safe hours"}),
        ({"if_other_answers": "wrong_number"}, {"what to say if someone else answers"}),
        ({"name": "Zoë"}, {"name"}),
    ):
        submit(details=dataclasses.replace(DETAILS, **change))
        changed |= named
        look(staff.get(page_of(claimed)))
    look(staff.post(step("reveal", claimed)))
    look(staff.get(step("sheet", claimed)))


def test_change_is_dated_by_day_and_time_so_that_paper_stays_true(staff, claimed):
    submit(details=NO_VOICEMAIL)
    CallbackRequest.objects.update(corrected_at="2026-12-01T17:05Z")
    for url in (page_of(claimed), step("sheet", claimed)):
        assert "The person changed this request on Tue, Dec 1, 12:05 pm." in text_of(staff.get(url))
    assert "Changed by the person Tue, Dec 1, 12:05 pm" in text_of(staff.get(QUEUE))


def test_change_is_new_once_to_each_colleague_and_always_listed(staff, claimed, alex):
    staff.post(step("reveal", claimed))
    submit(details=NO_VOICEMAIL)
    for is_new in (True, False):
        words = text_of(staff.post(step("reveal", claimed)))
        assert READ_AGAIN in words and (NEW in words) is is_new
    staff.force_login(alex)
    for is_new in (True, False):
        words = text_of(staff.get(step("sheet", claimed)))
        assert READ_AGAIN in words and (NEW in words) is is_new
    submit(details=dataclasses.replace(DETAILS, phone="+12125550199", voicemail=False))
    assert NEW in text_of(staff.get(page_of(claimed)))


def test_form_sent_again_unchanged_is_no_change(staff, claimed):
    submit()
    assert CallbackRequest.objects.get().corrected_at is None
    assert READ_AGAIN not in text_of(staff.get(page_of(claimed)))


def test_call_from_a_page_older_than_the_change_is_refused_once_and_shows_what_is_valid_now(staff, claimed):
    page = staff.post(step("reveal", claimed))
    assert "You may leave a voicemail." in text_of(page)
    chosen = {"outcome": "left_message", "next_try": "other", "at_0": "2070-01-01", "at_1": "10:00"}
    chosen["text"] = "Rang twice."
    data = as_filled_in(page, **chosen)
    CallbackRequest.objects.update(erase_after="2100-01-01T00:00Z")
    submit(details=NO_VOICEMAIL)
    before = len(records())

    refused = staff.post(step("attempt", claimed), data)
    words = text_of(refused)
    assert refused.status_code == 409
    assert "Since you opened this page: the person changed this request." in words
    assert READ_AGAIN in words and "Do not leave a voicemail." in words and "You may leave a voicemail." not in words
    assert CallAttempt.objects.count() == 0
    assert records()[before:] == [("viewed", claimed.reference)]
    page = refused.content.decode()
    assert re.search(r'value="left_message"[^>]* checked', page) and re.search(r'value="other"[^>]* checked', page)
    assert 'value="2070-01-01"' in page and 'value="10:00"' in page and ">\nRang twice.</textarea>" in page

    again = as_filled_in(refused, **chosen)
    page = staff.post(step("reveal", claimed), again | {"keep": "note"}).content.decode()
    assert re.search(r'value="left_message"[^>]* checked', page) and re.search(r'value="other"[^>]* checked', page)
    assert 'value="2070-01-01"' in page and 'value="10:00"' in page and ">\nRang twice.</textarea>" in page
    assert staff.post(step("attempt", claimed), again).status_code == 303
    assert CallAttempt.objects.get().outcome == "left_message" and claimed.notes.count() == 1


def test_call_from_a_page_that_does_not_say_which_change_it_shows_is_refused(staff, claimed):
    """As one opened before this was asked."""
    submit(details=NO_VOICEMAIL)
    response = staff.post(step("attempt", claimed), {"outcome": "no_answer", "next_try": ""})
    assert response.status_code == 409
    assert CallAttempt.objects.count() == 0


def test_call_from_a_page_opened_after_the_change_is_logged(staff, claimed):
    submit(details=NO_VOICEMAIL)
    data = as_filled_in(staff.get(page_of(claimed)), outcome="no_answer", next_try="")
    assert staff.post(step("attempt", claimed), data).status_code == 303
    assert CallAttempt.objects.count() == 1


def test_change_is_mailed_after_a_form_with_an_error(staff, claimed):
    data = as_filled_in(staff.get(page_of(claimed)), next_try="")
    submit(details=NO_VOICEMAIL)
    again = as_filled_in(staff.post(step("attempt", claimed), data), outcome="left_message", next_try="")
    assert staff.post(step("attempt", claimed), again).status_code == 409


def test_second_change_is_refused_too(staff, claimed):
    submit(details=NO_VOICEMAIL)
    data = as_filled_in(staff.get(page_of(claimed)), outcome="no_answer", next_try="")
    submit()
    assert staff.post(step("attempt", claimed), data).status_code == 409
    with pytest.raises(actions.PageOutdated):
        actions.log_attempt(claimed, CallbackRequest.objects.get().claimed_by, "no_answer", shown=data["shown"])
    assert CallAttempt.objects.count() == 0


def test_correction_by_the_form_itself_reaches_the_colleague_who_claimed_the_request(client):
    text = fields(phone="212 555 0199")
    post(client, body(text))
    request = CallbackRequest.objects.get()
    sign_in(client, VIEW, WORK).post(step("claim", request))
    old = as_filled_in(client.get(page_of(request)), outcome="reached", next_try="")
    client.logout()
    post(client, body(text | {"phone": "212 555 0123"}))
    request.refresh_from_db()
    assert request.state == "claimed"
    client.force_login(request.claimed_by)
    assert client.post(step("attempt", request), old).status_code == 409
    page = client.post(step("reveal", request))
    assert READ_AGAIN in text_of(page) and "555-0123" in text_of(page) and "555-0199" not in text_of(page)


def test_wrong_number_is_not_tried_again_and_is_warned_of_until_the_person_corrects_it(staff, claimed):
    data = as_filled_in(staff.get(page_of(claimed)), outcome="wrong_contact", next_try="safe")
    staff.post(step("attempt", claimed), data)
    claimed.refresh_from_db()
    assert (claimed.state, claimed.next_try_at) == ("attempted", None)
    words = text_of(staff.post(step("reveal", claimed)))
    assert "Close it: wrong number or address" in words
    assert words.index("Last call: wrong number or address.") < words.index("555-0123")
    submit(details=dataclasses.replace(DETAILS, phone="+12125550199"))
    assert "Last call: wrong" not in text_of(staff.post(step("reveal", claimed)))


@pytest.mark.parametrize("state", ["reached", "closed"])
def test_correction_returns_a_finished_request_to_the_queue_and_is_mailed(client, alex, state):
    request = submit()
    CallbackRequest.objects.update(
        state=state, claimed_by=alex, claimed_at=request.received_at, staff_notified_at=request.due_at
    )
    submit(details=dataclasses.replace(DETAILS, phone="+12125550199"))
    request.refresh_from_db()
    assert (request.state, request.claimed_by, request.staff_notified_at) == ("new", None, None)
