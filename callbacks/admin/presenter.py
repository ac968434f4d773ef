"""How a request stands, in words: what the queue's rows and the head of a request's page say. Opens nothing sealed."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.timesince import timesince

from callbacks.admin.times import clock, date_and_clock, day_and_clock, relative
from callbacks.casework import actions
from callbacks.models import CallbackRequest
from callbacks.values.opening import OpeningHours
from callbacks.values.safe_hours import UNKNOWN, clock_of


@dataclass(frozen=True)
class Standing:
    """One request at one moment, beside our opening hours."""

    request: CallbackRequest
    now: datetime.datetime
    hours: OpeningHours

    @classmethod
    def of_all(cls, requests: Iterable[CallbackRequest], now: datetime.datetime) -> list["Standing"]:
        """In the order of `requests`."""
        hours = OpeningHours.now()
        return [cls(request, now, hours) for request in requests]

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
        return self.request.can_be_called_at(self.now) and self.hours.allow(self.now)

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
    def is_open(self) -> bool:
        """Somebody is here to call, or no opening hours are listed."""
        return self.hours.allow(self.now)

    @property
    def problem(self) -> str:
        """Why there is no hour at which the person can be called; empty for almost everybody."""
        if not self.request.is_waiting:
            return ""
        if self.request.zone == UNKNOWN:
            return "Time zone not known"
        never = self.hours.never_meet(self.request.safe_hours, self.now)
        return "Safe hours never meet our hours" if never else ""

    @property
    def clock_there(self) -> str:
        """What the person's own clock shows; empty where we do not know their time zone."""
        if self.request.zone == UNKNOWN:
            return ""
        return clock(self.now.astimezone(clock_of(self.request.zone)))

    @property
    def next_try(self) -> str:
        """When, and a word where nobody can or may call then."""
        at = self.request.next_try_at
        if at is None:
            return ""
        against = self.hours.against(at, self.request.safe_hours) if self.request.is_waiting else []
        return "; ".join([f"{relative(at, self.now)}, {day_and_clock(at, self.now)}", *against])

    @property
    def claimed_by(self) -> str:
        return actions.name_of(self.request.claimed_by)
