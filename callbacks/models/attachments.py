"""A file sent with a callback request."""

from django.db import models
from django.db.models import Q

from callbacks.models.querysets import AttachmentQuerySet
from callbacks.models.requests import CallbackRequest
from callbacks.values import marks
from callbacks.values.marks import Mark
from callbacks.values.states import ARRIVED, FileState
from callbacks.values.upload_rules import MAX_UPLOAD_BYTES, Kind, Received, Refusal, Slot, why_refused


class Attachment(models.Model):
    """One file of a request: an encrypted object in the storage, or the reason why it was refused."""

    State = FileState

    request = models.ForeignKey(CallbackRequest, on_delete=models.CASCADE, related_name="attachments")
    slot = models.CharField(max_length=10, choices=Slot)
    state = models.CharField(max_length=10, choices=FileState)
    reason = models.CharField(max_length=12, choices=Refusal, blank=True)
    object_name = models.CharField(max_length=32, blank=True)
    size = models.PositiveIntegerField(default=0, help_text="Bytes of the file itself, before encryption.")
    kind = models.CharField(max_length=4, choices=Kind, blank=True)
    found = models.CharField(
        max_length=80,
        blank=True,
        db_default="",
        help_text=(
            "Codes of values.marks.Mark for what an inspection found; for a rejected file, of values.unsupported_kinds."
        ),
    )
    sealed_name = models.BinaryField()

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["slot"]
        permissions = [("download_original", "Can download originals, location and all")]
        constraints = [
            models.UniqueConstraint(fields=["request", "slot"], name="attachment_once_per_slot"),
            models.UniqueConstraint(
                fields=["object_name"], condition=~Q(object_name=""), name="attachment_object_once"
            ),
            models.CheckConstraint(condition=Q(slot__in=Slot.values), name="attachment_slot_known"),
            models.CheckConstraint(
                condition=(Q(state__in=[*ARRIVED], reason="", size__gt=0) & ~Q(object_name="") & ~Q(kind=""))
                | (Q(state=FileState.REFUSED, object_name="", kind="", size=0) & ~Q(reason="")),
                name="attachment_stored_or_refused",
            ),
            models.CheckConstraint(condition=Q(size__lte=MAX_UPLOAD_BYTES), name="attachment_within_limit"),
        ]

    def __str__(self) -> str:
        return self.get_slot_display()

    @property
    def form_label(self) -> str:
        return str(Slot(self.slot).form_label)

    @property
    def arrived(self) -> bool:
        """Return whether it arrived whole, scanned or not."""
        return self.state in ARRIVED

    @property
    def is_readable(self) -> bool:
        """Return whether staff may open it."""
        return self.state == self.State.STORED

    @property
    def is_picture(self) -> bool:
        return self.kind not in {"", Kind.PDF}

    @property
    def marks(self) -> list[Mark]:
        return marks.read(self.found) if self.arrived else []

    @property
    def trouble(self) -> str:
        """Return the message for the person about a file that we may be unable to open."""
        return " ".join(str(marks.FOR_PERSON[mark]) for mark in self.marks if mark in marks.FOR_PERSON)

    @property
    def is_open(self) -> bool:
        """Return whether this slot still takes a file."""
        return not self.arrived or bool(self.trouble)

    def can_be_replaced_by(self, received: Received) -> bool:
        """Return whether `received` replaces this file: only a usable file replaces an unusable one."""
        is_better = received.object_name and marks.FOR_PERSON.keys().isdisjoint(marks.read(received.found))
        return not self.arrived or bool(self.trouble and is_better)

    @property
    def download_name(self) -> str:
        """Build a name from the reference, to keep the person's own out of headers; it warns of active content."""
        warning = "-careful" if any(mark.is_active for mark in self.marks) else ""
        return f"request-{self.request.reference}-{self.slot.removeprefix('file_')}{warning}.{self.kind}"

    @property
    def why_refused(self) -> str:
        """Return the message for the person about a refused file."""
        return why_refused(Refusal(self.reason), self.found)

    def fill_from(self, received: Received) -> None:
        """Fill this row from `received`; the caller saves."""
        if received.refusal:
            self.state, self.reason = self.State.REFUSED, received.refusal
        else:
            self.state, self.reason = self.State.HELD if received.held else self.State.STORED, ""
        self.object_name = received.object_name
        self.size = received.size
        self.kind = received.kind or ""
        self.found = received.found
        self.sealed_name = self.request.seal(received.file_name.encode(), f"{self.slot}|name")

    def refuse(self, refusal: Refusal) -> str:
        """Refuse a held file; the caller saves, then discards the object whose name is returned."""
        name, self.object_name, self.found = self.object_name, "", ""
        self.state, self.reason, self.size, self.kind = self.State.REFUSED, refusal, 0, ""
        return name

    def open_name(self) -> str:
        """Decrypt the person's file name. Raises VaultError if it was changed or its key is missing."""
        return self.request.open(self.sealed_name, f"{self.slot}|name").decode()
