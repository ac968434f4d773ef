"""The page behind the private link, as the request goes on: what the person may know, on their own clock."""

import datetime

import pytest

from callbacks.casework import actions, submission
from callbacks.models import CallAttempt, CallbackRequest
from callbacks.values.details import Details
from callbacks.values.safe_hours import SafeHours
from tests.callbacks.helpers import DETAILS, link_to, post_form, shows_number, stored, submit, text_of
from tests.callbacks.opening import EVERY_DAY_8_TO_8, opened
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 11, 24, 17, 0, tzinfo=datetime.UTC)  # at the clinic; 11 am in Chicago, 7 am in Hawaii
Outcome = CallAttempt.Outcome


@pytest.fixture
def clock(clock):
    clock.now = NOON
    return clock


def tried(request: CallbackRequest, who, outcome: str, at: datetime.datetime) -> None:
    attempt = actions.log_attempt(request, who, outcome)
    CallAttempt.objects.filter(pk=attempt.pk).update(at=at)


def words(client) -> str:
    response = client.get(link_to())
    assert response.status_code == 200
    return text_of(response)


@pytest.mark.parametrize(
    ("zone", "received", "by"),
    [
        ("America/New_York", "Tuesday, November 24, noon", "Tuesday, November 24, 4 pm (Eastern time)"),
        ("America/Chicago", "Tuesday, November 24, 11 am", "Tuesday, November 24, 3 pm (Central time)"),
        ("Pacific/Honolulu", "Tuesday, November 24, 7 am", "Tuesday, November 24, noon (Hawaii time)"),
        ("Pacific/Guam", "Wednesday, November 25, 3 am", "Thursday, November 26, 9 am (Guam time)"),
    ],
)
def test_promise_and_receipt_are_in_the_persons_time_zone(client, clock, zone, received, by):
    opened(EVERY_DAY_8_TO_8, 4)
    submit(details=Details("Jo", "+12125550123", safe_hours=SafeHours((), zone)))
    page = words(client)
    assert f"Received {received}" in page
    assert f"We will reach you by {by}." in page


def test_missed_promise_is_admitted(client, clock):
    opened(EVERY_DAY_8_TO_8, 4)
    submit(details=Details("Jo", "+12125550123"))
    clock.now = NOON + datetime.timedelta(hours=4)
    assert "we are late" not in words(client)
    clock.now = NOON + datetime.timedelta(hours=4, minutes=1)
    page = words(client)
    assert (
        "We promised to reach you by Tuesday, November 24, 4 pm (Eastern time), and we are late. We are sorry." in page
    )
    assert "866-512-1908" in page


def test_nothing_is_promised_without_opening_hours(client, clock):
    submit()
    clock.now = NOON + datetime.timedelta(days=5)
    page = words(client)
    assert "We cannot promise a time" in page and "we are late" not in page


def test_claimed_request_is_in_hand_and_nobody_on_the_staff_is_named(client):
    staff = make_staff("hildegard")
    actions.claim(submit(), staff)
    page = words(client)
    assert "Someone on our staff is working on it" in page
    assert "hildegard" not in page.lower() and "We have your request" in page


@pytest.mark.parametrize("outcome", [each for each in Outcome if each != Outcome.REACHED])
def test_attempt_is_shown_in_local_time_without_its_outcome(client, outcome):
    request, staff = submit(), make_staff("intake")
    actions.claim(request, staff)
    tried(request, staff, outcome, NOON + datetime.timedelta(hours=3, minutes=30))
    page = words(client)
    assert "We tried to reach you Tuesday, November 24, 2:30 pm" in page
    assert client.get(link_to()).content.decode().count("<h1>We tried to reach you</h1>") == 1
    assert Outcome(outcome).label not in page and "intake" not in page


