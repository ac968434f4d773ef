"""Records of staff's work: call attempts, notes, disclosures, the access log, and counts that outlive them."""

import uuid
from typing import TypeAlias

from django.conf import settings
from django.contrib import admin
from django.db import models
from django.db.models import Q
from django.utils import timezone

from callbacks.models.requests import CallbackRequest
from callbacks.values import states
from callbacks.values.counts import Measure
from callbacks.values.upload_rules import Slot


class ByStaff(models.Model):
    """Who did it and when; newest first."""

    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    username = models.CharField(max_length=150, help_text="Kept when the account is deleted.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
        ordering = ["-at", "-pk"]

    @property
    @admin.display(description="Who", ordering="username")
    def by(self) -> str:
        """Return the colleague's name; the login if there is none or the account is deleted."""
        return str(self.who or self.username)


class CallAttempt(ByStaff):
    Outcome = states.Outcome

    request = models.ForeignKey(CallbackRequest, on_delete=models.CASCADE, related_name="attempts")
    outcome = models.CharField(max_length=14, choices=states.Outcome)
    next_try_at = models.DateTimeField("next try", null=True, blank=True)

    class Meta(ByStaff.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=states.Outcome.values), name="attempt_outcome_known"),
            models.CheckConstraint(
                condition=Q(next_try_at=None) | Q(next_try_at__gt=models.F("at")), name="attempt_next_try_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request}: {self.get_outcome_display()}"


class SealedText(ByStaff):
    """Text that staff wrote on a request, sealed, as it may quote the person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request: CallbackRequest
    sealed = models.BinaryField()

    class Meta(ByStaff.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} on {self.request}".capitalize()

    def seal_text(self, text: str) -> None:
        """Seal a text; the caller saves. Raises VaultError without a key."""
        self.sealed = self.request.seal(text.encode(), self._part)

    def open_text(self) -> str:
        """Decrypt the text. Raises VaultError if it was changed or its key is missing."""
        return self.request.open(self.sealed, self._part).decode()

    @property
    def _part(self) -> str:
        return f"{self._meta.model_name}|{self.pk}"


class Note(SealedText):
    """A note for colleagues."""

    request = models.ForeignKey(CallbackRequest, on_delete=models.CASCADE, related_name="notes")


class Disclosure(SealedText):
    """An entry of the account of disclosures, from casework.disclosures.Entry."""

    request = models.ForeignKey(CallbackRequest, on_delete=models.CASCADE, related_name="disclosures")

    class Meta(SealedText.Meta):
        default_permissions = ()


class DoNotCall(ByStaff):
    """A number that staff must not call until a lead lifts this. Holds a keyed hash of it, and no request."""

    phone_index = models.CharField(max_length=80, help_text="Keyed hash of the number.")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=150, blank=True)

    class Meta(ByStaff.Meta):
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["phone_index"], condition=Q(lifted_at=None), name="do_not_call_once_per_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}, {self.username}"


class AccessRecord(ByStaff):
    """An entry of the access log. Outlives the request, and holds none of its content."""

    Action: TypeAlias = states.Access

    request_reference = models.CharField("request", max_length=7, blank=True)
    slot = models.CharField("file", max_length=10, choices=Slot, blank=True)
    action = models.CharField(max_length=10, choices=states.Access)

    class Meta(ByStaff.Meta):
        default_permissions = ("view",)
        indexes = [models.Index(fields=["request_reference"], name="access_reference")]
        constraints = [models.CheckConstraint(condition=Q(action__in=states.Access.values), name="access_action_known")]

    def __str__(self) -> str:
        return f"{self.username} {self.action} {self.request_reference}".strip()


class Tombstone(models.Model):
    """The id of a withdrawn or erased request, to erase it again from a restored backup."""

    request_id = models.UUIDField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    withdrawn = models.BooleanField(help_text="By the person; otherwise erased by staff.")

    class Meta:
        default_permissions = ()


class Erasure(models.Model):
    """How much was erased, when and why: counts only."""

    Reason: TypeAlias = states.ErasureReason

    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=10, choices=states.ErasureReason)
    requests = models.PositiveIntegerField()
    files = models.PositiveIntegerField()

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=states.ErasureReason.values), name="erasure_reason_known"),
            models.CheckConstraint(condition=Q(requests__gt=0) | Q(files__gt=0), name="erasure_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}: {self.requests} requests, {self.files} files"


class CallCount(models.Model):
    """How many requests came in this hour, were called on this day, and fell into this bucket; anonymous.

    Counted when a call is logged, as a request may be withdrawn or erased before its count is shown.
    """

    day = models.DateField(help_text="Of the call, on the clinic's clock.")
    hour = models.PositiveSmallIntegerField(help_text="In which the request came, 0 to 23, on the clinic's clock.")
    measure = models.CharField(max_length=10, choices=Measure)
    bucket = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        permissions = [("view_callcount", "Can see waiting times and promises kept")]
        constraints = [
            models.UniqueConstraint(fields=["day", "hour", "measure", "bucket"], name="call_count_once"),
            models.CheckConstraint(condition=Q(measure__in=Measure.values), name="call_count_measure_known"),
        ]
