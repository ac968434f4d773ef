"""The queue and the next try beside our opening hours: who can be called, who comes next, what is marked."""

import datetime

import pytest
from django.utils import timezone

from callbacks.casework import actions
from callbacks.models import CallbackRequest
from callbacks.values.safe_hours import UNKNOWN, PartOfDay, SafeHours
from tests.callbacks.buttons import now_on
from tests.callbacks.helpers import QUEUE, VIEW, WORK, page_of, said, sign_in, step, text_of
from tests.callbacks.opening import closed, opened
from tests.callbacks.test_queue import ask, row_of, shown
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)
MORNING, AFTERNOON, EVENING = PartOfDay
NEW_YORK, CHICAGO, ARIZONA, PACIFIC = "America/New_York", "America/Chicago", "America/Phoenix", "America/Los_Angeles"
NEVER = SafeHours((EVENING,), ARIZONA)  # 7 to 11 pm at the clinic
WEEK = [*((day, "09:00", "18:00") for day in range(5)), (5, "10:00", "16:00"), (6, "10:00", "16:00")]


@pytest.fixture
def at_the_clinic(clock):
    """Sets what time it is at the clinic, which is open from 9 to 6, and from 10 to 4 on Saturday and Sunday."""
    opened(WEEK, 8)

    def show(text: str) -> datetime.datetime:
        clock.now = timezone.make_aware(datetime.datetime.fromisoformat(text))
        return clock.now

    return show


def test_at_night_those_come_first_who_can_be_called_soonest_in_the_morning(client, at_the_clinic):
    now = at_the_clinic("2026-12-01 00:53")  # a Tuesday
    never = ask(1, NEVER, due_at=now - 5 * HOUR)
    unknown = ask(2, SafeHours((), UNKNOWN), due_at=now - 6 * HOUR)
    evening = ask(3, SafeHours((EVENING,), NEW_YORK), due_at=now + HOUR)  # 5 pm
    pacific = ask(4, SafeHours((), PACIFIC), due_at=now + HOUR)  # 11 am; 9:53 pm there now, so not now either
    promised = ask(5, SafeHours((MORNING,), NEW_YORK), due_at=now + 12 * HOUR)  # 9 am
    earlier = ask(6, SafeHours((), NEW_YORK), due_at=now + 9 * HOUR)  # 9 am
    agreed = ask(7, SafeHours((), NEW_YORK), due_at=now + HOUR, next_try_at=now + 14 * HOUR, state="attempted")
    sign_in(client, VIEW)
    assert shown(client) == [earlier, promised, pacific, agreed, evening, unknown, never]
    assert shown(client, "?time=now") == []
    assert shown(client, "?time=never") == [unknown, never]
    assert client.get(QUEUE).context["tally"]["callable"] == 0
    assert "Safe hours never overlap our hours" in row_of(client, never)
    begins = {promised: "today, 9:00 am", pacific: "today, 11:00 am", evening: "today, 5:00 pm"}
    for request, at in begins.items():
        assert f"Can call from {at}" in row_of(client, request)
    assert all("Can call from" not in row_of(client, request) for request in (agreed, never, unknown))
    assert "never meet" not in row_of(client, evening) and "Call now" not in row_of(client, earlier)


def test_nobody_can_be_called_while_we_are_closed(client, at_the_clinic):
    closed({datetime.date(2026, 12, 24): None, datetime.date(2026, 12, 31): ("09:00", "13:00")})
    at_the_clinic("2026-12-01 08:00")
    request, user = ask(1, SafeHours((), NEW_YORK)), make_staff("intake", permissions=(VIEW,))
    for at, can in [
        ("2026-12-01 08:59", False),
        ("2026-12-01 09:00", True),
        ("2026-12-01 17:59", True),
        ("2026-12-01 18:00", False),
        ("2026-12-05 09:30", False),  # a Saturday
        ("2026-12-05 10:30", True),
        ("2026-12-24 12:00", False),  # closed
        ("2026-12-31 11:00", True),  # a short day
        ("2026-12-31 14:00", False),
    ]:
        now = at_the_clinic(at)
        client.force_login(user)
        assert (list(CallbackRequest.objects.callable(now)) == [request]) is can, at
        assert ("Call now" in row_of(client, request)) is can, at
        assert ("We are closed now." in text_of(client.get(page_of(request)))) is not can, at


