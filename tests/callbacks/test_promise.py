"""By when we promise to call: opening times and safe hours, told in literal times on the clinic's clock."""

import datetime
import itertools
from zoneinfo import ZoneInfo

import pytest

from callbacks.values.promise import promise, why_unpromised
from callbacks.values.safe_hours import UNKNOWN, PartOfDay, SafeHours
from tests.callbacks.opening import EVERY_DAY_8_TO_8, opened

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]
MORNING, AFTERNOON, EVENING = PartOfDay
NEW_YORK, CHICAGO, PACIFIC, HAWAII, GUAM = (
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "Pacific/Honolulu",
    "Pacific/Guam",
)

WEEKDAYS_8_TO_6 = [(day, "08:00", "18:00") for day in range(5)]
WITH_A_BREAK = [(day, *hours) for day in range(5) for hours in (("09:00", "12:00"), ("13:00", "17:00"))]
ALL_DAY_SUNDAY = [(6, "00:00", "23:59")]
MONDAY_LATE = [(0, "20:00", "23:00")]


def promised(received: str, safe: SafeHours) -> str | None:
    """Both times in UTC; None where nothing is promised."""
    at = datetime.datetime.fromisoformat(received).replace(tzinfo=datetime.UTC)
    found = promise(at, safe)
    if not found.is_promised:
        return None
    return found.by.astimezone(datetime.UTC).strftime("%a %Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("times", "within", "parts", "zone", "received", "expected"),
    [
        # Tuesday, November 24, 2026. The clinic is in New York: UTC-5, open from 13:00 to 23:00 UTC.
        (WEEKDAYS_8_TO_6, 4, (), NEW_YORK, "2026-11-24 15:00", "Tue 2026-11-24 19:00"),
        (WEEKDAYS_8_TO_6, 8, (), NEW_YORK, "2026-11-24 15:00", "Tue 2026-11-24 23:00"),
        (WEEKDAYS_8_TO_6, 8, (), NEW_YORK, "2026-11-24 15:01", "Wed 2026-11-25 13:15"),
        (WEEKDAYS_8_TO_6, 4, (), NEW_YORK, "2026-11-24 21:00", "Wed 2026-11-25 15:00"),
        (WEEKDAYS_8_TO_6, 4, (), NEW_YORK, "2026-11-24 09:00", "Tue 2026-11-24 17:00"),
        (WEEKDAYS_8_TO_6, 4, (), NEW_YORK, "2026-11-24 23:00", "Wed 2026-11-25 17:00"),
        (WEEKDAYS_8_TO_6, 1, (), NEW_YORK, "2026-11-24 22:59", "Wed 2026-11-25 14:00"),
        # Over the weekend
        (WEEKDAYS_8_TO_6, 4, (), NEW_YORK, "2026-11-27 21:00", "Mon 2026-11-30 15:00"),
        (WEEKDAYS_8_TO_6, 4, (), NEW_YORK, "2026-11-28 12:00", "Mon 2026-11-30 17:00"),
        (EVERY_DAY_8_TO_8, 4, (), NEW_YORK, "2026-11-28 12:00", "Sat 2026-11-28 17:00"),
        # Over lunch
        (WITH_A_BREAK, 4, (), NEW_YORK, "2026-11-24 15:00", "Tue 2026-11-24 20:00"),
        (WITH_A_BREAK, 2, (), NEW_YORK, "2026-11-24 17:30", "Tue 2026-11-24 20:00"),
        # Only in the morning: 13:00 to 17:00 UTC
        (WEEKDAYS_8_TO_6, 4, (MORNING,), NEW_YORK, "2026-11-24 15:00", "Wed 2026-11-25 15:00"),
        (WEEKDAYS_8_TO_6, 8, (MORNING,), NEW_YORK, "2026-11-24 18:00", "Wed 2026-11-25 17:00"),
        # Only in the evening, of which the clinic has one hour a day
        (WEEKDAYS_8_TO_6, 4, (EVENING,), NEW_YORK, "2026-11-24 15:00", "Wed 2026-11-25 23:00"),
        (WEEKDAYS_8_TO_6, 1, (EVENING,), NEW_YORK, "2026-11-27 23:30", "Mon 2026-11-30 23:00"),
        (WEEKDAYS_8_TO_6, 4, (MORNING, EVENING), NEW_YORK, "2026-11-24 15:00", "Wed 2026-11-25 14:00"),
        # Their morning is our afternoon: 16:00 to 20:00 UTC in California, 18:00 to 22:00 in Hawaii
        (WEEKDAYS_8_TO_6, 4, (MORNING,), PACIFIC, "2026-11-24 12:00", "Tue 2026-11-24 20:00"),
        (WEEKDAYS_8_TO_6, 4, (MORNING,), HAWAII, "2026-11-24 12:00", "Tue 2026-11-24 22:00"),
        (WEEKDAYS_8_TO_6, 4, (), PACIFIC, "2026-11-24 12:00", "Tue 2026-11-24 20:00"),
        (WEEKDAYS_8_TO_6, 3, (AFTERNOON,), PACIFIC, "2026-11-24 12:00", "Tue 2026-11-24 23:00"),
        (WEEKDAYS_8_TO_6, 2, (EVENING,), CHICAGO, "2026-11-24 12:00", None),  # theirs begins as we close
        # Guam: its morning, 22:00 to 02:00 UTC, is our evening of the day before
        (WEEKDAYS_8_TO_6, 2, (MORNING,), GUAM, "2026-11-24 12:00", "Wed 2026-11-25 23:00"),
        (EVERY_DAY_8_TO_8, 3, (MORNING,), GUAM, "2026-11-24 12:00", "Wed 2026-11-25 01:00"),
        (EVERY_DAY_8_TO_8, 2, (AFTERNOON,), GUAM, "2026-11-24 12:00", None),
        # Safe hours and opening times that never meet
        (WEEKDAYS_8_TO_6, 4, (EVENING,), PACIFIC, "2026-11-24 12:00", None),
        (MONDAY_LATE, 1, (), NEW_YORK, "2026-11-24 12:00", "Tue 2026-12-01 02:00"),
        (MONDAY_LATE, 2, (MORNING,), NEW_YORK, "2026-11-24 12:00", None),
        # Rounded up to a quarter of an hour, but not to when we are closed
        ([(day, "09:10", "17:10") for day in range(5)], 8, (), NEW_YORK, "2026-11-24 12:00", "Tue 2026-11-24 22:10"),
        # More hours than two working days have
        (MONDAY_LATE, 5, (), NEW_YORK, "2026-11-24 12:00", "Tue 2026-12-08 02:00"),
        # Nothing listed
        ([], 4, (), NEW_YORK, "2026-11-24 15:00", None),
        # The clocks go forward at 2:00 on March 8, 2026 (an hour is missing), back on November 1 (one comes twice).
        (ALL_DAY_SUNDAY, 2, (), NEW_YORK, "2026-03-08 05:00", "Sun 2026-03-08 14:00"),
        (ALL_DAY_SUNDAY, 2, (), NEW_YORK, "2026-11-01 04:00", "Sun 2026-11-01 15:00"),
        (EVERY_DAY_8_TO_8, 4, (), NEW_YORK, "2026-03-07 23:00", "Sun 2026-03-08 14:00"),
        (EVERY_DAY_8_TO_8, 4, (), NEW_YORK, "2026-10-31 22:00", "Sun 2026-11-01 15:00"),
        (WEEKDAYS_8_TO_6, 4, (MORNING,), "America/Phoenix", "2026-07-24 12:00", "Fri 2026-07-24 19:00"),
        (WEEKDAYS_8_TO_6, 4, (MORNING,), "America/Denver", "2026-07-24 12:00", "Fri 2026-07-24 18:00"),
        # A new year, a leap day
        (WEEKDAYS_8_TO_6, 4, (), NEW_YORK, "2026-12-31 21:00", "Fri 2027-01-01 15:00"),
        (EVERY_DAY_8_TO_8, 4, (), NEW_YORK, "2028-02-28 23:00", "Tue 2028-02-29 15:00"),
    ],
)
def test_promise_is_the_time_by_which_we_were_open_and_they_could_talk_long_enough(
    times, within, parts, zone, received, expected
):
    opened(times, within)
    assert promised(received, SafeHours(parts, zone)) == expected


