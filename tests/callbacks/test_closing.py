"""Ending the work on a request and taking it up again: what came since is read first, and each keeps their own."""

import dataclasses
import datetime

import pytest
from django.utils import timezone

from callbacks.casework import actions, submission
from callbacks.models import CallbackRequest
from tests.callbacks.buttons import press, shown_on
from tests.callbacks.helpers import (
    DETAILS,
    ERASE,
    VIEW,
    WORK,
    page_of,
    records,
    said,
    shows_number,
    sign_in,
    step,
    stored,
    submit,
    text_of,
)
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

STEPS = ("close", "release")


def corrected(request: CallbackRequest, alex) -> None:
    submit(details=dataclasses.replace(DETAILS, message="I am not safe here any more."))


def file_sent(request: CallbackRequest, alex) -> None:
    submission.add_files(request, stored("file_2"))


def called(request: CallbackRequest, alex) -> None:
    actions.log_attempt(request, request.claimed_by, "no_answer")


def noted(request: CallbackRequest, alex) -> None:
    actions.add_note(request, alex, "They rang us back.")


@pytest.mark.parametrize(
    ("name", "change", "news"),
    [
        ("close", corrected, "the person changed this request"),
        ("release", file_sent, "its files changed"),
        ("close", called, "a call was logged"),
        ("release", noted, "a note was written"),
    ],
)
def test_step_from_a_page_older_than_a_change_waits_until_it_was_read(staff, claimed, alex, name, change, news):
    old = shown_on(staff.get(page_of(claimed)))
    change(claimed, alex)
    claimed.refresh_from_db()
    state, before = claimed.state, len(records())

    refused = staff.post(step(name, claimed), old)
    assert refused.status_code == 409
    assert f"Since you opened this page: {news}. Review it" in text_of(refused)
    claimed.refresh_from_db()
    assert (claimed.state, claimed.claimed_by.username) == (state, "intake")
    assert records()[before:] == [("viewed", claimed.reference)]

    assert staff.post(step(name, claimed), shown_on(refused)).status_code == 303
    claimed.refresh_from_db()
    assert claimed.state == "closed" if name == "close" else claimed.claimed_by is None


@pytest.mark.parametrize("name", STEPS)
def test_all_changes_are_reported_at_once(staff, claimed, alex, name):
    old = shown_on(staff.get(page_of(claimed)))
    noted(claimed, alex)
    corrected(claimed, alex)
    words = text_of(staff.post(step(name, claimed), old))
    assert "the person changed this request, a note was written." in words
    assert "I am not safe here any more." in words and "They rang us back." in words


@pytest.mark.parametrize(("name", "sent"), [("close", {}), ("release", {"shown": "nonsense"})])
def test_step_from_a_page_that_does_not_say_what_it_showed_waits_once(staff, claimed, name, sent):
    refused = staff.post(step(name, claimed), sent)
    assert refused.status_code == 409
    assert staff.post(step(name, claimed), shown_on(refused)).status_code == 303


def test_claim_passed_to_another_colleague_is_not_taken_unnoticed(staff, asked, alex):
    """As Alex put it back, and somebody took it up, after the page offered to take it from Alex."""
    actions.claim(asked, alex)
    CallbackRequest.objects.update(due_at=timezone.now() - datetime.timedelta(hours=1))
    old = shown_on(staff.get(page_of(asked)))
    actions.release(asked, alex)
    kim = make_staff("kim", permissions=(VIEW, WORK))
    actions.claim(asked, kim)
    refused = staff.post(step("release", asked), old)
    assert refused.status_code == 409
    words = text_of(refused)
    assert "it changed hands" in words and "Take it from kim and put it back" in words
    asked.refresh_from_db()
    assert asked.claimed_by == kim


def test_claim_lost_or_request_withdrawn_is_still_said_first(staff, claimed, alex):
    old = shown_on(staff.get(page_of(claimed)))
    actions.release(claimed, claimed.claimed_by)
    actions.claim(claimed, alex)
    for name in STEPS:
        assert said(staff.post(step(name, claimed), old)) == "Not done. Alex has claimed it."


def test_action_from_a_current_page_succeeds_at_once(staff, claimed, alex):
    noted(claimed, alex)
    assert press(staff, "close", claimed).status_code == 303
    claimed.refresh_from_db()
    assert claimed.state == "closed"


OPEN_AGAIN = "Open it again"


@pytest.fixture
def reached(asked, alex) -> CallbackRequest:
    """Alex talked to the person."""
    actions.claim(asked, alex)
    actions.log_attempt(asked, alex, "reached")
    return asked


@pytest.mark.parametrize("days", [-1, 1])
def test_request_that_a_colleague_reached_stays_theirs_also_past_its_time(client, reached, alex, days):
    CallbackRequest.objects.update(due_at=timezone.now() + datetime.timedelta(days=days))
    sign_in(client, VIEW, WORK)
    assert OPEN_AGAIN not in text_of(client.get(page_of(reached)))
    response = client.post(step("reopen", reached))
    assert (response.status_code, response["Location"]) == (303, page_of(reached))
    assert said(response) == "Not done. Alex has reached the person. Only Alex or a lead can open the request again."
    assert not shows_number(client.post(step("reveal", reached)).content.decode())
    reached.refresh_from_db()
    assert (reached.state, reached.claimed_by) == ("reached", alex)


@pytest.mark.parametrize("rights", [(VIEW, WORK, ERASE), (VIEW, WORK)])
def test_reached_request_is_opened_again_by_a_lead_and_by_its_owner(client, reached, alex, rights):
    client.force_login(alex)
    who = alex.username
    if ERASE in rights:
        sign_in(client, *rights)
        who = "intake"
    assert OPEN_AGAIN in text_of(client.get(page_of(reached)))
    client.post(step("reopen", reached))
    reached.refresh_from_db()
    assert (reached.state, reached.claimed_by.username) == ("claimed", who)


@pytest.mark.parametrize("change", [{"state": "closed"}, {"claimed_by": None, "claimed_at": None}])
def test_closed_or_unclaimed_request_is_reopened_by_anyone(client, reached, change):
    CallbackRequest.objects.update(**change)
    sign_in(client, VIEW, WORK)
    assert OPEN_AGAIN in text_of(client.get(page_of(reached)))
    client.post(step("reopen", reached))
    reached.refresh_from_db()
    assert (reached.state, reached.claimed_by.username) == ("claimed", "intake")
