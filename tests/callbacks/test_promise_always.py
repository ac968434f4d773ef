"""What holds of every promise, whatever the opening hours, the safe hours, the zone and the moment. Seeded chance."""

import datetime
import random
from zoneinfo import ZoneInfo

import pytest

from callbacks.values.opening import OpeningHours
from callbacks.values.promise import promise
from callbacks.values.safe_hours import PartOfDay, SafeHours, Zone
from editorial.models import Clinic
from tests.callbacks.opening import closed, opened

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]

MINUTE, HOUR, DAY = (datetime.timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days"))
OURS = ZoneInfo("America/New_York")
#: Ordinary days, the nights on which the clocks change, and the end of a year.
STARTS = ["2026-11-24 00:00", "2026-03-06 00:00", "2026-10-30 00:00", "2026-12-23 00:00"]
ZONES = [*Zone, "America/Boise", "Asia/Kolkata", "Europe/Berlin"]


def some_week(chance: random.Random) -> list[tuple[int, str, str]]:
    """One to three stretches on each of some days, from five minutes to a day; some overlap."""
    week = {}
    for day in chance.sample(range(7), chance.randint(1, 7)):
        for _ in range(chance.randint(1, 3)):
            opens, closes = sorted(chance.sample(range(0, 24 * 60, 5), 2))
            week[day, opens] = (day, *(f"{at // 60:02}:{at % 60:02}" for at in (opens, closes)))
    return list(week.values())


def open_minutes(week, special, start: datetime.datetime) -> list[datetime.datetime]:
    """When the clinic is open within four weeks, worked out another way than the code does, minute by minute."""
    usual: list[set[int]] = [set() for _ in range(7)]
    for day, opens, closes in week:
        usual[day] |= set(range(minute_of(opens), minute_of(closes)))
    other = {day: range(*map(minute_of, hours or ("00:00", "00:00"))) for day, hours in special.items()}
    found = []
    for count in range(28 * 24 + 1):
        hour = start.replace(minute=0, second=0) + count * HOUR
        local = hour.astimezone(OURS)  # whose clock is put forward and back by whole hours
        minutes = other.get(local.date(), usual[local.weekday()])
        found += [hour + minute * MINUTE for minute in range(60) if local.hour * 60 + minute in minutes]
    return [at for at in found if start <= at < start + 28 * DAY]


def minute_of(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


@pytest.mark.parametrize("seed", range(25))
def test_promise_is_within_shared_hours_of_two_working_days(seed):
    chance = random.Random(seed)
    week = some_week(chance)
    start = datetime.datetime.fromisoformat(chance.choice(STARTS)).replace(tzinfo=datetime.UTC)
    start += chance.randrange(7 * 24 * 60) * MINUTE
    safe = SafeHours(tuple(part for part in PartOfDay if chance.random() < 0.5), str(chance.choice(ZONES)))
    special = {
        (start + offset * DAY).date(): chance.choice([None, ("09:30", "11:00")])
        for offset in chance.sample(range(9), 2)
    }
    opened(week, chance.choice([1, 4, 8, 40]))
    closed(special)

    ours = open_minutes(week, special, start)
    both = [at for at in ours if safe.include(at)]
    found = promise(start, safe)
    if len(both) < 31:  # so short a time before we close that it is no chance to call
        return
    assert found.is_promised, (week, safe, special)
    assert start < found.by <= both[-1] + MINUTE
    last_minute = found.by - MINUTE
    assert safe.include(last_minute) and last_minute in ours, (week, safe, special, found)

    working_days = sorted({at.astimezone(OURS).date() for at in ours})[:2]
    with_both = sorted({at.astimezone(OURS).date() for at in both[31:]}) or [both[-1].astimezone(OURS).date()]
    assert found.by.astimezone(OURS).date() <= max(working_days[-1], with_both[0])
    assert OpeningHours.now().next_call(start, safe) == both[0]


@pytest.mark.parametrize("received", ["2026-11-29 05:32", "2026-11-27 23:30", "2026-03-08 06:30", "2026-11-01 05:30"])
def test_one_shared_hour_a_weekday_is_promised_within_two_working_days(received):
    """The mother who can talk from 5 to 9 in the evening, and a clinic that closes at 6."""
    opened([*((day, "09:00", "18:00") for day in range(5)), (5, "10:00", "16:00"), (6, "10:00", "16:00")], 8)
    at = datetime.datetime.fromisoformat(received).replace(tzinfo=datetime.UTC)
    found = promise(at, SafeHours((PartOfDay.EVENING,), "America/New_York"))
    by = found.by.astimezone(OURS)
    assert found.is_promised and f"{by:%a %H:%M}" == "Mon 18:00"
    assert by - at < 3 * DAY


def test_minutes_before_closing_are_no_chance_to_call():
    opened([(0, "09:00", "18:00"), (1, "09:00", "12:00"), (2, "09:00", "18:00")], 8)
    evening = SafeHours((PartOfDay.EVENING,), "America/New_York")
    found = promise(datetime.datetime(2026, 11, 30, 22, 50, tzinfo=datetime.UTC), evening)  # Monday, ten to six
    assert f"{found.by.astimezone(OURS):%a %H:%M}" == "Wed 18:00"


@pytest.mark.parametrize(
    ("special", "sent", "expected"),
    [
        # Thursday, December 24, 4:30 pm, and four hours to call in
        ({}, "2026-12-24 21:30", "Fri 2026-12-25 12:30"),
        ({"2026-12-25": None}, "2026-12-24 21:30", "Mon 2026-12-28 12:30"),
        ({"2026-12-25": ("09:00", "11:00")}, "2026-12-24 21:30", "Fri 2026-12-25 11:00"),
        ({"2026-12-24": ("09:00", "13:00"), "2026-12-25": None}, "2026-12-24 14:00", "Thu 2026-12-24 13:00"),
        ({"2026-12-26": ("10:00", "14:00")}, "2026-12-25 22:30", "Sat 2026-12-26 14:00"),  # a Saturday that is open
        # Closed for the whole of what we look ahead
        (
            {f"2026-{month}-{day:02}": None for month in (12,) for day in range(24, 32)},
            "2026-12-24 14:00",
            "Fri 2027-01-01 13:00",
        ),
    ],
)
def test_closed_and_short_days_are_not_promised(special, sent, expected):
    opened([(day, "09:00", "17:00") for day in range(5)], 4)
    closed({datetime.date.fromisoformat(day): hours for day, hours in special.items()})
    at = datetime.datetime.fromisoformat(sent).replace(tzinfo=datetime.UTC)
    found = promise(at, SafeHours((), "America/New_York"))
    assert found.is_promised and f"{found.by.astimezone(OURS):%a %Y-%m-%d %H:%M}" == expected


def test_hours_follow_at_once_when_a_day_is_closed_or_opened_again():
    opened([(day, "09:00", "17:00") for day in range(7)], 4)
    noon = datetime.datetime(2026, 12, 25, 17, tzinfo=datetime.UTC)
    assert OpeningHours.now().allow(noon)
    closed({noon.date(): None})
    assert not OpeningHours.now().allow(noon)
    Clinic.objects.get().special_days.all().delete()
    assert OpeningHours.now().allow(noon)
