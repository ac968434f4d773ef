"""Queries for callback requests and their attachments."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db.models import Case, Count, DateTimeField, F, Q, QuerySet, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone

from callbacks.values.opening import OpeningHours
from callbacks.values.safe_hours import SafeHours
from callbacks.values.states import ARRIVED, WAITING, FileState
from vault import keyring

if TYPE_CHECKING:
    from callbacks.models import CallbackRequest

#: Later than any possible call.
NEVER = timedelta(days=10_000)

ZoneAndHours = tuple[str, str, str]  # time zone, `SafeHours.finer_to_text` and `to_text`


class CallbackRequestQuerySet(QuerySet["CallbackRequest"]):
    def due_for_erasure(self, at: datetime) -> Self:
        return self.filter(erase_after__lte=at)

    def with_counts(self) -> Self:
        """Annotate `file_count`, of files that arrived, `attempt_count`, and `is_barred`: all numbers are barred."""
        arrived = ~Q(attachments__object_name="")
        return self.annotate(
            is_barred=self._barred(),
            file_count=Count("attachments", filter=arrived, distinct=True),
            attempt_count=Count("attempts", distinct=True),
        )

    def by_private_link(self, link_hash: str) -> "CallbackRequest | None":
        """Return the request of an unexpired private link, with its files and attempts."""
        found = self.filter(link_hash=link_hash, link_expires_at__gt=timezone.now())
        return found.prefetch_related("attachments", "attempts").first()

    def waiting(self) -> Self:
        return self.filter(state__in=WAITING)

    def overdue(self, at: datetime) -> Self:
        """Return waiting requests past CallbackRequest.call_by."""
        return self.waiting().filter(self._overdue(at))

    def callable(self, at: datetime) -> Self:
        """Return waiting requests in opening and safe hours, past a next try, not barred (as can_be_called)."""
        return self.waiting().filter(self._callable(at))

    def callable_within(self, wait: timedelta, at: datetime) -> Self:
        """Return waiting requests that can be called at `at`, or after at most this wait."""
        by = at + wait
        soon = [hours for hours, moment in self._next_calls(at).items() if moment and moment <= by]
        return self.waiting().filter(_matching(soon), ~self._barred(), Q(next_try_at=None) | Q(next_try_at__lte=by))

    def never_met(self, at: datetime) -> Self:
        """Return waiting requests whose safe hours never overlap opening hours, or whose time zone is unknown."""
        never = [hours for hours, moment in self._next_calls(at).items() if moment is None]
        return self.waiting().filter(_matching(never))

    def for_staff(self, at: datetime) -> Self:
        """Sort as the queue: waiting ones by when they can next be called, then by `call_by`; then the others.

        Of those waiting, requests that can never be called, or are in an unknown time zone, come last.
        """
        never = at + NEVER
        by_moment: dict[datetime, list[ZoneAndHours]] = {}
        for hours, moment in self._next_calls(at).items():
            by_moment.setdefault(moment or never, []).append(hours)
        whens = [When(_matching(alike), then=Value(moment)) for moment, alike in by_moment.items()]
        whens.insert(0, When(~Q(state__in=WAITING), then=Value(never)))
        call = Case(*whens, default=Value(never), output_field=DateTimeField())
        return self.order_by(
            Case(When(state__in=WAITING, then=0), default=1),
            Case(When(next_try_at__gt=at, then=Greatest(call, "next_try_at")), default=call),
            Case(When(next_try_at__gt=F("due_at"), then=F("next_try_at")), default=F("due_at")),
            F("received_at").asc(),
        )

    def tally(self, at: datetime, who: int | None = None) -> dict[str, int]:
        """Count `waiting`, `overdue` and `callable` requests at `at`, and those claimed by `who` as `mine`."""
        return self.waiting().aggregate(
            waiting=Count("pk"),
            mine=Count("pk", filter=Q(claimed_by=who) if who else Q(pk=None)),
            overdue=Count("pk", filter=self._overdue(at)),
            callable=Count("pk", filter=self._callable(at)),
        )

    def with_phone(self, *e164: str) -> Self:
        """Return requests with one of these numbers, extension included, whatever key it was indexed under."""
        indexes = keyring.indexes(*e164)
        return self.filter(Q(phone_index__in=indexes) | Q(second_phone_index__in=indexes))

    def unannounced(self, before: datetime) -> Self:
        """Return requests waiting since `before`, also after a correction, without a notice to staff."""
        came_before = Q(corrected_at=None) | Q(corrected_at__lte=before)
        return self.waiting().filter(came_before, staff_notified_at=None, received_at__lte=before)

    def overdue_unannounced(self, at: datetime) -> Self:
        """Return overdue requests that staff have not been notified of since the last promised time."""
        return self.overdue(at).filter(Q(overdue_notified_at=None) | Q(overdue_notified_at__lt=F("due_at")))

    def correction_unannounced(self, notified_before: datetime) -> Self:
        """Return claimed requests whose claimer was not notified of a correction since `notified_before`."""
        unannounced = Q(correction_notified_at__lt=F("corrected_at"), correction_notified_at__lte=notified_before)
        claimed = self.waiting().exclude(claimed_by=None).select_related("claimed_by")
        corrected = claimed.filter(corrected_at__gt=F("claimed_at"))
        return corrected.filter(Q(correction_notified_at=None) | unannounced)

    def _barred(self) -> Q:
        """Return the condition that all numbers are barred. A lookup by number, so that the queue reads few rows."""
        barred = apps.get_model("callbacks", "DoNotCall").objects.filter(lifted_at=None).values("phone_index")
        second = Q(second_phone_index=None) | Q(second_phone_index__in=barred)
        return Q(pk__in=self.model._default_manager.filter(second, phone_index__in=barred).order_by().values("pk"))

    @staticmethod
    def _overdue(at: datetime) -> Q:
        return Q(due_at__lt=at) & (Q(next_try_at=None) | Q(next_try_at__lt=at))

    def _callable(self, at: datetime) -> Q:
        now = [hours for hours, moment in self._next_calls(at).items() if moment == at]
        return _matching(now) & ~self._barred() & (Q(next_try_at=None) | Q(next_try_at__lte=at))

    def _next_calls(self, at: datetime) -> dict[ZoneAndHours, datetime | None]:
        """Return when each waiting combination of zone and safe hours can next be called. Two queries."""
        opening = OpeningHours.now()
        rows = self.model._default_manager.waiting().order_by()
        found = rows.values_list("zone", "finer_hours", "call_times").distinct()
        return {
            (zone, finer, times): opening.next_call(at, SafeHours.from_text(times, zone, finer))
            for zone, finer, times in found
        }


def _matching(found: list[ZoneAndHours]) -> Q:
    """Return the condition for any of these zones and safe hours."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for zone, finer, times in found:
        grouped.setdefault((zone, finer), []).append(times)
    condition = Q(pk=None)
    for (zone, finer), all_times in grouped.items():
        condition |= Q(zone=zone, finer_hours=finer, call_times__in=all_times)
    return condition


class AttachmentQuerySet(QuerySet):
    def arrived(self) -> Self:
        """Return files that arrived whole, readable or held."""
        return self.filter(state__in=ARRIVED)

    def readable(self) -> Self:
        """Return files that staff may open."""
        return self.filter(state=FileState.STORED)

    def held(self) -> Self:
        return self.filter(state=FileState.HELD)

    def object_names(self) -> set[str]:
        return set(self.arrived().values_list("object_name", flat=True))
