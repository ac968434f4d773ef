"""What staff did: call attempts, notes, and the record of who read, exported or erased what."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from callbacks.models.requests import CallbackRequest
from callbacks.values.upload_rules import Slot


class CallAttempt(models.Model):
    """Somebody on the staff tried to reach the person."""

    class Outcome(models.TextChoices):
        REACHED = "reached", "Talked to them"
        NO_ANSWER = "no_answer", "No answer"
        SOMEONE_ELSE = "someone_else", "Someone else answered"
        LEFT_MESSAGE = "left_message", "Left a message or sent a text, as agreed"
        CALL_LATER = "call_later", "They asked us to call later"
        WROTE = "wrote", "Wrote an email"
        WRONG_CONTACT = "wrong_contact", "Wrong number or address"

    request = models.ForeignKey(CallbackRequest, on_delete=models.CASCADE, related_name="attempts")
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="call_attempts"
    )
    username = models.CharField(max_length=150, help_text="Stays when the account is gone.")
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=14, choices=Outcome)
    next_try_at = models.DateTimeField("next try", null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    outcome__in=[
                        "reached",
                        "no_answer",
                        "someone_else",
                        "left_message",
                        "call_later",
                        "wrote",
                        "wrong_contact",
                    ]
                ),
                name="attempt_outcome_known",
            ),
            models.CheckConstraint(
                condition=Q(next_try_at=None) | Q(next_try_at__gt=models.F("at")), name="attempt_next_try_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request}: {self.get_outcome_display()}"


class Note(models.Model):
    """What a colleague needs to know. Sealed, as it may hold what the person said."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(CallbackRequest, on_delete=models.CASCADE, related_name="notes")
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="callback_notes"
    )
    username = models.CharField(max_length=150, help_text="Stays when the account is gone.")
    at = models.DateTimeField(default=timezone.now)
    sealed = models.BinaryField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"Note on {self.request}"

    def seal_text(self, text: str) -> None:
        """The caller saves. Raises VaultError without a key."""
        self.sealed = self.request.seal(text.encode(), f"note|{self.pk}")

    def open_text(self) -> str:
        """Raises VaultError where it was changed or its key is missing."""
        return self.request.open(self.sealed, f"note|{self.pk}").decode()


class AccessRecord(models.Model):
    """Somebody on the staff read, exported or erased. Outlives the request, and holds nothing of its content."""

    class Action(models.TextChoices):
        VIEWED = "viewed", "Viewed"
        REVEALED = "revealed", "Saw the number"
        PRINTED = "printed", "Opened the printable sheet"
        DOWNLOADED = "downloaded", "Downloaded a file"
        ORIGINAL = "original", "Downloaded an original"
        SEARCHED = "searched", "Searched for a phone number"
        EXPORTED = "exported", "Exported"
        ERASED = "erased", "Erased"

    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="callback_access_records"
    )
    username = models.CharField(max_length=150, help_text="Stays when the account is gone.")
    request_reference = models.CharField("request", max_length=7, blank=True)
    slot = models.CharField("file", max_length=10, choices=Slot, blank=True)
    action = models.CharField(max_length=10, choices=Action)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["request_reference"], name="access_reference")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    action__in=[
                        "viewed",
                        "revealed",
                        "printed",
                        "downloaded",
                        "original",
                        "searched",
                        "exported",
                        "erased",
                    ]
                ),
                name="access_action_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.action} {self.request_reference}".strip()


class Tombstone(models.Model):
    """A request was taken back or erased by staff: its id, nothing else. A restored backup erases it again by this."""

    request_id = models.UUIDField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    withdrawn = models.BooleanField(help_text="By the person; otherwise erased by staff.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.request_id)


class Erasure(models.Model):
    """How much was erased, when and why: counts, nothing of the content."""

    class Reason(models.TextChoices):
        DUE = "due", "Its time was over"
        WITHDRAWN = "withdrawn", "Withdrawn by the person"
        STAFF = "staff", "Erased by staff"

    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=10, choices=Reason)
    requests = models.PositiveIntegerField()
    files = models.PositiveIntegerField()

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=["due", "withdrawn", "staff"]), name="erasure_reason_known"),
            models.CheckConstraint(condition=Q(requests__gt=0) | Q(files__gt=0), name="erasure_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}: {self.requests} requests, {self.files} files"
