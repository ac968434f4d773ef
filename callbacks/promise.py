"""By when we promise to call: worked out from the clinic's opening times and the person's safe hours."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings

from callbacks.safe_hours import SafeHours
from editorial.models import OpeningTime

#: How far we look ahead. Safe hours that meet no opening time until then never will.
DAYS_AHEAD = 28
#: Where nothing can be promised, the queue still needs a time to order by.
UNPROMISED = datetime.timedelta(days=1)

Stretch = tuple[datetime.datetime, datetime.datetime]


@dataclass(frozen=True)
class Promise:
    """`by` orders the queue; the person is told it only if it `is_promised`."""

    by: datetime.datetime
    is_promised: bool


def promise(received_at: datetime.datetime, safe: SafeHours) -> Promise:
    """The moment by which we will have had the promised number of hours in which we are open and they can talk.

    One query. Nothing is promised where no opening times are listed, or none meets the safe hours.
    """
    times = list(OpeningTime.objects.select_related("clinic"))
    by = None
    if times:
        wanted = datetime.timedelta(hours=times[0].clinic.call_within_hours)
        by = _after(_open_and_safe(times, received_at, safe), wanted)
    return Promise(by or received_at + UNPROMISED, is_promised=by is not None)


def _after(stretches: Iterator[Stretch], wanted: datetime.timedelta) -> datetime.datetime | None:
    for start, end in stretches:
        # Subtracting in UTC: on the night the clocks change, local hours are not all an hour long.
        length = end.astimezone(datetime.UTC) - start.astimezone(datetime.UTC)
        if length >= wanted:
            return (start.astimezone(datetime.UTC) + wanted).astimezone(start.tzinfo)
        wanted -= length
    return None


def _open_and_safe(times: list[OpeningTime], start: datetime.datetime, safe: SafeHours) -> Iterator[Stretch]:
    for opens, closes in _open(times, start):
        for begin, end in safe.stretches(max(opens, start), days=2):
            if (first := max(opens, begin, start)) < (last := min(closes, end)):
                yield first, last


def _open(times: list[OpeningTime], start: datetime.datetime) -> Iterator[Stretch]:
    zone = ZoneInfo(settings.TIME_ZONE)
    today = start.astimezone(zone).date()
    for offset in range(DAYS_AHEAD):
        day = today + datetime.timedelta(days=offset)
        for time in times:
            if time.weekday == day.weekday():
                opens, closes = (datetime.datetime.combine(day, at, tzinfo=zone) for at in (time.opens, time.closes))
                if closes > start:
                    yield opens, closes
