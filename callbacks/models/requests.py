"""Somebody asks to be called."""

import datetime
import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from callbacks.models.querysets import CallbackRequestQuerySet
from callbacks.values.details import Details
from callbacks.values.safe_hours import SafeHours, clock_of, zone_name
from callbacks.values.upload_rules import Slot
from vault import keyring

#: No vowels, so no words; nothing that is taken for something else on paper or on the phone (0 O, 1 I L, 5 S, 8 B).
_REFERENCE_LETTERS = "34679CDFGHJKMNPQRTWXY"


def new_reference() -> str:
    """Six random characters like K7M-4QX, from 86 million; the caller tries again where one is taken."""
    letters = [secrets.choice(_REFERENCE_LETTERS) for _ in range(6)]
    return f"{''.join(letters[:3])}-{''.join(letters[3:])}"


def as_reference(text: str) -> str | None:
    """The reference in `text`, however it was said: k7m 4qx is K7M-4QX. None where it is none."""
    letters = "".join(character for character in text.upper() if character.isalnum())
    if len(letters) != 6 or not set(letters) <= set(_REFERENCE_LETTERS):
        return None
    return f"{letters[:3]}-{letters[3:]}"


def default_erase_after() -> datetime.datetime:
    """The day that the confirmation promises."""
    return timezone.now() + datetime.timedelta(days=settings.RETENTION_DAYS)


