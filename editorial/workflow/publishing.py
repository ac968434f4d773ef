"""The rules for what readers see and what may be published."""

import datetime
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from editorial.models.translated import TranslatedQuerySet
from editorial.text import checks
from editorial.values.links import tidy
from editorial.workflow import review_dates

PUBLISH, SIGN = "editorial.publish_page", "editorial.sign_page"
WRITING_HELP = (
    "Markdown. ## begins a section. Cite a source right after the statement as [@key]; the keys are under Sources. "
    "Add a picture with the button, or drop or paste it into the text."
)


def may_publish(user: Any) -> bool:
    """Return whether the user may publish; other editors write drafts and send them to review."""
    return user.has_perm(PUBLISH)


class PublishedQuerySet(TranslatedQuerySet):
    """Every public list, page, feed, sitemap and search uses `published`."""

    def published(self) -> Self:
        """Return what is public now, in the active language."""
        return self.filter(status=ReviewedPage.Status.PUBLISHED, published_at__lte=timezone.now()).in_language()

    def scheduled(self, at: datetime.datetime | None = None) -> Self:
        """Return what is scheduled for after the given time, by default now."""
        return self.filter(status=ReviewedPage.Status.PUBLISHED, published_at__gt=at or timezone.now())

    def taken_down(self) -> Self:
        """Return archived pages that were public."""
        return self.filter(status=ReviewedPage.Status.ARCHIVED, published_at__lte=timezone.now())

    def review_overdue(self) -> Self:
        """Return published pages whose review date has passed."""
        return self.published().filter(review_due_on__lt=timezone.localdate())


class CheckedText:
    """A page, or a row of one, whose texts are checked before readers see them."""

    #: Fields with Markdown, and so citations.
    markdown_fields: tuple[str, ...] = ()
    #: Fields shown only in folds; and, below, public fields of plain text.
    folded_fields: tuple[str, ...] = ()
    plain_fields: tuple[str, ...] = ("summary",)
    #: Kinds of boxes in its template, which texts must not repeat.
    own_boxes: tuple[str, ...] = ()
    #: Accessors of the rows that are edited, versioned and signed with it; and, below, of the links signed with it.
    versioned_rows: tuple[str, ...] = ()
    signed_links: tuple[str, ...] = ()
    #: Whether readers see the meaning of glossary terms in it.
    explains_words = False
    #: The most words outside folds; with the template's own, the page's budget (bench/reading.py).
    max_words: int
    #: The module with its rules: `refusals`, `advice` and `size`.
    checked_by: Any = checks
    #: Why an administrator publishes a dose with this save. Not a column.
    override_reason = ""

    def markdown_texts(self) -> list[str]:
        """Return all Markdown; subclasses add that of their related rows."""
        return [getattr(self, name) for name in self.markdown_fields]


class ReviewedPage(CheckedText, models.Model):
    """A page for readers, with state and review dates.

    Nothing medical is published without a source and review dates: `clean` checks, and a database constraint enforces
    the dates. Saving bumps the content version (editorial/models/versions.py) and updates the search index
    (search/documents.py), both by signals. A subclass has a slug and a summary.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in-review", "In review"
        PUBLISHED = "published", "Published"
        ARCHIVED = "archived", "Archived"

    #: The kind in links by name, [[stage:peak-withdrawal]]; then the columns with title, status and publication time.
    linked_as: tuple[str, str, str, str]
    #: Slugs reserved by other URLs.
    reserved_slugs: tuple[str, ...] = ()
    #: Whether these pages are medical even without the name of a medicine (editorial/workflow/sign_off.py).
    is_medical = False

    slug: models.SlugField
    summary: models.CharField
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, db_index=True)
    published_at = models.DateTimeField(
        null=True, blank=True, help_text="A time to come schedules it. Empty: now, when it is first published."
    )
    reviewed_on = models.DateField(
        "checked against its sources on", null=True, blank=True, help_text="Needed to publish."
    )
    review_due_on = models.DateField("review due on", null=True, blank=True, help_text="Needed to publish.")
    #: Unused: reviewers follow from sign-offs. The column stays for older releases.
    medical_reviewer = models.CharField(
        max_length=120,
        blank=True,
        help_text="Name and credentials of the clinician who reviewed this text. Empty: readers are told that "
        "it awaits medical review.",
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = PublishedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="published")
                | Q(published_at__isnull=False, reviewed_on__isnull=False, review_due_on__isnull=False),
                name="%(class)s_published_has_dates",
                violation_error_message="A published page needs its two review dates and a time of publication.",
            ),
            models.CheckConstraint(
                condition=Q(review_due_on__isnull=True)
                | Q(reviewed_on__isnull=True)
                | Q(review_due_on__gt=F("reviewed_on")),
                name="%(class)s_review_due_after_review",
                violation_error_message="The next review must be due after the last one.",
            ),
        ]

    def get_absolute_url(self) -> str:
        raise NotImplementedError

    def is_published(self) -> bool:
        """Return whether this page is public now, like PublishedQuerySet.published."""
        is_out = self.published_at is not None and self.published_at <= timezone.now()
        return is_out and self.status == self.Status.PUBLISHED

    @property
    def state(self) -> str:
        """Return its status in words, "scheduled" included: published with a future time."""
        is_due = self.status != self.Status.PUBLISHED or self.is_published()
        return str(self.get_status_display()) if is_due else "Scheduled"

    @property
    def review_overdue(self) -> bool:
        return self.review_due_on is not None and self.review_due_on < timezone.localdate()

    def clean(self) -> None:
        """Raise ValidationError with all problems by field; a draft is not asked for what only publication needs."""
        super().clean()
        tidy(type(self), self)
        is_public = self.status == self.Status.PUBLISHED
        problems = checks.by_field(self, in_drafts=not is_public)
        if self.slug in self.reserved_slugs:
            problems["slug"] = [ValidationError("This address is taken by another page. Choose another slug.")]
        for name in ("reviewed_on", "review_due_on") if is_public else ():
            if getattr(self, name) is None:
                problems[name] = [ValidationError("Needed before this page can be published.")]
        checked, due = self.reviewed_on, self.review_due_on
        if is_public and checked and checked > timezone.localdate():
            problems["reviewed_on"] = [ValidationError("This day is in the future. Give the day it was checked.")]
        elif is_public and checked and due and due > review_dates.later(checked, review_dates.MAX_MONTHS):
            message = f"A page is checked again within {review_dates.MAX_MONTHS} months: choose an earlier date."
            problems.setdefault("review_due_on", []).append(ValidationError(message))
        if problems:
            raise ValidationError(problems)
        if is_public and self.published_at is None:
            self.published_at = timezone.now()
