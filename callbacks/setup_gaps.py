"""What keeps callbacks from working as people were told. Each check returns the sentence staff read, or None."""

from collections.abc import Callable

from callbacks import notices
from editorial.models import OpeningTime


def no_opening_times() -> str | None:
    if OpeningTime.objects.exists():
        return None
    return (
        "No opening times are listed, so nobody is told by when we call. "
        "List them under Contacts and sources, Clinic details."
    )


def no_notices() -> str | None:
    if notices.are_on():
        return None
    return "No mail server is set up, so nobody is told of a new request: look here often."


CHECKS: list[Callable[[], str | None]] = [no_opening_times, no_notices]


def warnings() -> list[str]:
    """What staff need to see above the queue; empty where all is well. At most one query a check."""
    return [warning for check in CHECKS if (warning := check())]
