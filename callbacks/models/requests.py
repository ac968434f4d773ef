"""A request to be called."""

import datetime
import re
import uuid
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import get_random_string

from callbacks.models.querysets import CallbackRequestQuerySet
from callbacks.values import states
from callbacks.values.details import About, Channel, Details, IfOtherAnswers, Language
from callbacks.values.safe_hours import UNKNOWN, SafeHours
from callbacks.values.states import WAITING, RequestState
from callbacks.values.upload_rules import Slot
from vault import keyring
from vault.keyring import VaultError

#: No vowels, so no words; nothing easily misread or misheard (0 O, 1 I L, 5 S, 8 B).
_REFERENCE_LETTERS = "34679CDFGHJKMNPQRTWXY"
#: The fields that the queue sorts and counts by, in one index, so that it reads no rows with long sealed fields.
_QUEUE = "state zone call_times finer_hours next_try_at due_at received_at claimed_by id".split()


def new_reference() -> str:
    """Return six random characters like K7M-4QX, one of 86 million; the caller retries if it is taken."""
    letters = get_random_string(6, _REFERENCE_LETTERS)
    return f"{letters[:3]}-{letters[3:]}"


def as_reference(text: str) -> str | None:
    """Parse a reference in any notation: k7m 4qx is K7M-4QX. None if there is none."""
    typed = re.sub(r"-\d\b.*\.\w+$", "", text.strip())  # from the name of a downloaded file
    typed = typed.upper().removeprefix("REQUEST")  # as its page and our mails name it
    letters = "".join(character for character in typed if character.isalnum())
    if len(letters) != 6 or not set(letters) <= set(_REFERENCE_LETTERS):
        return None
    return f"{letters[:3]}-{letters[3:]}"


def default_erase_after() -> datetime.datetime:
    """Return the erasure date, which the confirmation promises."""
    return timezone.now() + datetime.timedelta(days=settings.RETENTION_DAYS)


