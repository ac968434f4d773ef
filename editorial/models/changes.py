"""What kind of change each revision of a page is, and what readers are told of it.

Revisions themselves are django-reversion's (editorial/workflow/revisions.py). Records are written in the transaction of
the save (editorial/workflow/change_kinds.py) and never changed later.
"""

import datetime
from typing import Self

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from reversion.models import Revision

from editorial.models.translated import in_own_words


def type_of(page: models.Model | type[models.Model]) -> ContentType:
    """Return the kind of page that its records name."""
    return ContentType.objects.get_for_model(page)


class PageRowQuerySet(models.QuerySet):
    """Rows that belong to a page of any kind."""

    def of(self, page: models.Model) -> Self:
        """Return the rows of one page."""
        return self.filter(page_type=type_of(page), page_id=page.pk)


class ChangeRecordQuerySet(PageRowQuerySet):
    def live(self) -> Self:
        """Return the changes that readers saw."""
        return self.filter(number__isnull=False)


class ChangeRecord(models.Model):
    """One change of one page: of what kind, and in which revision its text is.

    Changes that readers see are numbered from 1 in each page. A draft has no number. The draft of a published page is
    beside it: `typed` has the form as the editor left it, until the draft is published or thrown away.
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
    #: Kinds that readers are told in a sentence of the editor's.
    NEED_NOTE = frozenset({Kind.UPDATE, Kind.CORRECTION, Kind.SAFETY_CORRECTION})
    #: Kinds that say that the text before was wrong: they go live unsigned, and no older sign-off counts after them.
    CORRECTIONS = frozenset({Kind.CORRECTION, Kind.SAFETY_CORRECTION})
    #: What an editor may choose when a published page is saved.
    CHOSEN = (Kind.WORDING, Kind.UPDATE, Kind.CORRECTION, Kind.SAFETY_CORRECTION, Kind.CHECKED)

    page_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    page_id = models.PositiveBigIntegerField()
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
    """What somebody with a review link wrote about a draft."""

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


#: How long the page itself has a correction at its top.
ON_TOP: dict[str, datetime.timedelta] = {
    ChangeRecord.Kind.CORRECTION: datetime.timedelta(days=30),
    ChangeRecord.Kind.SAFETY_CORRECTION: datetime.timedelta(days=90),
}


def key_of(page: models.Model) -> tuple[int, int]:
    """Return what a page's records have in common: its type and its key."""
    page = in_own_words(page)
    return type_of(page).pk, page.pk


def corrections_on_top() -> dict[tuple[int, int], list[ChangeRecord]]:
    """Return the corrections of the last 90 days, newest first, by page. One query, kept in the content snapshot."""
    since = timezone.now() - max(ON_TOP.values())
    found: dict[tuple[int, int], list[ChangeRecord]] = {}
    for change in ChangeRecord.objects.live().filter(kind__in=ON_TOP, at__gt=since).defer("typed"):
        found.setdefault((change.page_type_id, change.page_id), []).append(change)
    return found


def draft_beside(page: models.Model) -> ChangeRecord | None:
    """Return the draft beside a published page, if there is one. It stays when the page itself is saved."""
    return ChangeRecord.objects.of(page).exclude(typed="").select_related("by").first()
