"""Opening times and closed days: as editors type them, and as readers are told of them."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from callbacks.casework import setup_gaps
from editorial.admin.fields import HOW, ClockField, MomentField
from editorial.models import Clinic, OpeningTime, SpecialDay
from operations import readiness
from phases.models import Phase
from tests.callbacks.helpers import text_of
from tests.callbacks.opening import closed, opened
from tests.editorial.test_revisions import form_of
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

PAGE = f"/admin/editorial/clinic/{Clinic.ONLY}/change/"
TODAY = datetime.date(2026, 12, 15)
WEEKDAYS = [(day, "09:00", "17:00") for day in range(5)]


@pytest.fixture
def editor(client, guide, december):
    client.force_login(make_staff("ed", roles=("Editors",)))
    return client


@pytest.fixture
def december(clock):
    clock.now = datetime.datetime(2026, 12, 15, 17, tzinfo=datetime.UTC)


def filled(times: list[tuple], days: list[tuple] = ()) -> dict[str, str]:
    """The page as an editor sends it, where nothing was listed before."""
    data = {"name": "Our line", "phone": "(212) 555-0123", "call_within_hours": "8"}
    for prefix, rows, names in (
        ("opening_times", times, ("weekday", "opens", "closes")),
        ("special_days", days, ("day", "opens", "closes")),
    ):
        data |= {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": "0"}
        for number, row in enumerate(rows):
            data |= {f"{prefix}-{number}-{name}": value for name, value in zip(names, row, strict=True)}
    return data


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("9:00 AM", "09:00"),
        ("2 am", "02:00"),
        ("14:30", "14:30"),
        ("9 a.m.", "09:00"),
        ("5:15PM", "17:15"),
        ("12 AM", "00:00"),
        ("12 pm", "12:00"),
        ("9:00\u202fAM", "09:00"),  # as newer browsers write it
        ("09:00:00", "09:00"),
    ],
)
def test_time_is_taken_as_people_in_the_states_write_it(typed, stored):
    assert ClockField().clean(typed) == datetime.time.fromisoformat(stored)
    assert f"{timezone.localtime(MomentField().clean(['12/24/2026', typed])):%H:%M}" == stored


@pytest.mark.parametrize("typed", ["9", "13 PM", "25:00", "nine", "9:60 AM"])
def test_time_that_cannot_be_read_is_told_how_to_write_it(typed):
    for clean in (lambda: ClockField().clean(typed), lambda: MomentField().clean(["2026-12-24", typed])):
        with pytest.raises(ValidationError, match=HOW):
            clean()


def test_moment_when_clocks_change_or_years_off_is_read_or_told_what_to_choose():
    assert str(MomentField().clean(["2026-11-01", "1:30 AM"])) == "2026-11-01 01:30:00-04:00"  # the first of two
    for day, told in (("2027-03-14", "an hour later"), ("9999-12-31", "50 years"), ("0001-01-01", "50 years")):
        with pytest.raises(ValidationError, match=told):
            MomentField().clean([day, "2:30 AM"])


def test_editor_lists_times_and_closed_days_and_readers_are_told(editor):
    days = [("12/24/2026", "", ""), ("2026-12-31", "9:00 AM", "1 pm"), ("2027-03-01", "", "")]
    data = filled([(str(day), "9:00 AM", "5 p.m.") for day in range(5)], days)
    assert editor.post(PAGE, data).status_code == 302
    hours = "Monday to Friday 9 am to 5 pm; closed on Thursday, December 24; open Thursday, December 31, 9 am to 1 pm"
    assert Clinic.objects.get().hours_shown == hours
    assert SpecialDay.objects.count() == 3
    assert 'value="9:00 AM"' in editor.get(PAGE).content.decode()
    for page in (reverse("callbacks:contact"), "/", reverse("about")):
        assert hours in text_of(editor.get(page)), page


def test_article_and_stage_name_the_format_too(admin, guide):
    data = {"published_at_0": "12/24/2026", "published_at_1": "nine"}
    for page in ("articles/article/add", f"phases/phase/{Phase.objects.first().pk}/change"):
        assert HOW in admin.post(f"/admin/{page}/", data).content.decode()


@pytest.mark.parametrize(
    ("days", "problem"),
    [
        ([("2026-12-24", "9:00 AM", "")], "Give both times"),
        ([("2026-12-24", "", "1 PM")], "Give both times"),
        ([("2026-12-24", "5 PM", "9 AM")], "Give both times"),
        ([("2026-12-24", "9", "1 PM")], HOW),
        ([("2026-12-24", "", ""), ("2026-12-24", "9 AM", "1 PM")], "Another row says the same."),
        ([("2/30", "9 AM", "1 PM")], "Write the date like"),
        ([("", "9 AM", "1 PM")], "Fill this in."),
    ],
)
def test_day_that_cannot_be_is_told_and_nothing_is_stored(editor, days, problem):
    response = editor.post(PAGE, filled([], days))
    assert response.status_code == 200 and problem in response.content.decode()
    assert SpecialDay.objects.count() == 0


@pytest.mark.parametrize("row", [(2, "nine", "17:00"), (2, "9:00", ""), ("", "9:00", "17:00"), (9, "9:00", "17:00")])
def test_time_that_cannot_be_is_told_and_nothing_is_stored(editor, row):
    response = editor.post(PAGE, filled([row]))
    assert response.status_code == 200 and "opening time" in text_of(response)
    assert not OpeningTime.objects.exists()


def test_form_with_times_and_days_that_cannot_be_read_comes_back_with_each_named(editor):
    page = text_of(editor.post(PAGE, filled([(2, "9 am", ""), ("", "9 am", "5 pm")], [("25 Dec", "", "")])))
    assert "Wednesday: Closes : Fill this in." in page and "Opening time: Weekday : Fill this in." in page
    assert "Closed day or day with other hours: Date : Write the date like 2026-12-24 or 12/24/2026." in page


def test_form_with_more_than_a_hundred_days_can_be_saved(editor):
    closed({TODAY + datetime.timedelta(days=number): None for number in range(103)})
    clinic = Clinic.objects.get()
    saved = editor.post(PAGE, form_of(editor, clinic) | {"special_days-0-DELETE": "on"})
    assert saved.status_code == 302, text_of(saved)
    assert SpecialDay.objects.count() == 102


def test_days_that_are_over_or_far_off_are_not_told(december):
    opened(WEEKDAYS, 8)
    offsets = [-1, 0, 28, 29]
    closed({TODAY + datetime.timedelta(days=offset): None for offset in offsets})
    assert Clinic.objects.get().hours_shown == (
        "Monday to Friday 9 am to 5 pm; closed on Tuesday, December 15; closed on Tuesday, January 12"
    )


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ([], ""),
        (WEEKDAYS, "Monday to Friday 9 am to 5 pm"),
        ([*WEEKDAYS, (5, "10:00", "12:00")], "Monday to Friday 9 am to 5 pm; Saturday 10 am to noon"),
        ([(0, "09:00", "17:00"), (2, "09:00", "17:00")], "Monday 9 am to 5 pm; Wednesday 9 am to 5 pm"),
        ([(5, "09:00", "17:00"), (6, "09:00", "17:00")], "Saturday and Sunday 9 am to 5 pm"),
        ([(0, "09:00", "12:00"), (0, "13:00", "17:30")], "Monday 9 am to noon and 1 pm to 5:30 pm"),
    ],
)
def test_week_reads_as_people_say_it(times, words):
    opened(times, 8)
    assert Clinic.objects.get().listed_hours == words


def test_what_is_not_listed_is_named_to_staff(december):
    assert "No opening times are listed" in (setup_gaps.no_opening_times() or "")
    opened(WEEKDAYS, 8)
    assert setup_gaps.no_opening_times() is None
    finding = readiness.opening_hours(timezone.now(), {})
    assert finding.state == "note" and "No closed day is listed for the coming year" in finding.text
    closed({TODAY - datetime.timedelta(days=1): None, TODAY + datetime.timedelta(days=400): None})
    assert setup_gaps.no_closed_days()
    closed({TODAY + datetime.timedelta(days=9): None})
    assert readiness.opening_hours(timezone.now(), {}).state == "ok"
    assert OpeningTime.objects.count() == 5
