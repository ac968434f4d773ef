"""When the clinic calls people back: the week's opening times, and the days with other ones."""

import datetime
from collections.abc import Iterable, Iterator
from itertools import groupby

import reversion
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.dateformat import format as format_date, time_format
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, pgettext

DAYS_SHOWN = 28  # how far ahead special days are shown


@reversion.register()
class OpeningTime(models.Model):
    """Hours of a weekday, in the site's time zone, in which the clinic calls people back."""

    clinic = models.ForeignKey("editorial.Clinic", on_delete=models.CASCADE, related_name="opening_times")
    weekday = models.PositiveSmallIntegerField(choices=WEEKDAYS)
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__lt=F("closes")),
                name="opening_time_opens_before_it_closes",
                violation_error_message="It must open before it closes. Split a stretch that runs past midnight.",
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="opening_time_weekday_known"),
            models.UniqueConstraint(fields=["clinic", "weekday", "opens"], name="opening_time_once"),
        ]

    def __str__(self) -> str:
        if self.weekday not in WEEKDAYS or None in (self.opens, self.closes):  # in a form that comes back
            return str(WEEKDAYS.get(self.weekday, self._meta.verbose_name))
        return week_in_words([(self.weekday, self.opens, self.closes)])


@reversion.register()
class SpecialDay(models.Model):
    """A date with special opening times: closed all day, or open at other hours."""

    clinic = models.ForeignKey("editorial.Clinic", on_delete=models.CASCADE, related_name="special_days")
    day = models.DateField("date")
    opens = models.TimeField(null=True, blank=True, help_text="Leave both times empty if you are closed all day.")
    closes = models.TimeField(null=True, blank=True)

    class Meta:
        ordering = ["day"]
        verbose_name = "closed day or day with other hours"
        verbose_name_plural = "closed days and days with other hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(opens=None, closes=None)
                | Q(opens__isnull=False, closes__isnull=False, opens__lt=F("closes")),
                name="special_day_closed_or_open",
                violation_error_message="Give both times, the earlier one first; or none, if you are closed all day.",
            ),
            models.UniqueConstraint(
                fields=["clinic", "day"],
                name="special_day_once",
                violation_error_message="This date is listed already.",
            ),
        ]

    def __str__(self) -> str:
        if self.day is None:  # in a form that comes back
            return str(self._meta.verbose_name)
        day = format_date(self.day, pgettext("form of a date", "l, F j"))
        if self.opens and self.closes:
            return gettext("Open {day}, {times}").format(day=day, times=_from_until(self.opens, self.closes))
        return gettext("Closed on {day}").format(day=day)


def week_in_words(times: Iterable[tuple[int, datetime.time, datetime.time]]) -> str:
    """Format as "Monday to Friday 9 am to 5 pm; Saturday 10 am to noon". Takes weekday, start and end, in order."""
    runs: list[tuple[list[int], list[tuple[datetime.time, datetime.time]]]] = []  # consecutive days with the same hours
    for day, found in groupby(times, key=lambda each: each[0]):
        hours = [(opens, closes) for _, opens, closes in found]
        if runs and hours == runs[-1][1] and day == runs[-1][0][-1] + 1:
            runs[-1][0].append(day)
        else:
            runs.append(([day], hours))
    also = " " + gettext("and") + " "
    return "; ".join(f"{_days(days)} {also.join(_from_until(*each) for each in hours)}" for days, hours in runs)


def as_lines(days: Iterable[SpecialDay]) -> str:
    """Return a line for each day: its date and its description."""
    return "\n".join(f"{each.day.isoformat()} {each}" for each in days)


def days_ahead(written: str) -> Iterator[str]:
    """Yield descriptions of the special days of the next DAYS_SHOWN days, from the lines of `as_lines`."""
    today = timezone.localdate()
    for line in written.splitlines():
        date, _, words = line.partition(" ")
        if 0 <= (datetime.date.fromisoformat(date) - today).days <= DAYS_SHOWN:
            yield f"{words[0].lower()}{words[1:]}"


def _days(run: list[int]) -> str:
    first, last = WEEKDAYS[run[0]], WEEKDAYS[run[-1]]
    if len(run) == 1:
        return str(first)
    words = gettext("{first} to {last}") if len(run) > 2 else gettext("{first} and {last}")
    return words.format(first=first, last=last)


def _from_until(opens: datetime.time, closes: datetime.time) -> str:
    """Format as "9 am to 5:30 pm" or "9 am to noon"."""
    first, last = am_pm(time_format(opens, "P")), am_pm(time_format(closes, "P"))
    return gettext("{opens} to {closes}").format(opens=first, closes=last)


def am_pm(text: str) -> str:
    """Write "am" and "pm" in a formatted time as readers do: Django writes "a.m." in every language."""
    am, pm = pgettext("half of the day", "am"), pgettext("half of the day", "pm")
    return text.replace("a.m.", am).replace("p.m.", pm)
