"""What is published, and what may be: the one place that decides both."""

import contextlib
import datetime
import re
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from editorial.images import UNDESCRIBED, UPLOAD_REFUSED
from editorial.markdown import PageText, cited_keys
from editorial.models import Source

WRITING_HELP = (
    "Markdown. ## begins a section. Cite a source right after the statement as [@key]; the keys are under Sources. "
    "To add a picture, drop its file into the text."
)
#: Characters, fewest and most.
SUMMARY = (50, 160)


def check_bounds(texts: list[str]) -> None:
    """Raises ValidationError for a text that would take too long to convert."""
    refusals = dict.fromkeys(PageText().render(text).refusal for text in texts)
    if found := [refusal for refusal in refusals if refusal]:
        raise ValidationError(found)


def check_sources(texts: list[str]) -> set[str]:
    """The keys that the texts cite. Raises ValidationError where there is no such source."""
    cited = cited_keys(*texts)
    unknown = sorted(cited - set(Source.objects.filter(key__in=cited).values_list("key", flat=True)))
    if unknown:
        raise ValidationError(
            f"There is no source named {', '.join(unknown)}. Add it under Sources first, or mend the key."
        )
    return cited


def check_pictures(texts: list[str]) -> None:
    """Raises ValidationError for a picture that readers could not see, or that nobody has described."""
    problems = []
    for text in texts:
        if UPLOAD_REFUSED in text:
            problems.append("A picture could not be added. The text says why; mend it or take that line out.")
        for picture in re.findall(r"<img [^>]*>", PageText().render(text).html):
            description = re.search(r'alt="([^"]*)"', picture)
            if not description or description[1].strip() in {"", UNDESCRIBED}:
                problems.append("Describe each picture in words, between ![ and ], for those who cannot see it.")
            if "src=" not in picture:
                problems.append("Pictures must be on this site: drop the file into the text to add it.")
    if problems:
        raise ValidationError(list(dict.fromkeys(problems)))


def check_summary(text: str) -> None:
    """Raises ValidationError where a summary is no use as the description that search engines show whole."""
    if not SUMMARY[0] <= len(text) <= SUMMARY[1]:
        raise ValidationError(
            f"Write {SUMMARY[0]} to {SUMMARY[1]} characters: search engines show this sentence. It has {len(text)}."
        )


class PublishedQuerySet(models.QuerySet):
    """Every public list, page, feed, sitemap and search goes through `published`."""

    def published(self, at: datetime.datetime | None = None):
        """What readers may see at the given moment (now, unless told)."""
        return self.filter(status=ReviewedPage.Status.PUBLISHED, published_at__lte=at or timezone.now())

    def scheduled(self, at: datetime.datetime | None = None):
        """What readers will see later than the given moment (now, unless told), with nobody's help."""
        return self.filter(status=ReviewedPage.Status.PUBLISHED, published_at__gt=at or timezone.now())

    def review_overdue(self, on: datetime.date | None = None):
        """Published pages whose review date has passed."""
        return self.published().filter(review_due_on__lt=on or timezone.localdate())


class ReviewedPage(models.Model):
    """A page for readers, with its state, its review dates and the rule that ties the two.

    Nothing medical is published without a source and a review date; `clean` tells the editor, and a database
    constraint holds for the dates whoever writes.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in-review", "In review"
        PUBLISHED = "published", "Published"

    #: Slugs that other addresses have taken.
    reserved_slugs: tuple[str, ...] = ()
    #: Names of the fields that hold Markdown and so can carry citations.
    markdown_fields: tuple[str, ...] = ()

    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, db_index=True)
    published_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="A time to come schedules it. Empty: now, when it is first published.",
    )
    reviewed_on = models.DateField(
        "checked against its sources on", null=True, blank=True, help_text="Needed to publish."
    )
    review_due_on = models.DateField("review due on", null=True, blank=True, help_text="Needed to publish.")
    medical_reviewer = models.CharField(
        max_length=120,
        blank=True,
        help_text="Name and credentials of the clinician who reviewed this text. Empty: readers are told that "
        "it awaits medical review.",
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = PublishedQuerySet.as_manager()

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

    def is_published(self, at: datetime.datetime | None = None) -> bool:
        """Whether readers may see this page at the given moment; agrees with PublishedQuerySet.published."""
        return (
            self.status == self.Status.PUBLISHED
            and self.published_at is not None
            and self.published_at <= (at or timezone.now())
        )

    @property
    def review_overdue(self) -> bool:
        return self.review_due_on is not None and self.review_due_on < timezone.localdate()

    def markdown_texts(self) -> list[str]:
        """All the Markdown of the page; subclasses add what their related rows hold."""
        return [getattr(self, name) for name in self.markdown_fields]

    def clean(self) -> None:
        """Raises ValidationError where the page cites an unknown source or is not fit to publish: all that is wrong
        at once, by field."""
        super().clean()
        problems: dict[str, list[ValidationError]] = {}
        if self.slug in self.reserved_slugs:
            problems["slug"] = [ValidationError("This address is taken by another page. Choose another slug.")]
        with _told_in(problems):
            check_bounds(self.markdown_texts())
        with _told_in(problems):
            check_sources(self.markdown_texts())
        if self.status == self.Status.PUBLISHED:
            self._look_whether_fit(problems)
        if problems:
            raise ValidationError(problems)
        if self.status == self.Status.PUBLISHED and self.published_at is None:
            self.published_at = timezone.now()

    def _look_whether_fit(self, problems: dict[str, list[ValidationError]]) -> None:
        for name in ("reviewed_on", "review_due_on"):
            if getattr(self, name) is None:
                problems[name] = [ValidationError("Needed before this page can be published.")]
        with _told_in(problems, "summary"):
            check_summary(self.summary)
        with _told_in(problems):
            check_pictures([getattr(self, name) for name in self.markdown_fields])
        if not cited_keys(*self.markdown_texts()):
            with _told_in(problems):
                raise ValidationError("A published page needs at least one source. Cite it in the text as [@key].")


@contextlib.contextmanager
def _told_in(problems: dict[str, list[ValidationError]], field: str = "") -> Iterator[None]:
    """What is wrong is put beside what else is, so that nobody mends one thing to learn of the next."""
    try:
        yield
    except ValidationError as error:
        (ValidationError({field: error}) if field else error).update_error_dict(problems)