def test_where_no_hours_are_listed_safe_hours_alone_count(client, at_the_clinic):
    now = at_the_clinic("2026-12-01 20:30")
    opened([], 8)
    request = ask(1, SafeHours((EVENING,), NEW_YORK))
    assert list(CallbackRequest.objects.callable(now)) == [request]
    assert list(CallbackRequest.objects.never_met(now)) == []


@pytest.mark.parametrize(
    ("at", "safe", "offered", "proposed"),
    [
        ("2026-12-01 12:30", SafeHours((), NEW_YORK), {"hour", "tomorrow", "safe"}, "hour"),
        ("2026-12-01 17:30", SafeHours((), NEW_YORK), {"tomorrow", "safe"}, "safe"),  # 9 am comes before 5:30 pm
        ("2026-12-01 11:30", SafeHours((MORNING,), NEW_YORK), {"tomorrow", "safe"}, "safe"),
        ("2026-12-04 17:30", SafeHours((EVENING,), NEW_YORK), {"safe"}, "safe"),  # Friday: next is Monday, 5 pm
        ("2026-12-23 12:30", SafeHours((), NEW_YORK), {"hour", "safe"}, "hour"),  # tomorrow is closed
        ("2026-12-01 12:30", NEVER, set(), ""),
        ("2026-12-01 12:30", SafeHours((), UNKNOWN), set(), ""),
    ],
)
def test_quick_choices_fall_within_opening_and_safe_hours_and_the_first_is_proposed(
    client, at_the_clinic, at, safe, offered, proposed
):
    closed({datetime.date(2026, 12, 24): None})
    at_the_clinic(at)
    request = ask(1, safe)
    staff = sign_in(client, VIEW, WORK)
    staff.post(step("claim", request))
    form = staff.get(page_of(request)).context["attempt_form"]
    assert {choice for choice, _ in form.fields["next_try"].choices} == {*offered, "other", ""}
    assert form["next_try"].value() == proposed
    assert not any("closed" in label or "outside" in label for _, label in form.fields["next_try"].choices)


def test_next_try_that_was_proposed_is_what_an_unanswered_call_leaves(client, at_the_clinic):
    now = at_the_clinic("2026-12-04 17:30")
    request = ask(1, SafeHours((EVENING,), NEW_YORK), due_at=now + HOUR)
    staff = sign_in(client, VIEW, WORK)
    staff.post(step("claim", request))
    proposed = staff.get(page_of(request)).context["attempt_form"]["next_try"].value()
    staff.post(step("attempt", request), {"outcome": "no_answer", "next_try": proposed} | now_on(request))
    request.refresh_from_db()
    assert timezone.localtime(request.next_try_at).strftime("%a %H:%M") == "Mon 17:00"


@pytest.mark.parametrize(
    ("day", "time", "mark"),
    [
        ("2026-12-02", "17:15", ""),
        ("2026-12-02", "12:00", "outside their safe hours"),
        ("2026-12-02", "5:15 PM", ""),
        ("2026-12-02", "19:00", "we are closed then"),
        ("2026-12-02", "07:00", "outside their safe hours; we are closed then"),
        ("2026-12-24", "17:15", "we are closed then"),
    ],
)
def test_next_try_outside_either_hours_is_kept_with_a_mark(client, at_the_clinic, day, time, mark):
    closed({datetime.date(2026, 12, 24): None})
    at_the_clinic("2026-12-01 17:30")
    request = ask(1, SafeHours((EVENING,), NEW_YORK))
    staff = sign_in(client, VIEW, WORK)
    actions.claim(request, staff.get(page_of(request)).wsgi_request.user)
    data = {"outcome": "call_later", "next_try": "other", "at_0": day, "at_1": time} | now_on(request)
    response = staff.post(step("attempt", request), data)
    request.refresh_from_db()
    assert request.next_try_at is not None
    assert (f"Next try: {mark}." in said(response)) is bool(mark)
    row = row_of(staff, request)
    assert mark in row and ("closed then" in row or "outside" in row) is bool(mark)


def test_queue_order_needs_no_more_queries_for_more_zones(client, at_the_clinic, django_assert_max_num_queries):
    at_the_clinic("2026-12-01 00:53")
    for number, zone in enumerate([NEW_YORK, CHICAGO, ARIZONA, PACIFIC, UNKNOWN] * 3):
        ask(number, SafeHours(tuple(PartOfDay)[: number % 4], zone))
    sign_in(client, VIEW)
    client.get(QUEUE)
    with django_assert_max_num_queries(15):
        client.get(QUEUE)
