"""The questions asked of callback requests and their attachments."""

from datetime import datetime, timedelta

from django.db.models import Case, Count, DateTimeField, F, Q, QuerySet, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone

from callbacks.values.opening import OpeningHours
from callbacks.values.safe_hours import SafeHours
from vault import keyring

#: The states of somebody who still waits for a call (CallbackRequest.WAITING).
WAITING = ("new", "claimed", "attempted")
#: Later than any call that can be looked forward to.
NEVER = timedelta(days=10_000)

Said = tuple[str, str]  # a time zone and safe hours as `SafeHours.to_text` wrote them


class CallbackRequestQuerySet(QuerySet):
    def due_for_erasure(self, at: datetime) -> QuerySet:
        """Requests whose time is over at `at`."""
        return self.filter(erase_after__lte=at)

    def with_counts(self) -> QuerySet:
        """Adds `file_count`, the files that arrived, and `attempt_count`."""
        arrived = ~Q(attachments__object_name="")
        return self.annotate(
            file_count=Count("attachments", filter=arrived, distinct=True),
            attempt_count=Count("attempts", distinct=True),
        )

    def behind(self, link_hash: str):
        """The request that a private link opens, with its files; None where there is none, or its time is over."""
        found = self.filter(link_hash=link_hash, link_expires_at__gt=timezone.now())
        return found.prefetch_related("attachments", "attempts").first()

    def waiting(self) -> QuerySet:
        """The person still waits for a call."""
        return self.filter(state__in=WAITING)

    def overdue(self, at: datetime) -> QuerySet:
        """Those who wait, past the time to call by: the time promised, or the next try where that is later."""
        return self.waiting().filter(self._overdue(at))

    def callable(self, at: datetime) -> QuerySet:
        """Those who wait and can be called at `at`: while we are open, within their safe hours, and not before an
        agreed next try."""
        return self.waiting().filter(self._callable(at))

    def never_met(self, at: datetime) -> QuerySet:
        """Those who wait and whom nobody can call, as their safe hours never meet our opening hours or their time zone
        is not known."""
        return self.waiting().filter(_said([said for said, moment in self._next_calls(at).items() if moment is None]))

    def for_staff(self, at: datetime) -> QuerySet:
        """The queue: who waits before who does not; among them who can be called now; then who can be called next.

        Those who can be called at the same moment come by the time to call by. Last are those whose safe hours never
        meet our opening hours, or whose time zone we do not know.
        """
        by_moment: dict[datetime | None, list[Said]] = {}
        for said, moment in self._next_calls(at).items():
            by_moment.setdefault(moment, []).append(said)
        never = Value(at + NEVER)
        whens = [When(_said(pairs), then=Value(moment or at + NEVER)) for moment, pairs in by_moment.items()]
        call = Case(When(~Q(state__in=WAITING), then=never), *whens, default=never, output_field=DateTimeField())
        return self.order_by(
            Case(When(state__in=WAITING, then=0), default=1),
            Case(When(next_try_at__gt=at, then=Greatest(call, "next_try_at")), default=call),
            Case(When(next_try_at__gt=F("due_at"), then=F("next_try_at")), default=F("due_at")),
            F("received_at").asc(),
        )

    def tally(self, at: datetime) -> dict[str, int]:
        """How many are `waiting`, `overdue` and `callable` at `at`."""
        return self.waiting().aggregate(
            waiting=Count("pk"),
            overdue=Count("pk", filter=self._overdue(at)),
            callable=Count("pk", filter=self._callable(at)),
        )

    def with_phone(self, e164: str) -> QuerySet:
        """Requests that left exactly this number, extension included; under whichever key it was indexed."""
        return self.filter(phone_index__in=keyring.indexes(e164))

    def not_told(self, before: datetime) -> QuerySet:
        """Received before `before`, and staff have not been sent the notice."""
        return self.filter(staff_told_at=None, received_at__lt=before, state__in=WAITING)

    def overdue_untold(self, at: datetime) -> QuerySet:
        """Overdue at `at`, and staff have not been told so since the time that was promised last."""
        return self.overdue(at).filter(Q(overdue_told_at=None) | Q(overdue_told_at__lt=F("due_at")))

    def correction_untold(self, told_before: datetime) -> QuerySet:
        """Changed by the person after it was claimed: whoever has it was not sent word, nor any since `told_before`."""
        untold = Q(correction_told_at=None) | Q(correction_told_at__lt=F("corrected_at"))
        rested = Q(correction_told_at=None) | Q(correction_told_at__lte=told_before)
        claimed = self.waiting().exclude(claimed_by=None).select_related("claimed_by")
        return claimed.filter(untold, rested, corrected_at__gt=F("claimed_at"))

    def waiting_but_erased_by(self, at: datetime) -> QuerySet:
        """The person still waits, and all that they sent will be erased by `at`."""
        return self.waiting().filter(erase_after__lte=at)

    @staticmethod
    def _overdue(at: datetime) -> Q:
        return Q(due_at__lt=at) & (Q(next_try_at=None) | Q(next_try_at__lt=at))

    def _callable(self, at: datetime) -> Q:
        now = [said for said, moment in self._next_calls(at).items() if moment == at]
        return _said(now) & (Q(next_try_at=None) | Q(next_try_at__lte=at))

    def _next_calls(self, at: datetime) -> dict[Said, datetime | None]:
        """When those who wait can be called next, from `at` on, for all safe hours that were said. Two queries."""
        hours = OpeningHours.now()
        said = self.model._default_manager.waiting().order_by().values_list("zone", "call_times").distinct()
        return {(zone, times): hours.next_call(at, SafeHours.from_text(times, zone)) for zone, times in said}


def _said(pairs: list[Said]) -> Q:
    """Rows with any of these zones and safe hours."""
    by_zone = {}
    for zone, times in pairs:
        by_zone.setdefault(zone, []).append(times)
    found = Q(pk=None)
    for zone, times in by_zone.items():
        found |= Q(zone=zone, call_times__in=times)
    return found


class AttachmentQuerySet(QuerySet):
    def arrived(self) -> QuerySet:
        """Files that we have all of, readable or held."""
        return self.filter(state__in=self.model.ARRIVED)

    def readable(self) -> QuerySet:
        """Files that staff may open."""
        return self.filter(state=self.model.State.STORED)

    def held(self) -> QuerySet:
        """Files that nobody opens before they were scanned."""
        return self.filter(state=self.model.State.HELD)

    def object_names(self) -> set[str]:
        """The objects that these rows point to."""
        return set(self.arrived().values_list("object_name", flat=True))
