"""When we can call: the clinic's opening times and special days, within the person's safe hours."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.conf import settings

from callbacks.values.safe_hours import UNKNOWN, SafeHours, merged
from editorial.models.opening import OpeningTime, SpecialDay, week_in_words
from editorial.text import snapshot

#: How far ahead to search. Safe hours without an overlap until then never overlap.
DAYS_AHEAD = 28
WEEK = 7

UTC = datetime.UTC
Interval = tuple[datetime.datetime, datetime.datetime]


@dataclass(frozen=True)
class OpeningHours:
    """The clinic's hours. All returned times are in UTC, sorted, and do not overlap."""

    times: list[OpeningTime]  # none: not listed
    special_days: list[SpecialDay]
    call_within: datetime.timedelta
    _next_calls: dict[tuple[datetime.datetime, SafeHours], datetime.datetime | None] = field(default_factory=dict)

    @classmethod
    def now(cls) -> "OpeningHours":
        """Return the current hours. One query, three more after a change of content. Raises DatabaseError."""
        content = snapshot.current()
        within = datetime.timedelta(hours=content.clinic.call_within_hours if content.clinic else 0)
        return cls(content.opening_times, content.special_days, within)

    def open(self, start: datetime.datetime, days: int = DAYS_AHEAD) -> Iterator[tuple[datetime.date, Interval]]:
        """Yield the intervals in which we are open, from `start` on, each with its local day."""
        zone = ZoneInfo(settings.TIME_ZONE)
        start = start.astimezone(UTC)
        today = start.astimezone(zone).date()
        for offset in range(days):
            day = today + datetime.timedelta(days=offset)
            for opens, closes in self._hours_on(day):
                begin, end = (datetime.datetime.combine(day, at, tzinfo=zone).astimezone(UTC) for at in (opens, closes))
                if (begin := max(begin, start)) < end:
                    yield day, (begin, end)

    def shared(
        self, start: datetime.datetime, safe: SafeHours, days: int = DAYS_AHEAD
    ) -> Iterator[tuple[datetime.date, Interval]]:
        """Yield the intervals in which we are open and a call is safe."""
        for day, (opens, closes) in self.open(start, days):
            for begin, end in safe.intervals(opens, days=2):
                if begin < (last := min(closes, end)):
                    yield day, (begin, last)

    def allow(self, at: datetime.datetime) -> bool:
        """Return whether we are open at `at`; true if no hours are listed."""
        return not self.times or any(begin <= at for _, (begin, _) in self.open(at, days=1))

    def next_call(self, at: datetime.datetime, safe: SafeHours) -> datetime.datetime | None:
        """Return the first time, `at` included, at which we are open and a call is safe; None if there is none.

        If no hours are listed, only the safe hours count.
        """
        key = (at, safe)
        if key not in self._next_calls:
            self._next_calls[key] = next((begin for begin, _ in self._callable_intervals(at, safe)), None)
        return self._next_calls[key]

    def next_beginning(self, at: datetime.datetime, safe: SafeHours) -> datetime.datetime | None:
        """Return the beginning of the first callable interval after `at`."""
        return next((begin for begin, _ in self._callable_intervals(at, safe) if begin > at), None)

    def reasons_against(self, at: datetime.datetime, safe: SafeHours) -> list[str]:
        """Return reasons not to call at `at`, as ends of a sentence."""
        if safe.zone == UNKNOWN:
            return ["their time zone is not known"]
        outside = [] if safe.include(at) else ["outside their safe hours"]
        return outside if self.allow(at) else [*outside, "we are closed then"]

    def never_meet(self, safe: SafeHours, at: datetime.datetime) -> bool:
        """Return whether both hours are known and never overlap."""
        return bool(self.times) and safe.zone != UNKNOWN and self.next_call(at, safe) is None

    def week_there(self, at: datetime.datetime, zone: str) -> str:
        """Return our hours of an ordinary week in words, in that zone, within hours for calls; may be empty."""
        clock = ZoneInfo(zone)
        midnight = datetime.datetime.combine(at.astimezone(clock).date(), datetime.time(), tzinfo=clock)
        ordinary = OpeningHours(self.times, [], self.call_within)
        intervals = (interval for _, interval in ordinary.shared(midnight, SafeHours((), zone), days=WEEK + 1))
        week = set()
        for begin, end in merged(intervals):
            there = begin.astimezone(clock)
            if there < midnight + datetime.timedelta(days=WEEK):  # clocks may change within the week
                week.add((there.weekday(), there.time(), end.astimezone(clock).time()))
        return week_in_words(sorted(week))

    def _callable_intervals(self, at: datetime.datetime, safe: SafeHours) -> Iterator[Interval]:
        if self.times:
            return merged(interval for _, interval in self.shared(at, safe))
        return merged(safe.intervals(at, days=WEEK + 1))

    def _hours_on(self, day: datetime.date) -> list[tuple[datetime.time, datetime.time]]:
        for special in self.special_days:
            if special.day == day:
                return [(special.opens, special.closes)] if special.opens and special.closes else []
        hours = sorted((time.opens, time.closes) for time in self.times if time.weekday == day.weekday())
        return list(merged(hours))
