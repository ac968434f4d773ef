"""Suggest when a page is due for review: by its risk, in a week with few other reviews (docs/editors.md)."""

import calendar
import datetime
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from editorial.models.versions import content_models

MAX_MONTHS = 36  # health publishers review at least every three years (PIF TICK)


@dataclass(frozen=True)
class Risk:
    """Why a page is reviewed within these months. `named` is searched for in its kind, title and slug."""

    why: str
    least: int
    most: int
    named: str


#: The first match counts.
RISKS = (
    Risk("urgent", 3, 6, "overdose|emergenc|urgent|right now|tonight|suicid|911"),
    Risk("about the drug supply", 5, 6, "fentanyl|medetomidine|xylazine|nitazene|supply|test strip"),
    Risk(
        "about a medicine",
        10,
        12,
        "medicin|medication|methadone|buprenorphine|nal[ot]|lofexidine|pill|tramadol|kratom|benzo",
    ),
    Risk("a stage or a treatment", 10, 12, "^(?:phase|treatmentoption) "),
    Risk("anything else", 20, 24, ""),
)


@dataclass(frozen=True)
class Suggestion:
    """A date, the risk behind it, and how many other pages are due in its week."""

    day: datetime.date
    risk: Risk
    others: int


def suggest(page: Any, today: datetime.date | None = None) -> Suggestion:
    """Suggest the Monday of the week with the fewest reviews within the risk's months; of several, the latest."""
    today, words = today or timezone.localdate(), f"{page._meta.model_name} {page} {page.slug}"
    risk = next(risk for risk in RISKS if re.search(risk.named, words, re.I))
    first, last = later(today, risk.least), later(today, risk.most)
    mondays = [first + datetime.timedelta(days=(7 - first.weekday()) % 7)]
    while (following := mondays[-1] + datetime.timedelta(days=7)) <= last:
        mondays.append(following)
    days = _due_between(page, mondays[0], last + datetime.timedelta(days=6))
    due = Counter(day - datetime.timedelta(days=day.weekday()) for day in days)
    day = min(reversed(mondays), key=lambda monday: due[monday])
    return Suggestion(day, risk, due[day])


def _due_between(page: Any, first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """Return the review dates of other pages in this period."""
    days: list[datetime.date] = []
    for model in content_models():
        if any(field.name == "review_due_on" for field in model._meta.concrete_fields):
            pages = model._default_manager.filter(review_due_on__range=(first, last)).order_by()
            others = pages.exclude(pk=page.pk if isinstance(page, model) else None)
            days += others.values_list("review_due_on", flat=True)
    return days


def later(day: datetime.date, months: int) -> datetime.date:
    """Add months to a date; the last day of the month if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
