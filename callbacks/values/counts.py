"""What is counted of calls, in which steps, and how it is shown so that nobody can be found in it."""

import datetime
from collections.abc import Sequence

from django.db.models import TextChoices

#: Days that are shown, and so kept.
KEPT_DAYS = 28
#: A smaller number of people is never shown, and larger ones are rounded to it: with exact ones, a number that is not
#: shown would be the difference of two that are.
FEWEST = 10
FEW = "fewer than 10"
#: With fewer people, the 95th percentile is the wait of the one who waited longest.
FEWEST_FOR_LONGEST = 20

OVER = "over a week"
_MINUTE, _HOUR, _DAY = (datetime.timedelta(minutes=minutes) for minutes in (1, 60, 1440))
#: Each wait is counted in the first of these that it fits in. Rows hold the position in it.
STEPS = {
    "15 minutes": 15 * _MINUTE,
    "30 minutes": 30 * _MINUTE,
    "1 hour": _HOUR,
    "2 hours": 2 * _HOUR,
    "4 hours": 4 * _HOUR,
    "8 hours": 8 * _HOUR,
    "12 hours": 12 * _HOUR,
    "1 day": _DAY,
    "2 days": 2 * _DAY,
    "4 days": 4 * _DAY,
    "1 week": 7 * _DAY,
    OVER: datetime.timedelta.max,
}


class Measure(TextChoices):
    """What a bucket says: the first two a step of STEPS, KEPT 0 if it was kept or 1, TRY 0 for the first to 2."""

    FIRST_CALL = "first_call", "Until our first call"
    REACHED = "reached", "Until we talked to them"
    KEPT = "kept", "Promises kept"
    TRY = "try", "Reached at which try"


def step(wait: datetime.timedelta) -> int:
    return next(position for position, limit in enumerate(STEPS.values()) if wait <= limit)


def percentile(counts: Sequence[int], percent: int) -> int:
    """The first step by which at least `percent` of 100 of those counted are done. At least one must be counted."""
    passed, total = 0, sum(counts)
    for position, count in enumerate(counts):
        passed += count
        if passed * 100 >= total * percent:
            return position
    raise ValueError("Nobody is counted.")


def within(position: int) -> str:
    """A step in words."""
    name = list(STEPS)[position]
    return name if name == OVER else f"within {name}"


def rounded(count: int) -> int:
    """`count` to the nearest ten, halves up; 0 for fewer than ten."""
    return (count + FEWEST // 2) // FEWEST * FEWEST if count >= FEWEST else 0


def about(count: int) -> str:
    return f"about {rounded(count):,}" if count >= FEWEST else FEW


def share(part: int, rest: int) -> str:
    """How much of both `part` is, of ten or more each."""
    return f"about {100 * rounded(part) / (rounded(part) + rounded(rest)):.0f}%"
