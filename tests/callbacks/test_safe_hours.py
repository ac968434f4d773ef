"""Safe hours: parts of the day on the person's own clock, in whichever zone and on whichever night."""

import datetime

import pytest

from callbacks.values.safe_hours import UNKNOWN, PartOfDay, SafeHours, Zone

pytestmark = pytest.mark.any_backend

MORNING, AFTERNOON, EVENING = PartOfDay


def utc(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("parts", "zone", "at", "included"),
    [
        # New York in November is UTC-5: 8:00 there is 13:00 UTC.
        ((MORNING,), "America/New_York", "2026-11-24 12:59", False),
        ((MORNING,), "America/New_York", "2026-11-24 13:00", True),
        ((MORNING,), "America/New_York", "2026-11-24 16:59", True),
        ((MORNING,), "America/New_York", "2026-11-24 17:00", False),
        # and in July UTC-4
        ((MORNING,), "America/New_York", "2026-07-24 12:00", True),
        ((MORNING,), "America/New_York", "2026-07-24 16:00", False),
        ((AFTERNOON,), "America/Chicago", "2026-11-24 18:00", True),
        ((AFTERNOON,), "America/Chicago", "2026-11-24 23:00", False),
        ((EVENING,), "America/Los_Angeles", "2026-11-25 01:00", True),  # 5 pm the day before
        ((EVENING,), "America/Los_Angeles", "2026-11-25 04:59", True),
        ((EVENING,), "America/Los_Angeles", "2026-11-25 05:00", False),
        ((EVENING,), "Pacific/Honolulu", "2026-11-25 03:00", True),
        ((MORNING,), "Pacific/Guam", "2026-11-24 22:00", True),  # the next morning there
        ((MORNING,), "America/Phoenix", "2026-07-24 15:00", True),  # no summer time in Arizona
        ((MORNING,), "America/Denver", "2026-07-24 14:00", True),
        ((MORNING,), "America/Phoenix", "2026-07-24 14:00", False),
        ((MORNING,), "America/Puerto_Rico", "2026-07-24 12:00", True),
        ((MORNING, EVENING), "America/New_York", "2026-11-24 18:00", False),
        ((MORNING, EVENING), "America/New_York", "2026-11-24 23:00", True),
        # Nothing ticked: any time from 8 to 9 in the evening, never at night.
        ((), "America/New_York", "2026-11-24 13:00", True),
        ((), "America/New_York", "2026-11-24 19:30", True),
        ((), "America/New_York", "2026-11-25 01:59", True),
        ((), "America/New_York", "2026-11-25 02:00", False),
        ((), "America/New_York", "2026-11-24 12:59", False),
        # The nights on which the clocks change: Mar 8 and Nov 1, 2026.
        ((MORNING,), "America/New_York", "2026-03-07 13:00", True),
        ((MORNING,), "America/New_York", "2026-03-08 12:00", True),
        ((MORNING,), "America/New_York", "2026-03-08 11:59", False),
        ((MORNING,), "America/New_York", "2026-11-01 12:59", False),
        ((MORNING,), "America/New_York", "2026-11-01 13:00", True),
    ],
)
def test_moment_is_safe_by_the_clock_of_the_person(parts, zone, at, included):
    assert SafeHours(parts, zone).include(utc(at)) is included


@pytest.mark.parametrize(
    ("parts", "zone", "start", "days", "expected"),
    [
        ((MORNING,), "America/New_York", "2026-11-24 05:00", 2, ["24 13:00/24 17:00", "25 13:00/25 17:00"]),
        ((MORNING,), "America/New_York", "2026-11-24 14:30", 2, ["24 14:30/24 17:00", "25 13:00/25 17:00"]),
        ((MORNING,), "America/New_York", "2026-11-24 17:00", 2, ["25 13:00/25 17:00"]),
        ((MORNING, EVENING), "America/Chicago", "2026-11-24 12:00", 1, ["24 14:00/24 18:00", "24 23:00/25 03:00"]),
        ((EVENING,), "America/Los_Angeles", "2026-11-25 02:00", 1, ["25 02:00/25 05:00"]),
        ((), "Pacific/Guam", "2026-11-24 21:00", 1, ["24 22:00/25 02:00", "25 02:00/25 07:00", "25 07:00/25 11:00"]),
        ((EVENING,), "America/New_York", "2026-10-31 20:00", 2, ["31 21:00/01 01:00", "01 22:00/02 02:00"]),
        ((EVENING,), "America/New_York", "2026-03-07 20:00", 2, ["07 22:00/08 02:00", "08 21:00/09 01:00"]),
    ],
)
def test_safe_stretches_follow_one_another_and_begin_no_earlier_than_asked(parts, zone, start, days, expected):
    found = [
        "/".join(each.astimezone(datetime.UTC).strftime("%d %H:%M") for each in interval)
        for interval in SafeHours(parts, zone).intervals(utc(start), days)
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("parts", "zone", "words"),
    [
        ((), "America/New_York", "Any time, 8 in the morning to 9 in the evening (Eastern time)"),
        ((MORNING,), "America/Chicago", "Morning, 8 to 12 (Central time)"),
        ((MORNING, EVENING), "America/Denver", "Morning, 8 to 12; evening, 5 to 9 (Mountain time)"),
        (tuple(PartOfDay), "Pacific/Guam", "Morning, 8 to 12; afternoon, 12 to 5; evening, 5 to 9 (Guam time)"),
        ((), UNKNOWN, "Any time, 8 in the morning to 9 in the evening (time zone not known)"),
        ((), "Europe/Berlin", "Any time, 8 in the morning to 9 in the evening (Berlin time)"),
    ],
)
def test_safe_hours_read_as_a_person_would_say_them(parts, zone, words):
    assert SafeHours(parts, zone).in_words == words


@pytest.mark.parametrize("zone", Zone)
@pytest.mark.parametrize("parts", [(), (MORNING,), (MORNING, EVENING), tuple(PartOfDay)])
def test_safe_hours_come_back_from_their_text(parts, zone):
    hours = SafeHours(parts, zone)
    assert SafeHours.from_text(hours.to_text(), zone) == hours


@pytest.mark.parametrize("zone", Zone)
def test_time_is_safe_exactly_if_an_interval_includes_it(zone):
    """Two days round each change of the clocks, every half hour."""
    for day in ("2026-03-07 00:00", "2026-10-31 00:00"):
        for half_hours in range(96):
            at = utc(day) + half_hours * datetime.timedelta(minutes=30)
            for part in PartOfDay:
                hours = SafeHours((part,), zone)
                begun = [begin for begin, end in hours.intervals(at, days=1) if begin == at]
                assert hours.include(at) == bool(begun), (zone, part, at)
