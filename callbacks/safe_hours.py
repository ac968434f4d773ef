"""When somebody can safely be called: parts of the day in their own time zone."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import TextChoices


class PartOfDay(TextChoices):
    MORNING = "morning", "Morning, 8 to 12"
    AFTERNOON = "afternoon", "Afternoon, 12 to 5"
    EVENING = "evening", "Evening, 5 to 9"

    @property
    def hours(self) -> tuple[int, int]:
        """From and until, full hours of the person's own clock."""
        return _HOURS[self]


_HOURS = {PartOfDay.MORNING: (8, 12), PartOfDay.AFTERNOON: (12, 17), PartOfDay.EVENING: (17, 21)}


class Zone(TextChoices):
    """The time zones of the United States; another one is told to us in the message."""

    EASTERN = "America/New_York", "Eastern"
    CENTRAL = "America/Chicago", "Central"
    MOUNTAIN = "America/Denver", "Mountain"
    ARIZONA = "America/Phoenix", "Arizona"
    PACIFIC = "America/Los_Angeles", "Pacific"
    ALASKA = "America/Anchorage", "Alaska"
    HAWAII = "Pacific/Honolulu", "Hawaii"
    ATLANTIC = "America/Puerto_Rico", "Puerto Rico and Virgin Islands"
    GUAM = "Pacific/Guam", "Guam"


@dataclass(frozen=True)
class SafeHours:
    """No part named means any part: nobody is called before 8 or after 9 in the evening."""

    parts: tuple[PartOfDay, ...] = ()
    zone: str = settings.TIME_ZONE

    @classmethod
    def from_text(cls, text: str, zone: str) -> "SafeHours":
        """Reads what `to_text` wrote."""
        return cls(tuple(PartOfDay(part) for part in text.split(",") if part), zone)

    def to_text(self) -> str:
        return ",".join(self.parts)

    def include(self, at: datetime.datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.zone))
        return any(start <= local.hour < end for start, end in self._hours())

    def stretches(self, start: datetime.datetime, days: int) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
        """The safe stretches that end after `start`, in order, for so many days."""
        zone = ZoneInfo(self.zone)
        first = start.astimezone(zone).date()
        for offset in range(days):
            day = first + datetime.timedelta(days=offset)
            for opens, closes in self._hours():
                begin, end = (
                    datetime.datetime.combine(day, datetime.time(hour), tzinfo=zone) for hour in (opens, closes)
                )
                if end > start:
                    yield max(begin, start), end

    @property
    def in_words(self) -> str:
        """Like "Morning, 8 to 12; evening, 5 to 9 (Eastern)"."""
        zone = dict(Zone.choices).get(self.zone, self.zone)
        parts = "; ".join(part.label for part in self.parts) or "Any time from 8 to 9 in the evening"
        return f"{parts[0]}{parts[1:].lower()} ({zone} time)"

    def _hours(self) -> list[tuple[int, int]]:
        return [part.hours for part in PartOfDay if not self.parts or part in self.parts]
