"""Format times for staff; a library of template filters too."""

import datetime

from django import template
from django.utils import timezone
from django.utils.timesince import timesince

register = template.Library()

#: Closer than this, `relative` would say "in 0 minutes".
ABOUT_NOW = datetime.timedelta(minutes=1)


def clock(at: datetime.datetime) -> str:
    """Format like 3:40 pm, in the time zone of `at`."""
    return f"{at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"


@register.filter
def day_and_clock(at: datetime.datetime, now: datetime.datetime | None = None) -> str:
    """Format like "today, 3:40 pm", in the clinic's time zone."""
    local = timezone.localtime(at)
    days = (local.date() - timezone.localdate(now)).days
    named = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
    return f"{named or f'{local:%a, %b} {local.day}'}, {clock(local)}"


@register.filter
def date_and_clock(at: datetime.datetime) -> str:
    """Format like "Tue, Dec 1, 3:40 pm", in the clinic's time zone: for paper, which is read later."""
    local = timezone.localtime(at)
    return f"{local:%a, %b} {local.day}, {clock(local)}"


def relative(at: datetime.datetime, now: datetime.datetime) -> str:
    """Format like "in 2 hours" or "2 hours ago"."""
    if abs(at - now) < ABOUT_NOW:
        return "now"
    return f"in {timesince(now, at, depth=1)}" if at > now else f"{timesince(at, now, depth=1)} ago"
