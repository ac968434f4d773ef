"""Present a request in the queue and at the top of its page. Decrypts nothing."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.timesince import timesince

from callbacks.admin.codes import ABOUT, CHANNELS, LANGUAGES, WISHES
from callbacks.admin.times import clock, day_and_clock, relative
from callbacks.casework import actions
from callbacks.models import CallbackRequest
from callbacks.values.details import Channel, IfOtherAnswers, Language
from callbacks.values.opening import OpeningHours
from callbacks.values.safe_hours import UNKNOWN


@dataclass(frozen=True)
class RequestSummary:
    """One request at one time, with the opening hours."""

    request: CallbackRequest
    now: datetime.datetime
    hours: OpeningHours

    @classmethod
    def for_all(cls, requests: Iterable[CallbackRequest], now: datetime.datetime) -> list["RequestSummary"]:
        hours = OpeningHours.now()
        return [cls(request, now, hours) for request in requests]

    @property
    def is_overdue(self) -> bool:
        return self.request.is_waiting and self.request.call_by < self.now

    @property
    def can_be_called(self) -> bool:
        """Agree with CallbackRequestQuerySet.callable, but ignore barred numbers if counts are not annotated."""
        return self._next_call == self.now and (self.request.next_try_at or self.now) <= self.now

    @cached_property
    def _next_call(self) -> datetime.datetime | None:
        """Return when opening and safe hours next overlap; None if never, or if nobody waits for this call."""
        if not self.request.is_waiting or getattr(self.request, "is_barred", False):
            return None
        return self.hours.next_call(self.now, self.request.safe_hours)

    @property
    def call_from(self) -> str:
        """Return when opening and safe hours next overlap (the queue's order); empty if now, never or by next try."""
        at = self._next_call
        if at is None or at == self.now or at <= (self.request.next_try_at or self.now):
            return ""
        return day_and_clock(at, self.now)

    @property
    def due(self) -> str:
        """Format as "in 2 hours"; if overdue, by how much."""
        if self.is_overdue:
            return f"by {timesince(self.request.call_by, self.now, depth=1)}"
        return relative(self.request.call_by, self.now)

    @property
    def is_safe_hour(self) -> bool:
        return self.request.safe_hours.include(self.now)

    @property
    def is_open(self) -> bool:
        return self.hours.allow(self.now)

    @property
    def problem(self) -> str:
        """Return why the person can never be called; usually empty."""
        if not self.request.is_waiting:
            return ""
        if self.request.zone == UNKNOWN:
            return "Time zone not known"
        never = self.hours.never_meet(self.request.safe_hours, self.now)
        return "Safe hours never overlap our hours" if never else ""

    @property
    def clock_there(self) -> str:
        """Return the person's local time; empty if their time zone is unknown."""
        return "" if self.request.zone == UNKNOWN else clock(self.now.astimezone(self.request.clock))

    @property
    def next_try(self) -> str:
        """Return the time, with reasons against calling then."""
        at = self.request.next_try_at
        if at is None:
            return ""
        against = self.hours.reasons_against(at, self.request.safe_hours) if self.request.is_waiting else []
        return "; ".join([f"{relative(at, self.now)}, {day_and_clock(at, self.now)}", *against])

    @property
    def unusual(self) -> list[str]:
        """Return language and channel, unless it is an ordinary call in English."""
        request = self.request
        usual = {"", Language.ENGLISH, Channel.CALL}
        chosen = ((request.language, LANGUAGES), (request.channel, CHANNELS))
        return [words[code] for code, words in chosen if code not in usual]

    @property
    def about(self) -> str:
        return ABOUT[self.request.about] if self.request.about else ""

    @property
    def wish(self) -> str:
        """Return what others may be told, unless that is the default: nothing."""
        wish = self.request.if_other_answers
        return WISHES[wish] if wish not in {"", IfOtherAnswers.QUIET} else ""

    @property
    def claimed_by(self) -> str:
        return actions.name_of(self.request.claimed_by)
