"""Find missing settings and content that break promises to people: each check returns a sentence for staff or None."""

import datetime

from django.contrib.auth.models import User
from django.utils import timezone

from callbacks.casework import notices
from editorial.models import OpeningTime, SpecialDay

NO_MAIL = (
    "No email tells you of a new request. Keep the queue open: it refreshes by itself, and can notify you in this "
    "browser."
)
NO_NOTICES = (
    "No mail about requests is set up, so nobody is notified of a new one. "
    "Set NOTICE_EMAILS, MAIL_URL and MAIL_FROM (docs/operators.md)."
)


def no_opening_times() -> str | None:
    if OpeningTime.objects.exists():
        return None
    return (
        "No opening times are listed, so nobody is told by when we call. "
        "An editor lists them under Contacts and sources, Clinic details."
    )


def no_closed_days() -> str | None:
    """Say if no closed day is listed. The queue does not show it, as some clinics never close."""
    today = timezone.localdate()
    if SpecialDay.objects.filter(day__range=(today, today + datetime.timedelta(days=365))).exists():
        return None
    return (
        "No closed day is listed for the coming year, so people are promised calls on holidays. "
        "List them beside the opening times."
    )


def messages_for(user: User) -> dict:
    """Return what the queue shows on top: `warnings`, and a `hint` if only an administrator can fix it. One query."""
    warnings, hint = [no_opening_times()], ""
    if not notices.enabled() and user.is_superuser:
        warnings.append(NO_NOTICES)
    elif not notices.enabled():
        hint = NO_MAIL
    return {"warnings": list(filter(None, warnings)), "hint": hint}
