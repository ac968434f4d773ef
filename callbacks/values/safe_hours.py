"""Safe hours: days, parts of the day and hours in the person's time zone when a call is safe."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _, pgettext


class PartOfDay(TextChoices):
    MORNING = "morning", _("Morning, 8 to 12")
    AFTERNOON = "afternoon", _("Afternoon, 12 to 5")
    EVENING = "evening", _("Evening, 5 to 9")


#: Start and end in full hours, in the person's zone.
_HOURS = {PartOfDay.MORNING: (8, 12), PartOfDay.AFTERNOON: (12, 17), PartOfDay.EVENING: (17, 21)}
#: Full hours that can be chosen as the first or last.
HOURS = range(8, 22)


def hour_name(hour: int) -> str:
    """Format as "8 am", "noon" or "9 pm"."""
    if hour == 12:
        return gettext("noon")
    half = pgettext("half of the day", "am") if hour % 24 < 12 else pgettext("half of the day", "pm")
    return f"{hour % 12 or 12} {half}"


class Zone(TextChoices):
    """The time zones of the United States. `zone_choices` adds the clinic's own."""

    EASTERN = "America/New_York", _("Eastern")
    CENTRAL = "America/Chicago", _("Central")
    MOUNTAIN = "America/Denver", _("Mountain")
    ARIZONA = "America/Phoenix", _("Arizona")
    PACIFIC = "America/Los_Angeles", _("Pacific")
    ALASKA = "America/Anchorage", _("Alaska")
    HAWAII = "Pacific/Honolulu", _("Hawaii")
    ATLANTIC = "America/Puerto_Rico", _("Puerto Rico and Virgin Islands")
    GUAM = "Pacific/Guam", _("Guam")


#: The zone if it is not listed: the person says where they are, and staff work out the time. The time zone database has
#: this name for an unset zone, so ZoneInfo accepts it.
UNKNOWN = "Factory"
#: What the form sends for it.
OTHER = "other"
_ON_DAYS = [_("Mondays"), _("Tuesdays"), _("Wednesdays"), _("Thursdays"), _("Fridays"), _("Saturdays"), _("Sundays")]


def zone_name(zone: str) -> str:
    """Return "Eastern" and the like, or "Boise" for a zone that is not among the nine."""
    return str(dict(Zone.choices).get(zone, "")) or zone.rpartition("/")[2].replace("_", " ")


def zone_choices() -> list[tuple[str, str]]:
    """Return choices for the form, including the clinic's zone."""
    own = [] if settings.TIME_ZONE in Zone else [(settings.TIME_ZONE, zone_name(settings.TIME_ZONE))]
    return [*own, *((zone, capfirst(str(name))) for zone, name in Zone.choices)]


@dataclass(frozen=True)
class SafeHours:
    """No parts means any part, 8 am to 9 pm; no days, any day. In an unknown zone no hour is safe.

    `first` and `last` limit the parts to full hours; 0 means no limit.
    """

    parts: tuple[PartOfDay, ...] = ()
    zone: str = field(default_factory=lambda: settings.TIME_ZONE)
    days: tuple[int, ...] = ()
    first: int = 0
    last: int = 0

    @classmethod
    def from_text(cls, text: str, zone: str, finer: str = "") -> "SafeHours":
        """Parse the output of `to_text` and `finer_to_text`."""
        parts = tuple(PartOfDay(part) for part in text.split(",") if part)
        days, first, last = finer.split("|") if finer else ("", "0", "0")
        return cls(parts, zone, tuple(map(int, days)), int(first), int(last))

    def to_text(self) -> str:
        return ",".join(self.parts)

    def finer_to_text(self) -> str:
        """Return days and hours as "02|0|10", for Mondays and Wednesdays until 10; empty for none."""
        finer = f"{''.join(map(str, self.days))}|{self.first}|{self.last}"
        return "" if finer == "|0|0" else finer

    @property
    def is_any(self) -> bool:
        return not (self.to_text() or self.finer_to_text())

    @property
    def hours(self) -> list[tuple[int, int]]:
        """Return starts and ends in full hours on the person's clock; empty if the limits leave none."""
        chosen = [_HOURS[part] for part in PartOfDay if not self.parts or part in self.parts]
        limited = [(max(opens, self.first), min(closes, self.last or closes)) for opens, closes in chosen]
        return [(opens, closes) for opens, closes in limited if opens < closes]

    def include(self, at: datetime.datetime) -> bool:
        return any(begin <= at for begin, _ in self.intervals(at, days=1))

    def intervals(self, start: datetime.datetime, days: int) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
        """Yield the safe intervals that end after `start`, sorted, over `days` days in the person's zone.

        In UTC, as Python compares times of one zone by the wall clock, which is wrong across daylight saving changes.
        """
        if self.zone == UNKNOWN:
            return
        zone = ZoneInfo(self.zone)
        start = start.astimezone(datetime.UTC)
        first = start.astimezone(zone).date()
        for offset in range(days):
            day = first + datetime.timedelta(days=offset)
            for opens, closes in self.hours if not self.days or day.weekday() in self.days else []:
                begin, end = (
                    datetime.datetime.combine(day, datetime.time(hour), tzinfo=zone).astimezone(datetime.UTC)
                    for hour in (opens, closes)
                )
                if end > start:
                    yield max(begin, start), end

    @property
    def in_words(self) -> str:
        """Format as "Mondays; morning, 8 to 12; evening, 5 to 9 (Eastern time)"."""
        zone = gettext("%(zone)s time") % {"zone": zone_name(self.zone)}
        if self.zone == UNKNOWN:
            zone = gettext("time zone not known")
        found = [", ".join(str(_ON_DAYS[day]) for day in self.days)] if self.days else []
        if self.first or self.last:
            span = gettext("{opens} to {closes}")
            for opens, closes in merged(self.hours):
                found.append(span.format(opens=hour_name(opens), closes=hour_name(closes)))
        elif self.parts:
            found += [str(part.label) for part in self.parts]
        else:
            found.append(gettext("Any time, 8 in the morning to 9 in the evening"))
        words = "; ".join(each[:1].lower() + each[1:] for each in found)
        return f"{capfirst(words)} ({zone})"


def merged(intervals: Iterable[tuple]) -> Iterator[tuple]:
    """Merge touching or overlapping intervals, sorted by start."""
    last = None
    for begin, end in intervals:
        if last and begin <= last[1]:
            last = (last[0], max(last[1], end))
        else:
            if last:
                yield last
            last = (begin, end)
    if last:
        yield last