def test_attempts_are_shown_in_order(client, clock):
    request, staff = submit(), make_staff("intake")
    actions.claim(request, staff)
    tried(request, staff, Outcome.NO_ANSWER, NOON + datetime.timedelta(hours=1))
    tried(request, staff, Outcome.NO_ANSWER, NOON + datetime.timedelta(hours=3))
    tried(request, staff, Outcome.REACHED, NOON + datetime.timedelta(days=1))
    page = words(client)
    told = [
        "Received Tuesday",
        "We tried to reach you Tuesday, November 24, noon",
        "We tried to reach you Tuesday, November 24, 2 pm",
        "We talked Wednesday, November 25, 11 am",
    ]
    places = [page.index(each) for each in told]
    assert places == sorted(places)
    assert "<h1>We talked</h1>" in client.get(link_to()).content.decode()
    assert "We will reach you" not in page and "we are late" not in page


def test_closed_request_is_shown_with_how_to_ask_again(client):
    request, staff = submit(), make_staff("intake")
    actions.claim(request, staff)
    actions.close(request, staff)
    page = words(client)
    assert "Your request is closed" in page
    assert "If you still want to talk, ask for a call again." in page
    assert "We will reach you" not in page and "working on it" not in page


@pytest.mark.parametrize("state", [each for each in CallbackRequest.State if each != CallbackRequest.State.WITHDRAWN])
def test_every_state_keeps_the_reference_the_way_back_and_what_the_person_typed_to_itself(client, state):
    request = submit(stored())
    CallbackRequest.objects.update(state=state)
    page = words(client)
    assert request.reference in page and "Cancel my request" in page and "866-512-1908" in page
    assert "card.jpg" not in page
    shown = [each in page for each in ("Zoë", "Miller", "Knock")] + [shows_number(page)]
    assert shown == [state != "reached"] * 4  # to be corrected, until we have talked


def test_note_of_a_colleague_is_never_shown(client):
    request, staff = submit(), make_staff("intake")
    actions.claim(request, staff)
    actions.add_note(request, staff, "Sounded unwell on the phone.")
    assert "unwell" not in words(client)


def test_correction_brings_a_closed_request_back_with_a_new_promise(client, clock):
    opened(EVERY_DAY_8_TO_8, 4)
    submit(details=Details("Jo", "+12125550123"))
    CallbackRequest.objects.update(state="closed")
    clock.now = NOON + datetime.timedelta(hours=2)
    request = submit(details=Details("Jo", "+12125550199"))
    assert request.is_waiting
    assert "We will reach you by" in words(client)


def test_confirmation_after_a_real_post_shows_the_promise(client):
    opened(EVERY_DAY_8_TO_8, 4)
    location = post_form(client)["Location"]
    request = CallbackRequest.objects.get()
    assert request.open_details() == DETAILS and request.due_is_promised
    assert "(Central time), at the hours that you said are safe." in text_of(client.get(location))


@pytest.mark.parametrize("was_called", [True, False])
def test_request_opened_again_days_later_is_late_only_if_nobody_called(client, asked, alex, clock, was_called):
    opened(EVERY_DAY_8_TO_8, 8)
    actions.claim(asked, alex)
    if was_called:
        actions.log_attempt(asked, alex, Outcome.REACHED)
    else:
        actions.close(asked, alex)
    clock.now += datetime.timedelta(days=10)
    actions.reopen(asked, alex)
    assert asked.is_waiting and asked.is_overdue is not was_called
    assert ("We will reach you by" in text_of(client.get(link_to()))) is was_called


def test_late_promise_of_a_request_opened_again_stays_what_was_said_after_a_correction(asked, alex, clock):
    opened(EVERY_DAY_8_TO_8, 8)
    actions.claim(asked, alex)
    actions.log_attempt(asked, alex, Outcome.REACHED)
    clock.now += datetime.timedelta(days=10)
    actions.reopen(asked, alex)
    promised = asked.due_at
    clock.now = promised + datetime.timedelta(hours=1)
    submission.correct(asked, message="Still here.")
    asked.refresh_from_db()
    assert (asked.due_at, asked.is_overdue) == (promised, True)


def test_file_after_the_call_is_promised_no_call(client, asked, alex):
    words = "Even if your file does not go through, we will call you."
    assert words in text_of(client.get(link_to()))
    actions.claim(asked, alex)
    actions.log_attempt(asked, alex, Outcome.REACHED)
    page = text_of(client.get(link_to()))
    assert words not in page and "If we asked you for one, send it, then call us." in page
