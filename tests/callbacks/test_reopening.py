"""Opening a finished request again: whom a colleague reached is not taken from them by a button."""

import datetime

import pytest
from django.utils import timezone

from callbacks.casework import actions
from callbacks.models import CallbackRequest
from tests.callbacks.helpers import ERASE, VIEW, WORK, page_of, said, shows_number, sign_in, step, text_of

pytestmark = pytest.mark.django_db

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
    assert said(response) == ("Alex has reached the person. Only Alex or a lead can open the request again.")
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
def test_request_that_was_closed_or_is_nobodys_is_opened_again_by_anybody(client, reached, change):
    CallbackRequest.objects.update(**change)
    sign_in(client, VIEW, WORK)
    assert OPEN_AGAIN in text_of(client.get(page_of(reached)))
    client.post(step("reopen", reached))
    reached.refresh_from_db()
    assert (reached.state, reached.claimed_by.username) == ("claimed", "intake")
