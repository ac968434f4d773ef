"""What the form asks about hours, and what it says of hours at which nobody can call. None of it needs scripts."""

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError
from django.urls import reverse

from callbacks.models import CallbackRequest
from callbacks.values.safe_hours import UNKNOWN, PartOfDay, SafeHours, Zone
from editorial.text import snapshot
from tests.callbacks.helpers import CONTACT, VIEW, WORK, forget_requests, page_of, post_form, sign_in, text_of
from tests.callbacks.opening import WEEKDAYS_9_TO_6, opened

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]


@pytest.fixture
def nine_to_six(clock):
    opened(WEEKDAYS_9_TO_6, 8)
    clock.now = datetime.datetime(2026, 11, 30, 17, tzinfo=datetime.UTC)


def chosen(page) -> str:
    """The value of the zone that the page shows as chosen: the first, where none is marked."""
    select = re.search(r'<select name="zone".*?</select>', page.content.decode(), re.DOTALL)[0]
    marked = re.search(r'value="([^"]*)" selected', select)
    return (marked or re.search(r'value="([^"]*)"', select))[1]


def test_no_zone_is_chosen_for_the_person_and_the_page_says_which_clock_counts_then(client, settings):
    page = client.get(CONTACT)
    assert chosen(page) == ""
    assert "Choose one, or we will use Eastern time" in text_of(page)
    settings.TIME_ZONE = "America/Chicago"
    assert "Choose one, or we will use Central time" in text_of(client.get(CONTACT))


def test_time_that_the_form_promises_is_by_the_clock_of_the_clinic(client, nine_to_six):
    assert "by Tuesday, December 1, 11 am (our time)" in text_of(client.get(CONTACT))


@pytest.mark.parametrize("zone", ["America/Boise", "America/Indiana/Knox", "Europe/Berlin"])
def test_zone_of_the_clinic_is_among_the_choices_and_counts(client, settings, zone):
    settings.TIME_ZONE = zone
    assert f'value="{zone}"' in client.get(CONTACT).content.decode()
    assert post_form(client, times="morning", zone=zone).status_code == 303
    assert post_form(client, times=None, zone=None).status_code == 303
    assert {request.zone for request in CallbackRequest.objects.all()} == {zone}
    half_past_eight = datetime.datetime(2026, 7, 1, 8, 30, tzinfo=ZoneInfo(zone))
    assert CallbackRequest.objects.first().safe_hours.include(half_past_eight)
    assert not CallbackRequest.objects.first().safe_hours.include(half_past_eight - datetime.timedelta(hours=1))


def test_zone_is_asked_for_where_a_guess_could_hurt(client):
    for changes, status in (
        ({"times": "evening", "zone": None}, 422),
        ({"times": "evening", "zone": ""}, 422),
        ({"times": "evening", "zone": "other"}, 422),  # and says not where
        ({"times": None, "zone": "other"}, 422),
        ({"times": None, "zone": "", "phone": "+52 55 1234 5678"}, 422),
        ({"times": None, "zone": "", "phone": "+52 55 1234 5678", "place": "Mexico City"}, 303),
        ({"times": None, "zone": ""}, 303),
        ({"times": None, "zone": "", "elsewhere": "x"}, 422),
        ({"times": None, "zone": "America/Chicago", "elsewhere": "x"}, 303),
        ({"times": "evening", "zone": "other", "place": "Samoa"}, 303),
        ({"times": "evening", "zone": "", "place": "Samoa"}, 303),
        ({"times": "evening", "zone": "Mars/Olympus"}, 422),
    ):
        response = post_form(client, **changes)
        assert response.status_code == status, changes
        assert CallbackRequest.objects.count() == (status == 303), changes
        page = response.content.decode()
        assert status == 303 or ("Zoë Miller" in page and "Knock first." in page), changes
        asked = "Choose your time zone, so" in page
        assert (">Choose your time zone<" in page, "or we will use" in page) == (asked, status == 422 and not asked)
        forget_requests()


