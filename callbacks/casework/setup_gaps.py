"""Missing settings and content that break what people are promised, each as a sentence for staff or None."""

import datetime

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
    """Not among `warnings`, as some clinics never close."""
    today = timezone.localdate()
    if SpecialDay.objects.filter(day__range=(today, today + datetime.timedelta(days=365))).exists():
        return None
    return (
        "No closed day is listed for the coming year, so people are promised calls on holidays. "
        "List them beside the opening times."
    )


def no_notices() -> str | None:
    if notices.enabled():
        return None
    return "No mail server is set up, so nobody is notified of a new request: check this page often."


def warnings() -> list[str]:
    """Shown above the queue. At most one query each."""
    return [warning for warning in (no_opening_times(), no_notices()) if warning]
