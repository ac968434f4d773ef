"""What we count about calls, in steps, and how counts are rounded to stay anonymous."""

import datetime
from collections.abc import Sequence
from itertools import accumulate

from django.db.models import TextChoices

#: Days shown, and so kept.
KEPT_DAYS = 28
#: Smaller numbers of people are never shown, and larger ones are rounded to multiples, as exact ones would reveal a
#: hidden number by subtraction.
MIN_SHOWN = 10
FEW = "fewer than 10"
#: With fewer people, the 95th percentile would be one person's wait.
MIN_FOR_95TH = 20

OVER = "over a week"
_MINUTE, _HOUR, _DAY = (datetime.timedelta(minutes=minutes) for minutes in (1, 60, 1440))
#: The upper bounds of wait buckets. Rows store the position.
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
    """What a bucket means: for the first two a position in STEPS; for KEPT 0 if kept, else 1; for TRY 0 to 2."""

    FIRST_CALL = "first_call", "Until our first call"
    REACHED = "reached", "Until we talked to them"
    KEPT = "kept", "Promises kept"
    TRY = "try", "Reached at which try"


def step(wait: datetime.timedelta) -> int:
    return next(position for position, limit in enumerate(STEPS.values()) if wait <= limit)


def percentile(counts: Sequence[int], percent: int) -> int:
    """Return the first step that includes at least `percent` of the counts, which must not all be 0."""
    total = sum(counts)
    return next(position for position, passed in enumerate(accumulate(counts)) if passed * 100 >= total * percent)


def within(position: int) -> str:
    name = list(STEPS)[position]
    return name if name == OVER else f"within {name}"


def rounded(count: int) -> int:
    """Round to the nearest ten, halves up; 0 for fewer than ten."""
    return (count + MIN_SHOWN // 2) // MIN_SHOWN * MIN_SHOWN if count >= MIN_SHOWN else 0


def about(count: int) -> str:
    return f"about {rounded(count):,}" if count >= MIN_SHOWN else FEW


def share(part: int, rest: int) -> str:
    """Return the share of `part` in both, if each is ten or more."""
    return f"about {100 * rounded(part) / (rounded(part) + rounded(rest)):.0f}%"