def test_promise_costs_one_query(django_assert_num_queries):
    opened(WITH_A_BREAK, 8)
    promised("2026-11-24 15:00", SafeHours())
    with django_assert_num_queries(1):
        promised("2026-11-24 15:00", SafeHours())


@pytest.mark.parametrize("within", [1, 3, 8])
def test_promise_lies_ahead_within_safe_hours_and_while_we_are_open(within):
    opened(EVERY_DAY_8_TO_8, within)
    received = ["2026-11-24 15:00", "2026-03-08 06:30", "2026-11-01 05:30"]
    for zone, text in itertools.product([NEW_YORK, CHICAGO, PACIFIC, HAWAII, GUAM], received):
        at = datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)
        safe = SafeHours((MORNING, AFTERNOON, EVENING), zone)
        found = promise(at, safe)
        just_before = found.by - datetime.timedelta(seconds=1)
        assert found.is_promised and found.by >= at + datetime.timedelta(hours=within), (zone, text)
        assert safe.include(just_before), (zone, text)
        assert 8 <= just_before.astimezone(ZoneInfo(NEW_YORK)).hour < 20, (zone, text)


@pytest.mark.parametrize(
    ("times", "parts", "zone", "due", "why"),
    [
        ([], (), NEW_YORK, "Wed 15:00", "not_listed"),  # a day later
        (WEEKDAYS_8_TO_6, (EVENING,), PACIFIC, "Tue 19:00", "never_meet"),  # as for anybody
        (WEEKDAYS_8_TO_6, (EVENING,), UNKNOWN, "Tue 19:00", "zone_unknown"),
        (WEEKDAYS_8_TO_6, (), UNKNOWN, "Tue 19:00", "zone_unknown"),
        (WEEKDAYS_8_TO_6, (MORNING,), PACIFIC, "", ""),
    ],
)
def test_unpromised_request_is_still_due_and_says_why(times, parts, zone, due, why):
    opened(times, 4)
    at = datetime.datetime(2026, 11, 24, 15, tzinfo=datetime.UTC)
    safe = SafeHours(parts, zone)
    found = promise(at, safe)
    assert why_unpromised(safe, at) == why
    assert found.is_promised == (not why)
    if why:
        assert f"{found.by.astimezone(datetime.UTC):%a %H:%M}" == due
