"""Compute by when we promise to call, from opening times and safe hours."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DatabaseError
from django.utils import timezone

from callbacks.values.opening import Interval, OpeningHours
from callbacks.values.safe_hours import UNKNOWN, SafeHours

#: The queue needs a time to sort by even if nothing is promised.
DUE_IF_UNPROMISED = datetime.timedelta(days=1)
#: We promise to call within this many working days on which the person can talk.
WORKING_DAYS = 2
#: The rest of an interval counts only if it is at least this long.
TOO_SHORT = datetime.timedelta(minutes=30)
QUARTER = datetime.timedelta(minutes=15)


@dataclass(frozen=True)
class Promise:
    """`by` sorts the queue; it is shown to the person only if it `is_promised`."""

    by: datetime.datetime
    is_promised: bool


def promise(received_at: datetime.datetime, safe: SafeHours) -> Promise:
    """Return by when we call someone with these safe hours.

    Only hours count that are both opening and safe hours. We promise a call within `call_within_hours` of them, and at
    the latest by the last of them on two working days; the first is the day of the request if we are still open. If
    there are none on either day, the end of the next interval counts. An interval with less than half an hour left
    when the request comes is ignored for the latest time.

    Nothing is promised if no opening times are listed, the time zone is unknown or the hours never overlap. In the
    last two cases the request is due as if all hours were safe, so that staff decide what to do.
    Queries as for `OpeningHours.now`.
    """
    hours = OpeningHours.now()
    if by := _promised_time(hours, received_at, hours.shared(received_at, safe)):
        return Promise(by, is_promised=True)
    unrestricted = _promised_time(hours, received_at, hours.open(received_at))
    return Promise(unrestricted or _next_quarter(received_at + DUE_IF_UNPROMISED), is_promised=False)


def why_unpromised(safe: SafeHours, at: datetime.datetime) -> str:
    """Return why we cannot promise a time now; empty if we can. Queries as for `OpeningHours.now`."""
    hours = OpeningHours.now()
    if safe.zone == UNKNOWN:
        return "zone_unknown"
    if not hours.times:
        return "not_listed"
    return "never_meet" if hours.never_meet(safe, at) else ""


def hours_if_no_overlap(safe: SafeHours) -> str | None:
    """Return our hours of an ordinary week in words, in the person's zone, if they never overlap these safe hours.

    None if they do, or if that is unknown: no hours are listed, or the database is down.
    """
    now = timezone.now()
    try:
        hours = OpeningHours.now()
        return hours.week_there(now, safe.zone) if hours.never_meet(safe, now) else None
    except DatabaseError:
        return None


def _promised_time(
    hours: OpeningHours, start: datetime.datetime, intervals: Iterator[tuple[datetime.date, Interval]]
) -> datetime.datetime | None:
    open_days = sorted({day for day, _ in hours.open(start)})
    last_day = open_days[:WORKING_DAYS][-1] if open_days else datetime.date.max
    left, found = hours.call_within, None
    for day, (begin, end) in intervals:
        if found and day > last_day:
            return found
        length = end - begin
        if length >= left:
            return min(_next_quarter(begin + left), end)
        left -= length
        if begin > start or length >= TOO_SHORT:
            found = end
            last_day = max(last_day, day)
    return found


def _next_quarter(at: datetime.datetime) -> datetime.datetime:
    """Round up, so that people read 5:15 and not 5:03, and the mail that it has passed does not tell who wrote when."""
    over = datetime.timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at + (QUARTER - over) % QUARTER
