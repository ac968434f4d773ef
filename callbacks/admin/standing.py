"""How a request stands, in words: what the queue's rows and the head of a request's page say. Opens nothing sealed."""

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.timesince import timesince

from callbacks import work
from callbacks.clock import clock, date_and_clock, day_and_clock, relative
from callbacks.models import CallbackRequest


@dataclass(frozen=True)
class Standing:
    """One request at one moment."""

    request: CallbackRequest
    now: datetime.datetime

    @property
    def state(self) -> str:
        return self.request.get_state_display()

    @property
    def suspicion(self) -> str:
        return self.request.get_suspicion_display()

    @property
    def is_overdue(self) -> bool:
        return self.request.is_overdue_at(self.now)

    @property
    def can_be_called(self) -> bool:
        return self.request.can_be_called_at(self.now)

    @property
    def due(self) -> str:
        """Like "in 2 hours"; for one that is late, how late."""
        if self.is_overdue:
            return f"by {timesince(self.request.call_by, self.now, depth=1)}"
        return relative(self.request.call_by, self.now)

    @property
    def due_clock(self) -> str:
        return day_and_clock(self.request.call_by, self.now)

    @property
    def received(self) -> str:
        return day_and_clock(self.request.received_at, self.now)

    @property
    def corrected(self) -> str:
        """When the person changed it, or nothing."""
        return date_and_clock(self.request.corrected_at) if self.request.corrected_at else ""

    @property
    def safe_hours(self) -> str:
        return self.request.safe_hours.in_words

    @property
    def is_safe_hour(self) -> bool:
        return self.request.safe_hours.include(self.now)

    @property
    def clock_there(self) -> str:
        """What the person's own clock shows."""
        return clock(self.now.astimezone(ZoneInfo(self.request.zone)))

    @property
    def next_try(self) -> str:
        at = self.request.next_try_at
        return f"{relative(at, self.now)}, {day_and_clock(at, self.now)}" if at else ""

    @property
    def claimed_by(self) -> str:
        return work.name_of(self.request.claimed_by)
