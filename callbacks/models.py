"""A callback request, its attachments, and the record of who read them.

What a person tells us is in sealed fields only. What stands beside them in the clear says when and how far, not who.
"""

import datetime
import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone

from callbacks import keyring, vault
from callbacks.details import Details
from callbacks.querysets import AttachmentQuerySet, CallbackRequestQuerySet
from callbacks.uploads import MAX_UPLOAD_BYTES, Kind, Received, Refusal, Slot

RETENTION_DAYS = 90

#: No vowels, so no words; nothing that is taken for something else on paper or on the phone (0 O, 1 I L, 5 S, 8 B).
_REFERENCE_LETTERS = "34679CDFGHJKMNPQRTWXY"


def new_reference() -> str:
    """Six random characters like K7M-4QX, from 86 million; the caller tries again where one is taken."""
    letters = [secrets.choice(_REFERENCE_LETTERS) for _ in range(6)]
    return f"{''.join(letters[:3])}-{''.join(letters[3:])}"


def default_erase_after() -> datetime.datetime:
    """The day that the confirmation promises."""
    return timezone.now() + datetime.timedelta(days=RETENTION_DAYS)


class CallbackRequest(models.Model):
    """Somebody asks to be called. To open `sealed` takes a key of the vault and this row's own `wrapped_key`."""

    class State(models.TextChoices):
        NEW = "new", "New"
        CLAIMED = "claimed", "Claimed"
        ATTEMPTED = "attempted", "Attempted"
        REACHED = "reached", "Reached"
        CLOSED = "closed", "Closed"
        WITHDRAWN = "withdrawn", "Withdrawn"

    #: The person still waits for a call.
    WAITING = (State.NEW, State.CLAIMED, State.ATTEMPTED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=7, unique=True, default=new_reference, editable=False)
    form_nonce = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    received_at = models.DateTimeField("received", default=timezone.now, editable=False)
    erase_after = models.DateTimeField("erased after", default=default_erase_after, editable=False)
    wrapped_key = models.BinaryField(max_length=keyring.WRAPPED_BYTES)
    sealed = models.BinaryField()

    objects = CallbackRequestQuerySet.as_manager()

    class Meta:
        ordering = ["received_at"]
        indexes = [models.Index(fields=["erase_after"], name="callback_erase_after")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["new", "claimed", "attempted", "reached", "closed", "withdrawn"]),
                name="callback_state_known",
            ),
            models.CheckConstraint(condition=Q(erase_after__gt=F("received_at")), name="callback_kept_for_a_while"),
            models.CheckConstraint(condition=~Q(form_nonce=""), name="callback_has_nonce"),
        ]

    def __str__(self) -> str:
        # Goes into the admin's log, which outlives the request: never a name.
        return self.reference

    def seal_details(self, details: Details) -> None:
        """Puts `details` into the sealed fields; the caller saves. Raises VaultError without a key."""
        if not self.wrapped_key:
            self.wrapped_key = keyring.wrap(keyring.new_data_key(), context=self._key_context)
        self.sealed = vault.seal(details.to_bytes(), key=self.data_key(), context=self._context("details"))

    def open_details(self) -> Details:
        """What the person told us. Raises VaultError where it was changed or its key is missing."""
        plain = vault.open_sealed(bytes(self.sealed), key=self.data_key(), context=self._context("details"))
        return Details.from_bytes(plain)

    def seal_file_name(self, slot: str, name: str) -> bytes:
        return vault.seal(name.encode(), key=self.data_key(), context=self._context(f"{slot}|name"))

    def open_file_name(self, slot: str, sealed: bytes) -> str:
        """Raises VaultError where it was changed or its key is missing."""
        return vault.open_sealed(sealed, key=self.data_key(), context=self._context(f"{slot}|name")).decode()

    def data_key(self) -> bytes:
        """The key of this request. Raises VaultError where it was changed or the key it is under is missing."""
        return keyring.unwrap(bytes(self.wrapped_key), context=self._key_context)

    def open_slots(self) -> tuple[Slot, ...]:
        """Where a file can still be put: those slots that hold none yet."""
        taken = {attachment.slot for attachment in self.attachments.all() if attachment.is_stored}
        return tuple(slot for slot in Slot if slot not in taken)

    @property
    def misses_a_file(self) -> bool:
        """A file was sent, and none has taken its place since it was refused."""
        return any(not attachment.is_stored for attachment in self.attachments.all())

    @property
    def _key_context(self) -> bytes:
        return f"dek|callbackrequest|{self.pk}".encode()

    def _context(self, part: str) -> bytes:
        return f"callbackrequest|{self.pk}|{part}".encode()