class CallbackRequest(models.Model):
    """A request to be called. Opening `sealed` takes a vault key and this row's own `wrapped_key`."""

    State = RequestState
    Suspicion = states.Suspicion

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=7, unique=True, default=new_reference, editable=False)
    form_key = models.CharField(max_length=64, unique=True, editable=False, help_text="Hash of the form's nonce.")
    link_hash = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Hash of the secret in the private link."
    )
    link_expires_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.NEW)
    received_at = models.DateTimeField("received", default=timezone.now, editable=False)
    erase_after = models.DateTimeField("erased after", default=default_erase_after, editable=False)
    wrapped_key = models.BinaryField(max_length=keyring.WRAPPED_BYTES, editable=False)
    sealed = models.BinaryField(editable=False)
    phone_index = models.CharField(max_length=80, blank=True, editable=False, help_text="Keyed hash of the number.")
    second_phone_index = models.CharField(max_length=80, null=True, editable=False)  # noqa: DJ001 - most are not indexed
    suspicion = models.CharField(max_length=12, choices=states.Suspicion, blank=True, editable=False)

    # When to call. In the clear, as the queue sorts by it.
    call_times = models.CharField(max_length=40, blank=True, editable=False, help_text="Safe hours; empty: any time.")
    finer_hours = models.CharField(
        max_length=16, blank=True, db_default="", default="", editable=False, help_text="Days and hours; empty: any."
    )
    zone = models.CharField(max_length=50, default=settings.TIME_ZONE, editable=False)
    due_at = models.DateTimeField("call by", default=timezone.now, editable=False)
    due_is_promised = models.BooleanField(default=False, editable=False, help_text="The person was told this time.")
    next_try_at = models.DateTimeField("next try", null=True, blank=True, editable=False)

    # What the queue filters by. In the clear; empty in older requests.
    language = models.CharField(max_length=5, choices=Language, blank=True, db_default="", default="", editable=False)
    channel = models.CharField(max_length=5, choices=Channel, blank=True, db_default="", default="", editable=False)
    about = models.CharField(max_length=12, choices=About, blank=True, db_default="", default="", editable=False)
    if_other_answers = models.CharField(
        max_length=12, choices=IfOtherAnswers, blank=True, db_default="", default="", editable=False
    )

    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="claimed_requests"
    )
    claimed_at = models.DateTimeField(null=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="merged",
        help_text="Another request of the same person, which is called instead.",
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    corrected_at = models.DateTimeField(null=True, editable=False, help_text="When the person last changed it.")
    # When staff were last notified of the request, of it being overdue, and (the claimer) of a correction.
    staff_notified_at = models.DateTimeField(null=True, editable=False, db_column="staff_told_at")
    overdue_notified_at = models.DateTimeField(null=True, editable=False, db_column="overdue_told_at")
    # Identifies the mail that notifies staff of the request; requests in one mail share it.
    notice_key = models.CharField(max_length=32, blank=True, db_default="", default="", editable=False)
    correction_notified_at = models.DateTimeField(null=True, editable=False, db_column="correction_told_at")

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
            models.Index(
                fields=["second_phone_index"], condition=Q(second_phone_index__isnull=False), name="callback_phone2"
            ),
            models.Index(fields=_QUEUE, name="callback_in_order"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="callback_state_known"),
            models.CheckConstraint(condition=Q(erase_after__gt=F("received_at")), name="callback_kept_for_a_while"),
            models.CheckConstraint(condition=~Q(form_key=""), name="callback_has_form_key"),
            models.CheckConstraint(
                condition=Q(state=RequestState.WITHDRAWN, sealed=b"", wrapped_key=b"", phone_index="", call_times="")
                | (~Q(state=RequestState.WITHDRAWN) & ~Q(sealed=b"") & ~Q(wrapped_key=b"")),
                name="callback_withdrawn_holds_nothing",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None) | Q(claimed_at__isnull=False), name="callback_claim_has_time"
            ),
            models.UniqueConstraint(fields=["link_hash"], condition=~Q(link_hash=""), name="callback_link_once"),
        ]

    def __str__(self) -> str:
        # Goes into the admin log, which outlives the request, so never a name.
        return self.reference

    def seal_details(self, details: Details) -> None:
        """Seal `details` and set the queue's fields; the caller saves. Raises VaultError."""
        if not self.wrapped_key:
            self.wrapped_key = keyring.wrap(keyring.new_data_key(), context=self._key_context)
        self.sealed = self.seal(details.to_bytes(), "details")
        self.index_phones(details)
        safe = details.safe_hours
        self.call_times, self.finer_hours, self.zone = safe.to_text(), safe.finer_to_text(), safe.zone
        self.language, self.channel = details.language_or_default, details.channel_or_default
        self.about, self.if_other_answers = details.about, details.if_other_answers

    def index_phones(self, details: Details) -> None:
        """Set the keyed hashes that find a number; the caller saves. Raises VaultError."""
        self.phone_index = keyring.index(details.phone) if details.phone else ""
        self.second_phone_index = keyring.index(details.second_phone) if details.second_phone else None

    def open_details(self) -> Details:
        """Decrypt what the person told us. Raises VaultError if it was changed or withdrawn, or its key is missing."""
        return Details.from_bytes(self.open(self.sealed, "details"))

    def readable_details(self) -> Details | None:
        """Return what `open_details` does; None where that raises VaultError."""
        try:
            return self.open_details()
        except VaultError:
            return None

    def seal(self, plain: bytes, part: str) -> bytes:
        """Encrypt under this request's key; it opens only as the same `part` of the same request."""
        return keyring.seal(plain, key=self.data_key(), context=self._context(part))

    def open(self, sealed: bytes, part: str) -> bytes:
        """Undo `seal`. Raises VaultError if it was changed or its key is missing."""
        return keyring.open_sealed(bytes(sealed), key=self.data_key(), context=self._context(part))

    def data_key(self) -> bytes:
        """Unwrap this request's key. Raises VaultError if it was changed or its vault key is missing."""
        return keyring.unwrap(bytes(self.wrapped_key), context=self._key_context)

    def rewrap_key(self) -> None:
        """Wrap this request's key under the current vault key; the caller saves. Raises VaultError."""
        self.wrapped_key = keyring.wrap(self.data_key(), context=self._key_context)

    def open_slots(self) -> tuple[Slot, ...]:
        """Return the slots that still take a file: empty, or with a file that may be unreadable."""
        taken = {attachment.slot for attachment in self.attachments.all() if not attachment.is_open}
        return tuple(slot for slot in Slot if slot not in taken)

    @property
    def safe_hours(self) -> SafeHours:
        return SafeHours.from_text(self.call_times, self.zone, self.finer_hours)

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def is_kept(self) -> bool:
        """Return whether it still has what the person sent."""
        return self.state != RequestState.WITHDRAWN

    @property
    def correction(self) -> str:
        """Identify the last correction, for pages to send back; empty before the first."""
        return self.corrected_at.isoformat() if self.corrected_at else ""

    @property
    def call_by(self) -> datetime.datetime:
        """Return the promised time or, after a call, the next try if that is later."""
        return max(self.due_at, self.next_try_at or self.due_at)

    @property
    def is_overdue(self) -> bool:
        return self.is_waiting and self.call_by < timezone.now()

    @property
    def clock(self) -> ZoneInfo:
        """Return the person's time zone, or the clinic's if theirs is unknown."""
        return ZoneInfo(settings.TIME_ZONE if self.zone == UNKNOWN else self.zone)

    @property
    def days_kept(self) -> int:
        return round((self.erase_after - self.received_at) / datetime.timedelta(days=1))

    @property
    def _key_context(self) -> bytes:
        return f"dek|callbackrequest|{self.pk}".encode()

    def _context(self, part: str) -> bytes:
        return f"callbackrequest|{self.pk}|{part}".encode()
