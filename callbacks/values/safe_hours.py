"""When somebody can safely be called: parts of the day in their own time zone."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import TextChoices


class PartOfDay(TextChoices):
    MORNING = "morning", "Morning, 8 to 12"
    AFTERNOON = "afternoon", "Afternoon, 12 to 5"
    EVENING = "evening", "Evening, 5 to 9"

    @property
    def hours(self) -> tuple[int, int]:
        """From and until, in full hours on the person's clock."""
        return _HOURS[self]


_HOURS = {PartOfDay.MORNING: (8, 12), PartOfDay.AFTERNOON: (12, 17), PartOfDay.EVENING: (17, 21)}


class Zone(TextChoices):
    """The time zones of the United States. `zone_choices` adds the clinic's own."""

    EASTERN = "America/New_York", "Eastern"
    CENTRAL = "America/Chicago", "Central"
    MOUNTAIN = "America/Denver", "Mountain"
    ARIZONA = "America/Phoenix", "Arizona"
    PACIFIC = "America/Los_Angeles", "Pacific"
    ALASKA = "America/Anchorage", "Alaska"
    HAWAII = "Pacific/Honolulu", "Hawaii"
    ATLANTIC = "America/Puerto_Rico", "Puerto Rico and Virgin Islands"
    GUAM = "Pacific/Guam", "Guam"


#: The zone of somebody whose zone is not listed: they say where they are, and staff work out their time.
#: The time zone database uses this name for an unset zone, so ZoneInfo accepts it.
UNKNOWN = "Factory"
#: What the form sends for it.
OTHER = "other"


def zone_name(zone: str) -> str:
    """Like "Eastern", or "Boise" for a zone that is not among the nine."""
    return dict(Zone.choices).get(zone) or zone.rpartition("/")[2].replace("_", " ")


def zone_choices() -> list[tuple[str, str]]:
    """Choices for the form, always with the clinic's own zone."""
    own = [] if settings.TIME_ZONE in Zone else [(settings.TIME_ZONE, zone_name(settings.TIME_ZONE))]
    return [*own, *Zone.choices]


def clock_of(zone: str) -> ZoneInfo:
    """The person's clock, or the clinic's if their zone is unknown."""
    return ZoneInfo(settings.TIME_ZONE if zone == UNKNOWN else zone)


@dataclass(frozen=True)
class SafeHours:
    """No parts means any part, 8 in the morning to 9 in the evening. In an unknown zone no hour is safe."""

    parts: tuple[PartOfDay, ...] = ()
    zone: str = field(default_factory=lambda: settings.TIME_ZONE)

    @classmethod
    def from_text(cls, text: str, zone: str) -> "SafeHours":
        """Parse what `to_text` wrote."""
        return cls(tuple(PartOfDay(part) for part in text.split(",") if part), zone)

    def to_text(self) -> str:
        return ",".join(self.parts)

    def include(self, at: datetime.datetime) -> bool:
        if self.zone == UNKNOWN:
            return False
        local = at.astimezone(ZoneInfo(self.zone))
        return any(start <= local.hour < end for start, end in self._hours())

    def intervals(self, start: datetime.datetime, days: int) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
        """The safe intervals that end after `start`, in order, over `days` days of the person's calendar.

        In UTC: Python compares two times in one zone by the wall clock, which is wrong when daylight saving changes.
        """
        if self.zone == UNKNOWN:
            return
        zone = ZoneInfo(self.zone)
        start = start.astimezone(datetime.UTC)
        first = start.astimezone(zone).date()
        for offset in range(days):
            day = first + datetime.timedelta(days=offset)
            for opens, closes in self._hours():
                begin, end = (
                    datetime.datetime.combine(day, datetime.time(hour), tzinfo=zone).astimezone(datetime.UTC)
                    for hour in (opens, closes)
                )
                if end > start:
                    yield max(begin, start), end

    @property
    def in_words(self) -> str:
        """Like "Morning, 8 to 12; evening, 5 to 9 (Eastern time)"."""
        zone = "time zone not known" if self.zone == UNKNOWN else f"{zone_name(self.zone)} time"
        parts = "; ".join(part.label for part in self.parts) or "Any time, 8 in the morning to 9 in the evening"
        return f"{parts[0]}{parts[1:].lower()} ({zone})"

    def _hours(self) -> list[tuple[int, int]]:
        return [part.hours for part in PartOfDay if not self.parts or part in self.parts]
