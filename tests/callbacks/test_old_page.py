"""Closing a request and giving it back, from a page that is no longer true: what came since is read first."""

import dataclasses
import datetime

import pytest
from django.utils import timezone

from callbacks.casework import actions, submission
from callbacks.models import CallbackRequest
from tests.callbacks.buttons import press, shown_on
from tests.callbacks.helpers import (
    DETAILS,
    VIEW,
    WORK,
    page_of,
    records,
    said,
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
        assert said(staff.post(step(name, claimed), old)) == "Alex has claimed it."


def test_action_from_a_current_page_succeeds_at_once(staff, claimed, alex):
    noted(claimed, alex)
    assert press(staff, "close", claimed).status_code == 303
    claimed.refresh_from_db()
    assert claimed.state == "closed"