def test_place_outside_the_list_is_shown_to_staff_and_no_time_is_promised(client, nine_to_six):
    response = post_form(client, times="evening", zone="other", place="Pago Pago, Samoa")
    asked = CallbackRequest.objects.get()
    assert (asked.zone, asked.due_is_promised) == (UNKNOWN, False)
    words = text_of(client.get(response["Location"]))
    assert "We cannot promise a time before we know your local time" in words
    assert "We will reach you by" not in words and "not listed yet" not in words
    staff = sign_in(client, VIEW, WORK)
    page = text_of(staff.get(page_of(asked)))
    assert "Work out their local time before you call. Where they are: “Pago Pago, Samoa”." in page
    assert "there now" not in page and "time zone not known" in page
    queue = text_of(staff.get(reverse("admin:callbacks_callbackrequest_changelist")))
    assert "Time zone not known" in queue and "Call now" not in queue


@pytest.mark.parametrize(
    ("times", "zone", "can"),
    [
        ("evening", "America/Phoenix", "In Arizona time, we can call Monday to Friday 8 am to 4 pm."),
        ("evening", "America/Los_Angeles", "In Pacific time, we can call Monday to Friday 8 am to 3 pm."),
        ("evening", "America/Chicago", "In Central time, we can call Monday to Friday 8 am to 5 pm."),
        ("afternoon", "Pacific/Guam", "In Guam time, we can call Tuesday to Saturday 8 am to 9 am."),
    ],
)
def test_hours_that_never_meet_ours_come_back_once_with_those_that_do(client, nine_to_six, times, zone, can):
    response = post_form(client, times=times, zone=zone)
    assert response.status_code == 422 and CallbackRequest.objects.count() == 0
    assert f"We are closed at these times. {can}" in text_of(response)
    page = response.content.decode()
    assert chosen(response) == zone and re.search(f'value="{times}"[^>]* checked', page)
    for kept in ("Zoë Miller", "(212) 555-0123", "Knock first."):
        assert kept in page
    assert 'name="anyway"' in page and 'name="anyway"' not in client.get(CONTACT).content.decode()

    assert post_form(client, times="morning", zone=zone).status_code == 303  # chosen again
    assert CallbackRequest.objects.get().due_is_promised


def test_hours_of_a_week_in_which_clocks_change_name_no_day_twice(client, clock):
    opened(WEEKDAYS_9_TO_6, 8)
    clock.now = datetime.datetime(2027, 3, 12, 17, tzinfo=datetime.UTC)  # Friday
    words = text_of(post_form(client, times="evening", zone="America/Phoenix"))
    assert "we can call Monday to Thursday 8 am to 3 pm; Friday 8 am to 4 pm." in words


def test_hours_sent_again_are_accepted_with_an_honest_page(client, nine_to_six):
    response = post_form(client, times="evening", zone="America/Phoenix", anyway="on")
    assert response.status_code == 303
    asked = CallbackRequest.objects.get()
    assert asked.safe_hours == SafeHours((PartOfDay.EVENING,), "America/Phoenix")
    assert not asked.due_is_promised
    words = text_of(client.get(response["Location"]))
    assert "We are closed at the hours that you said are safe, so we may not be able to call you." in words
    assert "Our hours, where we are: Monday to Friday 9 am to 6 pm." in words
    assert "not listed" not in words and "We will reach you" not in words


def test_clinic_open_only_at_night_is_described_as_such(client):
    opened([(day, "22:00", "23:30") for day in range(7)], 8)
    response = post_form(client, times="evening", zone="America/New_York")
    assert response.status_code == 422 and "We are closed at all of these times where you are." in text_of(response)
    assert post_form(client, times=None, zone="America/New_York").status_code == 303  # nothing to choose again


def test_no_hours_are_refused_if_ours_are_unknown(client, monkeypatch):
    assert post_form(client, times="evening", zone="America/Phoenix").status_code == 303  # none are listed

    def away():
        raise DatabaseError

    monkeypatch.setattr(snapshot, "current", away)
    assert post_form(client, times="evening", zone="America/Phoenix").status_code in {303, 503}


def test_confirmation_mentions_safe_hours_only_if_chosen(client, nine_to_six):
    named, none = (client.get(post_form(client, times=each)["Location"]) for each in ("morning", None))
    assert "Central time), at the hours that you said are safe." in text_of(named)
    assert "We will reach you by" in text_of(none) and "that you said" not in text_of(none)


def test_contact_form_promises_no_time(client, nine_to_six):
    assert "tell you when to expect our call" in text_of(client.get(CONTACT)) and "at the latest" not in text_of(
        client.get(CONTACT)
    )


def test_every_zone_goes_through_the_form(client):
    for zone in Zone:
        assert post_form(client, times="morning", zone=zone).status_code == 303
        assert CallbackRequest.objects.latest("received_at").zone == zone
