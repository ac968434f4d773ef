"""What keeps callbacks from working as people were told. Each check returns the sentence staff read, or None."""

import datetime
from collections.abc import Callable

from django.utils import timezone

from callbacks.casework import notices
from editorial.models import OpeningTime, SpecialDay


def no_opening_times() -> str | None:
    if OpeningTime.objects.exists():
        return None
    return (
        "No opening times are listed, so nobody is told by when we call. "
        "List them under Contacts and sources, Clinic details."
    )


def no_closed_days() -> str | None:
    """A note, not a warning above the queue: there are clinics that never close."""
    today = timezone.localdate()
    year = datetime.timedelta(days=365)
    if SpecialDay.objects.filter(day__range=(today, today + year)).exists():
        return None
    return (
        "No closed day is listed for the coming year, so people are promised calls on holidays. "
        "List them beside the opening times."
    )


def no_notices() -> str | None:
    if notices.are_on():
        return None
    return "No mail server is set up, so nobody is told of a new request: look here often."


CHECKS: list[Callable[[], str | None]] = [no_opening_times, no_notices]


def warnings() -> list[str]:
    """What staff need to see above the queue; empty where all is well. At most one query a check."""
    return [warning for check in CHECKS if (warning := check())]