class CallbackRequest(models.Model):
    """Somebody asks to be called. To open `sealed` takes a key of the vault and this row's own `wrapped_key`."""

    class State(models.TextChoices):
        NEW = "new", "New"
        CLAIMED = "claimed", "Claimed"
        ATTEMPTED = "attempted", "Attempted"
        REACHED = "reached", "Reached"
        CLOSED = "closed", "Closed"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Suspicion(models.TextChoices):
        """Why a program may have sent it. A person looks at it all the same: nothing is dropped."""

        HIDDEN_FIELD = "hidden_field", "Filled in a field that people do not see"
        TOO_FAST = "too_fast", "Sent within seconds of opening the form"
        BUSY_ADDRESS = "busy_address", "Sent from an address that sent many others"

    #: The person still waits for a call.
    WAITING = (State.NEW, State.CLAIMED, State.ATTEMPTED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=7, unique=True, default=new_reference, editable=False)
    form_key = models.CharField(max_length=64, unique=True, editable=False, help_text="Hash of the form's nonce.")
    link_hash = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Hash of the secret in the private link."
    )
    link_expires_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    received_at = models.DateTimeField("received", default=timezone.now, editable=False)
    erase_after = models.DateTimeField("erased after", default=default_erase_after, editable=False)
    wrapped_key = models.BinaryField(max_length=keyring.WRAPPED_BYTES, editable=False)
    sealed = models.BinaryField(editable=False)
    phone_index = models.CharField(max_length=80, blank=True, editable=False, help_text="Keyed hash of the number.")
    suspicion = models.CharField(max_length=12, choices=Suspicion, blank=True, editable=False)

    # When to call. In the clear, because the queue is ordered by it.
    call_times = models.CharField(max_length=40, blank=True, editable=False, help_text="Safe hours; empty: any time.")
    zone = models.CharField(max_length=50, default=settings.TIME_ZONE, editable=False)
    due_at = models.DateTimeField("call by", default=timezone.now, editable=False)
    due_is_promised = models.BooleanField(default=False, editable=False, help_text="The person was told this time.")
    next_try_at = models.DateTimeField("next try", null=True, blank=True, editable=False)

    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="claimed_requests"
    )
    claimed_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    corrected_at = models.DateTimeField(null=True, editable=False, help_text="When the person last changed it.")
    staff_told_at = models.DateTimeField(null=True, editable=False, help_text="When the notice to staff went out.")
    overdue_told_at = models.DateTimeField(null=True, editable=False, help_text="When staff heard it is overdue.")
    correction_told_at = models.DateTimeField(
        null=True, editable=False, help_text="When who claimed it last heard of a change by the person."
    )

    objects = CallbackRequestQuerySet.as_manager()

    class Meta:
        ordering = ["received_at"]
        permissions = [
            ("work_callbackrequest", "Can claim requests, see numbers and log calls"),
            ("export_callbackrequest", "Can export requests"),
        ]
        indexes = [
            models.Index(fields=["erase_after"], name="callback_erase_after"),
            models.Index(fields=["state", "due_at"], name="callback_queue"),
            models.Index(fields=["phone_index"], name="callback_phone"),
            models.Index(fields=["state", "zone", "call_times"], name="callback_safe_hours"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["new", "claimed", "attempted", "reached", "closed", "withdrawn"]),
                name="callback_state_known",
            ),
            models.CheckConstraint(condition=Q(erase_after__gt=F("received_at")), name="callback_kept_for_a_while"),
            models.CheckConstraint(condition=~Q(form_key=""), name="callback_has_form_key"),
            models.CheckConstraint(
                condition=Q(state="withdrawn", sealed=b"", wrapped_key=b"", phone_index="", call_times="")
                | (~Q(state="withdrawn") & ~Q(sealed=b"") & ~Q(wrapped_key=b"")),
                name="callback_withdrawn_holds_nothing",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None) | Q(claimed_at__isnull=False), name="callback_claim_has_time"
            ),
            models.UniqueConstraint(fields=["link_hash"], condition=~Q(link_hash=""), name="callback_link_once"),
        ]

    def __str__(self) -> str:
        # Goes into the admin's log, which outlives the request: never a name.
        return self.reference

    def seal_details(self, details: Details) -> None:
        """Puts `details` into the sealed fields and what the queue needs beside them; the caller saves.

        Raises VaultError without a key.
        """
        if not self.wrapped_key:
            self.wrapped_key = keyring.wrap(keyring.new_data_key(), context=self._key_context)
        self.sealed = self.seal(details.to_bytes(), "details")
        self.phone_index = keyring.index(details.phone) if details.phone else ""
        self.call_times, self.zone = details.safe_hours.to_text(), details.safe_hours.zone

    def open_details(self) -> Details:
        """What the person told us. Raises VaultError where it was changed, withdrawn or its key is missing."""
        return Details.from_bytes(self.open(self.sealed, "details"))

    def seal(self, plain: bytes, part: str) -> bytes:
        """`plain` under this request's key; it opens only as the same `part` of the same request."""
        return keyring.seal(plain, key=self.data_key(), context=self._context(part))

    def open(self, sealed: bytes, part: str) -> bytes:
        """What `seal` was given. Raises VaultError where it was changed or its key is missing."""
        return keyring.open_sealed(bytes(sealed), key=self.data_key(), context=self._context(part))

    def data_key(self) -> bytes:
        """The key of this request. Raises VaultError where it was changed or the key it is under is missing."""
        return keyring.unwrap(bytes(self.wrapped_key), context=self._key_context)

    def rewrap_key(self) -> None:
        """Puts the row's key under the vault's current one; the caller saves. Raises VaultError."""
        self.wrapped_key = keyring.wrap(self.data_key(), context=self._key_context)

    def open_slots(self) -> tuple[Slot, ...]:
        """Where a file can still be put: those slots that hold none yet, or one that may not open."""
        taken = {attachment.slot for attachment in self.attachments.all() if not attachment.is_open}
        return tuple(slot for slot in Slot if slot not in taken)

    @property
    def misses_a_file(self) -> bool:
        """A file was sent that was refused or may not open, and none has taken its place."""
        return any(attachment.is_open for attachment in self.attachments.all())

    @property
    def safe_hours(self) -> SafeHours:
        """When the person can talk, in their own time zone."""
        return SafeHours.from_text(self.call_times, self.zone)

    @property
    def is_waiting(self) -> bool:
        return self.state in self.WAITING

    @property
    def is_kept(self) -> bool:
        """It holds what the person sent; a withdrawn one does not."""
        return self.state != self.State.WITHDRAWN

    @property
    def correction(self) -> str:
        """Which correction a page shows, for the page to bring back; empty before the first."""
        return self.corrected_at.isoformat() if self.corrected_at else ""

    @property
    def has_untold_correction(self) -> bool:
        """The person changed it after it was claimed, and who claimed it was not sent word."""
        since = max(filter(None, [self.claimed_at, self.correction_told_at]), default=None)
        return bool(self.corrected_at and since and self.corrected_at > since)

    @property
    def call_by(self) -> datetime.datetime:
        """The time that was promised; after a call, the next try where that is later."""
        return max(self.due_at, self.next_try_at or self.due_at)

    @property
    def is_overdue(self) -> bool:
        """The person still waits, past the time to call by."""
        return self.is_overdue_at(timezone.now())

    def is_overdue_at(self, at: datetime.datetime) -> bool:
        return self.is_waiting and self.call_by < at

    def can_be_called_at(self, at: datetime.datetime) -> bool:
        """Within the safe hours, and not before the next try that was agreed."""
        return self.is_waiting and (self.next_try_at or at) <= at and self.safe_hours.include(at)

    @property
    def call_by_there(self) -> datetime.datetime:
        """The time to call by, on the clock that `zone_in_words` names."""
        return self.call_by.astimezone(clock_of(self.zone))

    @property
    def received_there(self) -> datetime.datetime:
        """When it came, on the clock that `zone_in_words` names."""
        return self.received_at.astimezone(clock_of(self.zone))

    def attempts_there(self) -> list[dict]:
        """What the person may know of our calls, first one first: when, on that clock, and whether we talked."""
        zone = clock_of(self.zone)
        attempts = sorted(self.attempts.all(), key=lambda attempt: attempt.at)
        return [{"at": each.at.astimezone(zone), "reached": each.outcome == "reached"} for each in attempts]

    @property
    def zone_in_words(self) -> str:
        """The person's zone, or the clinic's where theirs is not known."""
        return zone_name(clock_of(self.zone).key)

    @property
    def _key_context(self) -> bytes:
        return f"dek|callbackrequest|{self.pk}".encode()

    def _context(self, part: str) -> bytes:
        return f"callbackrequest|{self.pk}|{part}".encode()
