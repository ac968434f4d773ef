"""The kind of change that each revision of a page is, and the public note about it.

Revisions themselves are django-reversion's (editorial/workflow/revisions.py). Records are written in the transaction of
the save (editorial/workflow/change_kinds.py) and never changed later.
"""

import datetime
from typing import Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from reversion.models import Revision


def type_of(page: models.Model | type[models.Model]) -> ContentType:
    """Return the content type of a page."""
    return ContentType.objects.get_for_model(page)


class PageRowQuerySet(models.QuerySet):
    """Rows that refer to a page of any kind."""

    def of(self, page: models.Model) -> Self:
        """Return the rows of one page."""
        return self.filter(page_type=type_of(page), page_id=page.pk)


class ChangeRecordQuerySet(PageRowQuerySet):
    def live(self) -> Self:
        """Return public changes."""
        return self.filter(number__isnull=False)


class ChangeRecord(models.Model):
    """One change of one page, with its kind and the revision that has its text.

    Public changes of a page are numbered from 1; a draft has no number. `typed` has the form of a draft beside a
    published page, until it is published or discarded.
    """

    class Kind(models.TextChoices):
        DRAFT = "draft", "Draft"
        NEW = "new", _("Published")
        WORDING = "wording", _("Wording: the meaning is the same")
        UPDATE = "update", _("Update: something was added or is new")
        CORRECTION = "correction", _("Correction: something was wrong")
        SAFETY_CORRECTION = "safety-correction", _("Safety correction: something was wrong and could hurt someone")
        CHECKED = "checked", _("Checked: nothing changed")
        ARCHIVED = "archived", _("Taken down")

    #: Kinds that leave a sign-off in place.
    KEEP_SIGN_OFF = frozenset({Kind.WORDING, Kind.CHECKED})
    #: Kinds that need a public note.
    NEED_NOTE = frozenset({Kind.UPDATE, Kind.CORRECTION, Kind.SAFETY_CORRECTION})
    #: Kinds for a text that was wrong: they go live unsigned, and older sign-offs no longer count.
    CORRECTIONS = frozenset({Kind.CORRECTION, Kind.SAFETY_CORRECTION})
    #: Kinds to choose from when a published page is saved.
    CHOSEN = (Kind.WORDING, Kind.UPDATE, Kind.CORRECTION, Kind.SAFETY_CORRECTION, Kind.CHECKED)

    page_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    page_id = models.PositiveBigIntegerField()
    page = GenericForeignKey("page_type", "page_id")  # None once it is deleted
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=20, choices=Kind)
    number = models.PositiveIntegerField(null=True, blank=True)
    note = models.CharField("what readers are told", max_length=400, blank=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of all that readers see of the page.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    override_reason = models.CharField(
        max_length=300, blank=True, help_text="Why an administrator published it against a check."
    )
    in_review = models.BooleanField(default=False, help_text="A draft that was sent to review.")
    typed = models.TextField(blank=True, help_text="A draft's form, URL-encoded.")

    objects = ChangeRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        permissions = [
            ("publish_page", "Can publish pages and take them down"),
            ("sign_page", "Can sign pages as their medical reviewer"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["page_type", "page_id", "number"], name="change_number_once_in_a_page")
        ]
        indexes = [
            models.Index(fields=["page_type", "page_id", "-at"], name="change_of_page"),
            models.Index(fields=["kind", "-at"], name="change_of_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.page_type} {self.page_id} on {self.at:%Y-%m-%d}"


class ReviewAnswer(models.Model):
    """A comment on a draft by someone with a review link."""

    is_content = False  # editorial.models.versions: no page of readers changes with it

    change = models.ForeignKey(ChangeRecord, on_delete=models.CASCADE, related_name="answers")
    name = models.CharField(max_length=120)
    is_fine = models.BooleanField("nothing to change", default=False)
    words = models.TextField(blank=True, max_length=5000)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.name} on {self.at:%Y-%m-%d}"


#: How long a correction is shown at the top of its page.
ON_TOP_FOR: dict[str, datetime.timedelta] = {
    ChangeRecord.Kind.CORRECTION: datetime.timedelta(days=30),
    ChangeRecord.Kind.SAFETY_CORRECTION: datetime.timedelta(days=90),
}


def corrections_on_top() -> dict[tuple[int, int], list[ChangeRecord]]:
    """Return the corrections of the last 90 days by page, newest first. One query, cached in the content snapshot."""
    since = timezone.now() - max(ON_TOP_FOR.values())
    found: dict[tuple[int, int], list[ChangeRecord]] = {}
    for change in ChangeRecord.objects.live().filter(kind__in=ON_TOP_FOR, at__gt=since).defer("typed"):
        found.setdefault((change.page_type_id, change.page_id), []).append(change)
    return found


def draft_beside(page: models.Model) -> ChangeRecord | None:
    """Return the draft beside a published page, if any. Saving the page does not affect it."""
    return ChangeRecord.objects.of(page).exclude(typed="").select_related("by").first()
