"""By when we promise to call: worked out from the clinic's opening times and the person's safe hours."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DatabaseError
from django.db.models import TextChoices
from django.utils import timezone

from callbacks.values.opening import OpeningHours, Stretch
from callbacks.values.safe_hours import UNKNOWN, SafeHours

#: Where nothing can be promised, the queue still needs a time to order by.
UNPROMISED = datetime.timedelta(days=1)
#: A promise is never later than the end of this many working days on which the person can talk.
WORKING_DAYS = 2
#: What is left of a stretch when the request comes is no chance to call, where it is shorter.
TOO_SHORT = datetime.timedelta(minutes=30)
QUARTER = datetime.timedelta(minutes=15)


class Unpromised(TextChoices):
    """Why no time is promised, for the page that says so."""

    NOT_LISTED = "not_listed"
    NEVER_MEET = "never_meet"
    ZONE_UNKNOWN = "zone_unknown"


@dataclass(frozen=True)
class Promise:
    """`by` orders the queue; the person is told it only if it `is_promised`."""

    by: datetime.datetime
    is_promised: bool


def promise(received_at: datetime.datetime, safe: SafeHours) -> Promise:
    """By when we call somebody who can talk in these hours: while we are open, and within their safe hours.

    It is the moment by which we will have had the clinic's `call_within_hours` of hours that are both; at the latest
    the last such moment of two working days, the first of which is the day of the request itself if we are still open.
    Where the hours do not meet on either, it is the end of those on the first day on which they do. Less than half an
    hour that is left of a stretch when the request comes is no chance to call, and does not count for the latest.

    Nothing is promised where no opening times are listed, their time zone is not known, or the hours never meet. The
    last two are then due when somebody would be who can talk at any time, so that staff decide what to do.
    Queries as for `OpeningHours.now`.
    """
    hours = OpeningHours.now()
    if by := _by(hours, received_at, hours.shared(received_at, safe)):
        return Promise(by, is_promised=True)
    anybodys = _by(hours, received_at, hours.open(received_at))
    return Promise(anybodys or received_at + UNPROMISED, is_promised=False)


def why_unpromised(safe: SafeHours, at: datetime.datetime) -> str:
    """What keeps us from promising a time; empty where nothing does (any more). Queries as for `OpeningHours.now`."""
    hours = OpeningHours.now()
    if safe.zone == UNKNOWN:
        return Unpromised.ZONE_UNKNOWN
    if not hours.are_listed:
        return Unpromised.NOT_LISTED
    return Unpromised.NEVER_MEET if hours.never_meet(safe, at) else ""


def never_meet_there(safe: SafeHours) -> str | None:
    """Where these hours never meet ours: when we can call in an ordinary week, on the person's clock, in words.

    None where they do meet, and where nobody can tell: no hours are listed, or the database cannot be asked.
    """
    now = timezone.now()
    try:
        hours = OpeningHours.now()
        return hours.week_there(now, safe.zone) if hours.never_meet(safe, now) else None
    except DatabaseError:
        return None


def _by(
    hours: OpeningHours, start: datetime.datetime, chances: Iterator[tuple[datetime.date, Stretch]]
) -> datetime.datetime | None:
    last_day = _working_days(hours, start)[-1:]
    left, found = hours.call_within, None
    for day, (begin, end) in chances:
        if found and [day] > last_day:
            return found
        length = end - begin
        if length >= left:
            return min(_next_quarter(begin + left), end)
        left -= length
        if begin > start or length >= TOO_SHORT:
            found = end
            last_day = max(last_day, [day])
    return found


def _working_days(hours: OpeningHours, start: datetime.datetime) -> list[datetime.date]:
    """The first days from `start` on, on our calendar, on which we are open."""
    days: list[datetime.date] = []
    for day, _ in hours.open(start):
        if day not in days:
            if len(days) == WORKING_DAYS:
                break
            days.append(day)
    return days


def _next_quarter(at: datetime.datetime) -> datetime.datetime:
    """People are told 5:15, not 5:03."""
    over = datetime.timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at + (QUARTER - over) % QUARTER
