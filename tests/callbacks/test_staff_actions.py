"""What the buttons do: claim, call, write down, close. Each is a post with a token, and a clash is told, not a 500."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from callbacks.casework import actions, erasure
from callbacks.models import CallAttempt, CallbackRequest, Note
from tests.callbacks.buttons import now_on, press
from tests.callbacks.helpers import (
    ERASE,
    EXPORT,
    ORIGINALS,
    QUEUE,
    VIEW,
    WORK,
    page_of,
    records,
    said,
    sign_in,
    step,
    submit,
    text_of,
)

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 12, 1, 17, 0, tzinfo=datetime.UTC)  # 12:00 at the clinic, 11:00 in Chicago
HOUR = datetime.timedelta(hours=1)
BUTTONS = ["claim", "release", "reveal", "attempt", "note", "close", "reopen"]


@pytest.fixture(autouse=True)
def noon(clock):
    clock.now = NOON


def attempt(client, request: CallbackRequest, outcome: str = "no_answer", **data):
    return client.post(step("attempt", request), {"outcome": outcome, "next_try": ""} | now_on(request) | data)


def test_claim_is_shown_and_can_be_given_back(staff, asked):
    response = staff.post(step("claim", asked))
    assert (response.status_code, response["Location"]) == (303, page_of(asked))
    asked.refresh_from_db()
    assert (asked.state, asked.claimed_by.username) == ("claimed", "intake")
    press(staff, "release", asked)
    asked.refresh_from_db()
    assert (asked.state, asked.claimed_by) == ("new", None)


def test_colleague_who_was_quicker_is_named(staff, asked, alex):
    actions.claim(asked, alex)
    for name in ("claim", "close", "attempt"):
        response = staff.post(step(name, asked), {"outcome": "no_answer"})
        assert (response.status_code, response["Location"]) == (303, page_of(asked))
        assert said(response) == "Not done. Alex has claimed it."
    asked.refresh_from_db()
    assert asked.claimed_by == alex
    assert CallAttempt.objects.count() == 0


def test_each_button_reports_a_withdrawn_request(staff, asked):
    staff.post(step("claim", asked))
    erasure.withdraw(asked)
    for name in set(BUTTONS) - {"reveal"}:
        response = staff.post(step(name, asked), {"outcome": "no_answer", "text": "A note."})
        assert response.status_code == 303
        assert "withdrawn the request. Do not call." in said(response), name
    asked.refresh_from_db()
    assert asked.state == "withdrawn"
    assert Note.objects.count() == 0


def test_each_button_reports_an_erased_request(staff, asked):
    urls = [step(name, asked) for name in set(BUTTONS) - {"reveal"}]
    asked.delete()
    for url in urls:
        response = staff.post(url, {"outcome": "no_answer", "text": "A note."})
        assert (response.status_code, response["Location"]) == (303, QUEUE)


@pytest.mark.parametrize("permissions", [(VIEW,), (WORK,), (VIEW, ERASE, EXPORT, ORIGINALS)])
def test_buttons_sheet_and_files_take_the_right_to_view_and_to_work(client, asked, permissions):
    sign_in(client, *permissions)
    for name in BUTTONS:
        assert client.post(step(name, asked)).status_code == 403, name
    for address in (step("sheet", asked), step("file", asked, "file_1")):
        assert client.get(address).status_code == 403, address
    assert records() == []


def test_buttons_take_a_token_and_posts_only(asked):
    strict = Client(enforce_csrf_checks=True)
    sign_in(strict, superuser=True)
    for name in [*BUTTONS, "find", "export", "erase"]:
        url = step(name, asked if name in BUTTONS else None)
        response = strict.post(url, {"outcome": "reached", "text": asked.reference, "selected": asked.pk})
        assert (response.status_code, strict.get(url).status_code) == (403, 303), name
    asked.refresh_from_db()
    assert asked.state == "new"
    assert records() == []


def test_calls_are_logged_with_outcome_and_next_try(staff, asked):
    staff.post(step("claim", asked))
    response = attempt(staff, asked, next_try="hour", phrase="Line was busy.", text="Twice.")
    assert asked.notes.get().open_text() == "Line was busy. Twice."
    assert (response.status_code, response["Location"]) == (303, QUEUE)
    asked.refresh_from_db()
    assert (asked.state, asked.next_try_at) == ("attempted", NOON + HOUR)
    row = CallAttempt.objects.get()
    assert (row.username, row.outcome, row.next_try_at) == ("intake", "no_answer", NOON + HOUR)
    assert "No answer Today, 12:00 pm, intake. Next try: today, 1:00 pm" in text_of(staff.get(page_of(asked)))


def test_next_try_can_be_chosen_quickly_or_exactly(staff, claimed):
    exactly = {"at_0": "2026-12-03", "at_1": "19:30"}
    for data, at in (
        ({"next_try": ""}, None),
        ({"next_try": "tomorrow"}, NOON + 24 * HOUR),
        ({"next_try": "safe"}, NOON + 6 * HOUR),  # 5 pm in Chicago
        ({"next_try": "other"} | exactly, datetime.datetime(2026, 12, 4, 0, 30, tzinfo=datetime.UTC)),
        (exactly, datetime.datetime(2026, 12, 4, 0, 30, tzinfo=datetime.UTC)),  # on the clinic's clock
    ):
        assert attempt(staff, claimed, **data).status_code == 303
        claimed.refresh_from_db()
        assert claimed.next_try_at == at, data


def test_quick_choices_are_times_at_which_the_person_can_be_called_and_the_first_is_chosen(staff, claimed):
    page = staff.get(page_of(claimed))
    assert "When we can call them next (today, 6:00 pm)" in text_of(page)
    assert "In 1 hour" not in text_of(page) and "Tomorrow, same time" not in text_of(page)
    assert page.context["attempt_form"]["next_try"].value() == "safe"


def test_next_try_outside_safe_hours_is_warned_of_and_kept(staff, claimed):
    assert "outside their safe hours" in said(attempt(staff, claimed, next_try="hour"))
    assert "outside" not in said(attempt(staff, claimed, next_try="safe"))
    assert CallAttempt.objects.count() == 2


def test_call_that_makes_no_sense_comes_back_with_a_word_and_is_recorded(staff, claimed):
    for number, (data, problem) in enumerate(
        [
            ({"outcome": ""}, "Say how the call went."),
            ({"outcome": "nonsense"}, "Select a valid choice"),
            ({"next_try": "nonsense"}, "Select a valid choice"),
            ({"next_try": "other"}, "Give the date and the time of the next try."),
            ({"next_try": "other", "at_0": "2026-12-03"}, "Write the time like 9:00 AM, 2 PM or 14:30."),
            ({"next_try": "tomorrow", "at_0": "2026-12-03", "at_1": "19:30"}, "choose “At this date and time”"),
            ({"next_try": "other", "at_0": "x", "at_1": "y"}, "Write the date like 2026-12-24 or 12/24/2026."),
            ({"next_try": "other", "at_0": "2026-12-01", "at_1": "11:59"}, "That time has passed."),
            (
                {"next_try": "other", "at_0": "2027-12-01", "at_1": "12:00"},
                "The request will have been erased by then.",
            ),
            ({"next_try": "other", "at_0": "9999-12-31", "at_1": "23:59"}, ""),
            ({"next_try": "other", "at_0": "2027-03-14", "at_1": "02:30"}, ""),  # skipped when the clocks change
        ],
        start=1,
    ):
        response = attempt(staff, claimed, text="Rang twice.", **data)
        page = response.content.decode()
        assert response.status_code == 422 and ">\nRang twice.</textarea>" in page, data
        assert problem in page and 'class="problem"' in page, data
        link = page.split('Nothing is saved yet. <a href="#')[1].split('"')[0]
        assert f'id="{link}"' in page.split('id="calls-heading"')[1], data
        assert not claimed.notes.exists() and CallAttempt.objects.count() == 0
        assert records() == [("viewed", claimed.reference)] * number


def test_button_pressed_twice_logs_one_call(staff, claimed):
    page = now_on(claimed) | {"text": "Rang twice.", "next_try": "tomorrow"}
    attempt(staff, claimed, **page)
    response = attempt(staff, claimed, **page)
    assert response.status_code == 303 and "the call is logged" in said(response)
    assert (CallAttempt.objects.count(), claimed.notes.count()) == (1, 1)


@pytest.mark.parametrize("more", [{"text": "Rang twice."}, {"next_try": "tomorrow"}])
def test_button_pressed_again_with_other_input_is_reviewed_and_keeps_it(staff, claimed, more):
    page = now_on(claimed)
    attempt(staff, claimed, **page)
    response = attempt(staff, claimed, **page | more)
    assert response.status_code == 409 and "a call was logged" in text_of(response)
    assert more.get("text", "") in response.content.decode()
    assert CallAttempt.objects.count() == 1


def test_call_needs_the_claim(staff, asked):
    attempt(staff, asked)
    assert not CallAttempt.objects.exists()


def test_reached_person_waits_no_longer_and_is_not_tried_again(staff, asked):
    staff.post(step("claim", asked))
    response = attempt(staff, asked, "reached", next_try="hour")
    assert "Next try: none, as they were reached." in said(response)
    asked.refresh_from_db()
    assert (asked.state, asked.next_try_at, asked.is_waiting) == ("reached", None, False)
    assert said(press(staff, "release", asked)) == "You no longer have it."
    assert CallAttempt.objects.get().next_try_at is None


def test_request_can_be_closed_and_opened_again(staff, asked):
    staff.post(step("claim", asked))
    press(staff, "close", asked)
    asked.refresh_from_db()
    assert asked.state == "closed"
    attempt(staff, asked)
    assert CallAttempt.objects.count() == 0
    assert "Open it again" in text_of(staff.get(page_of(asked)))
    staff.post(step("reopen", asked))
    asked.refresh_from_db()
    assert (asked.state, asked.claimed_by.username) == ("claimed", "intake")
    assert "The request has changed." in said(staff.post(step("reopen", asked)))


def test_claim_of_a_colleague_is_theirs_until_it_is_overdue(staff, asked, alex):
    actions.claim(asked, alex)
    CallbackRequest.objects.update(due_at=timezone.now() + HOUR)
    assert "Take it from" not in text_of(staff.get(page_of(asked)))
    assert "Alex has claimed it" in said(staff.post(step("release", asked)))
    CallbackRequest.objects.update(due_at=timezone.now() - HOUR)
    assert "Take it from Alex and put it back" in text_of(staff.get(page_of(asked)))
    press(staff, "release", asked)
    asked.refresh_from_db()
    assert asked.claimed_by is None


def test_lead_gives_back_any_claim(client, asked, alex):
    actions.claim(asked, alex)
    press(sign_in(client, VIEW, WORK, ERASE), "release", asked)
    asked.refresh_from_db()
    assert asked.claimed_by is None


def test_posted_ids_of_other_requests_change_nothing(staff, asked):
    other = submit(nonce="another")
    staff.post(step("claim", asked), {"pk": other.pk, "id": other.pk, "request": other.pk, "claimed_by": "1"})
    data = {"pk": other.pk, "request": other.pk, "request_id": other.pk, "username": "alex"}
    staff.post(step("attempt", asked), {"outcome": "no_answer", "next_try": ""} | now_on(asked) | data)
    staff.post(step("note", asked), {"text": "Mine."} | data)
    other.refresh_from_db()
    assert (other.state, other.attempts.count(), other.notes.count()) == ("new", 0, 0)
    assert set(asked.attempts.values_list("username", flat=True)) == {"intake"}
