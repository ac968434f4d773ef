"""The hours since last use that describe a course, and their wording."""

from django.contrib import admin
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, gettext_lazy as _, ngettext

DAY, WEEK, MONTH = 24, 7 * 24, 30 * 24  # hours
MAX_HOURS = 3 * 365 * DAY


def _rule(name: str, condition: Q, message: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=condition, name=f"%(class)s_{name}", violation_error_message=message)


class Course(models.Model):
    """Onset, peak and end, each as a range in hours since last use. No peak if no source names one."""

    onset_from = models.PositiveIntegerField("begins, earliest", help_text="Hours since last use.")
    onset_to = models.PositiveIntegerField("begins, latest", help_text="Hours since last use.")
    peak_from = models.PositiveIntegerField("strongest from", null=True, blank=True, help_text="Hours.")
    peak_to = models.PositiveIntegerField("strongest until", null=True, blank=True, help_text="Hours.")
    end_from = models.PositiveIntegerField("ends, earliest", help_text="Hours since last use.")
    end_to = models.PositiveIntegerField("ends, latest", help_text="Hours since last use.")

    class Meta:
        abstract = True
        constraints = [
            _rule(
                "onset_in_order",
                Q(onset_from__lte=F("onset_to")),
                "“Begins, earliest” must not be after “begins, latest”.",
            ),
            _rule("end_in_order", Q(end_from__lte=F("end_to")), "“Ends, earliest” must not be after “ends, latest”."),
            _rule(
                "ends_after_it_begins",
                Q(onset_from__lte=F("end_from"), onset_to__lte=F("end_to")),
                "It must not end before it begins, neither earliest nor latest.",
            ),
            _rule("begins_before_end", Q(onset_from__lt=F("end_to")), "It must begin before it ends."),
            _rule("ends_within_three_years", Q(end_to__lte=MAX_HOURS), "Hours go up to three years (26,280)."),
            _rule(
                "peak_within_course",
                Q(peak_from__isnull=True, peak_to__isnull=True)
                | Q(
                    peak_from__isnull=False,
                    peak_to__isnull=False,
                    peak_from__lte=F("peak_to"),
                    peak_from__gte=F("onset_from"),
                    peak_to__lte=F("end_to"),
                ),
                "Fill in both peak fields, within the course, or neither.",
            ),
        ]

    @property
    @admin.display(description="begins")
    def onset_words(self) -> str:
        return in_words(self.onset_from, self.onset_to)

    @property
    def peak(self) -> tuple[int, int] | None:
        return None if self.peak_from is None or self.peak_to is None else (self.peak_from, self.peak_to)

    @property
    @admin.display(description="strongest")
    def peak_words(self) -> str:
        return in_words(*self.peak) if self.peak else gettext("No clear peak")

    @property
    @admin.display(description="ends")
    def end_words(self) -> str:
        return in_words(self.end_from, self.end_to)

    @property
    def ranges(self) -> dict[str, list[int] | None]:
        """Return onset, peak and end as data, the peak only if a source names one."""
        peak = list(self.peak) if self.peak else None
        return {"onset": [self.onset_from, self.onset_to], "peak": peak, "end": [self.end_from, self.end_to]}

    def is_possible_at(self, hour: float) -> bool:
        """Return whether it may be present at this hour since last use, by the widest range."""
        return self.onset_from <= hour <= self.end_to

    def usually_begun_at(self, hour: float) -> bool:
        """Return whether it has begun for most people: from the peak or, without one, the middle of the onset."""
        return hour >= (self.peak[0] if self.peak else (self.onset_from + self.onset_to) / 2)

    def overlaps_peak(self, start: float, stop: float) -> bool:
        """Return whether a range of hours since last use overlaps the peak."""
        return self.peak is not None and self.peak[0] < stop and start < self.peak[1]


#: Formats for a number of months, weeks or days, and for a range of them.
MONTHS, WEEKS, DAYS = _("{} months"), _("{} weeks"), _("{} days")
RANGES = {MONTH: _("{low} to {high} months"), WEEK: _("{low} to {high} weeks"), DAY: _("{low} to {high} days")}


def in_words(low: int, high: int) -> str:
    """Format a range of hours: "6 to 24 hours", "1 to 3 days", "1 to 2 weeks", "4 weeks to 6 months"."""
    if low == high:
        return _one(low)
    for unit, longest in ((MONTH, MAX_HOURS), (WEEK, 8 * WEEK), (DAY, 3 * WEEK)):
        if low and low % unit == high % unit == 0 and high <= longest:
            return RANGES[unit].format(low=low // unit, high=high // unit)
    if high <= 2 * DAY:
        return gettext("{low} to {high} hours").format(low=low, high=high)
    return gettext("{low} to {high}").format(low=_one(low), high=_one(high))


def _one(hours: int) -> str:
    for unit, words in ((MONTH, MONTHS), (WEEK, WEEKS), (DAY, DAYS)):
        if hours >= 2 * unit and hours % unit == 0:
            return words.format(hours // unit)
    if hours >= 3 * DAY:
        return DAYS.format(f"{hours / DAY:.0f}")
    return ngettext("{} hour", "{} hours", hours).format(hours)
