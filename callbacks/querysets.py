"""The questions asked of callback requests and their attachments."""

from datetime import datetime

from django.db.models import Case, Count, F, Q, QuerySet, When
from django.utils import timezone

from callbacks import keyring
from callbacks.safe_hours import PartOfDay, SafeHours

#: The states of somebody who still waits for a call (CallbackRequest.WAITING).
WAITING = ("new", "claimed", "attempted")


class CallbackRequestQuerySet(QuerySet):
    def due_for_erasure(self, at: datetime) -> QuerySet:
        """Requests whose time is over at `at`."""
        return self.filter(erase_after__lte=at)

    def with_file_count(self) -> QuerySet:
        """Adds `file_count`: the files that arrived."""
        return self.annotate(file_count=Count("attachments", filter=~Q(attachments__object_name="")))

    def behind(self, link_hash: str):
        """The request that a private link opens, with its files; None where there is none, or its time is over."""
        found = self.filter(link_hash=link_hash, link_expires_at__gt=timezone.now())
        return found.prefetch_related("attachments", "attempts").first()

    def waiting(self) -> QuerySet:
        """The person still waits for a call."""
        return self.filter(state__in=WAITING)

    def overdue(self, at: datetime) -> QuerySet:
        return self.waiting().filter(due_at__lt=at)

    def callable(self, at: datetime) -> QuerySet:
        """Those who wait and can be called at `at`: within their safe hours, and not before an agreed next try."""
        return self.waiting().filter(self._callable(at))

    def for_staff(self, at: datetime) -> QuerySet:
        """The queue: who waits before who does not; among them who can be called now; then by the time promised."""
        return self.order_by(
            Case(When(state__in=WAITING, then=0), default=1),
            Case(When(self._callable(at), then=0), default=1),
            F("due_at").asc(),
            F("received_at").asc(),
        )

    def with_phone(self, e164: str) -> QuerySet:
        """Requests that left exactly this number, extension included; under whichever key it was indexed."""
        return self.filter(phone_index__in=keyring.indexes(e164))

    def not_told(self, before: datetime) -> QuerySet:
        """Received before `before`, and staff have not been sent the notice."""
        return self.filter(staff_told_at=None, received_at__lt=before, state__in=WAITING)

    def _callable(self, at: datetime) -> Q:
        zones = self.model._default_manager.order_by().values_list("zone", flat=True).distinct()
        safe = Q(pk=None)
        for zone in zones:
            here = Q(zone=zone)
            parts = [part for part in PartOfDay if SafeHours((part,), zone).include(at)]
            if parts:
                safe |= here & (Q(call_times="") | Q(call_times__contains=parts[0]))
        return safe & (Q(next_try_at=None) | Q(next_try_at__lte=at))


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