#: For staff: those who still wait come first, and among them who waits longest.
QUEUE_ORDER = (Case(When(state__in=CallbackRequest.WAITING, then=0), default=1).asc(), F("received_at").asc())


class Attachment(models.Model):
    """One file of a request: either an encrypted object in the storage, or the reason why it was not taken."""

    class State(models.TextChoices):
        STORED = "stored", "Stored"
        REFUSED = "refused", "Not taken"

    request = models.ForeignKey(CallbackRequest, on_delete=models.CASCADE, related_name="attachments")
    slot = models.CharField(max_length=10, choices=Slot)
    state = models.CharField(max_length=10, choices=State)
    reason = models.CharField(max_length=12, choices=Refusal, blank=True)
    object_name = models.CharField(max_length=32, blank=True)
    size = models.PositiveIntegerField(default=0, help_text="Bytes of the file itself, before encryption.")
    kind = models.CharField(max_length=4, choices=Kind, blank=True)
    sealed_name = models.BinaryField()

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["slot"]
        constraints = [
            models.UniqueConstraint(fields=["request", "slot"], name="attachment_once_per_slot"),
            models.UniqueConstraint(
                fields=["object_name"], condition=~Q(object_name=""), name="attachment_object_once"
            ),
            models.CheckConstraint(condition=Q(slot__in=["file_1", "file_2"]), name="attachment_slot_known"),
            models.CheckConstraint(
                condition=(Q(state="stored", reason="", size__gt=0) & ~Q(object_name="") & ~Q(kind=""))
                | (Q(state="refused", object_name="", kind="", size=0) & ~Q(reason="")),
                name="attachment_stored_or_refused",
            ),
            models.CheckConstraint(condition=Q(size__lte=MAX_UPLOAD_BYTES), name="attachment_within_limit"),
        ]

    def __str__(self) -> str:
        return self.get_slot_display()

    @property
    def is_stored(self) -> bool:
        return self.state == self.State.STORED

    @property
    def download_name(self) -> str:
        """Made by us from the reference: what the person called the file is in no header and no path."""
        return f"request-{self.request.reference}-{Slot(self.slot).number}.{self.kind}"

    @property
    def media_type(self) -> str:
        """What we found the file to be, not what it was declared as."""
        return Kind(self.kind).media_type

    @property
    def why_not_taken(self) -> str:
        """The sentence for the person whose file was refused."""
        return Refusal(self.reason).sentence

    def take(self, received: Received) -> None:
        """Fills this row from what arrived; the caller saves."""
        self.state = self.State.REFUSED if received.refusal else self.State.STORED
        self.reason = received.refusal or ""
        self.object_name = received.object_name
        self.size = received.size
        self.kind = received.kind or ""
        self.sealed_name = self.request.seal_file_name(self.slot, received.file_name)

    def open_name(self) -> str:
        """What the person called the file. Raises VaultError where it was changed or its key is missing."""
        return self.request.open_file_name(self.slot, bytes(self.sealed_name))


class AccessRecord(models.Model):
    """Somebody on the staff read or erased a request. Outlives the request, and holds nothing of its content."""

    class Action(models.TextChoices):
        VIEWED = "viewed", "Viewed"
        DOWNLOADED = "downloaded", "Downloaded a file"
        ERASED = "erased", "Erased"

    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="callback_access_records"
    )
    username = models.CharField(max_length=150, help_text="Stays when the account is gone.")
    request_reference = models.CharField("request", max_length=7)
    slot = models.CharField("file", max_length=10, choices=Slot, blank=True)
    action = models.CharField(max_length=10, choices=Action)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=["viewed", "downloaded", "erased"]), name="access_action_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.action} {self.request_reference}"
