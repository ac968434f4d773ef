"""Sources: the published documents behind medical statements, with their identifiers and status."""

import re
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import reversion
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models, transaction
from django.utils.translation import gettext, gettext_lazy as _

from editorial.values.links import safe_url

https_only = URLValidator(schemes=["https"], message="Give an address that begins with https://, or none.")
is_doi = RegexValidator(r"^10\.\d{4,9}/\S+\Z", "A DOI is like 10.1136/bmj.c5475, without https://doi.org/ before it.")
is_pmid = RegexValidator(r"^[1-9]\d{0,8}\Z", "A PMID is the number alone, like 28446428.")
is_pmcid = RegexValidator(r"^PMC[1-9]\d{0,8}\Z", "A PMCID is like PMC8173472.")
is_isbn = RegexValidator(r"^(97[89])?\d{9}[\dX]\Z", "An ISBN is 10 or 13 digits, without dashes.")
is_partial_date = RegexValidator(
    r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?\Z", "Like 2021-05-03, or 2021-05."
)


def optional_text(name: str, length: int, help_text: str = "", **options: Any) -> models.CharField:
    """Make an optional text column with a database default, for older releases that do not know it."""
    return models.CharField(
        name, max_length=length, blank=True, default="", db_default="", help_text=help_text, **options
    )


@reversion.register()
class Source(models.Model):
    """A published document that supports a medical statement. Cited in Markdown by its key: [@cdc-overdose]."""

    class Seen(models.TextChoices):
        FULL = "full", _("the document itself")
        PART = "part", _("its abstract or opening")
        COPY = "copy", _("a copy on another site")

    class Kind(models.TextChoices):
        GUIDELINE = "guideline", _("Guideline")
        REVIEW = "review", _("Review of studies")
        TRIAL = "trial", _("Trial")
        COHORT = "cohort", _("Study that followed people")
        STUDY = "study", _("Study")
        AGENCY = "agency", _("Public agency")
        PAGE = "page", _("Organization or clinic")
        LABEL = "label", _("Label of a medicine")
        LAW = "law", _("Law or rule")
        NEWS = "news", _("News")
        BOOK = "book", _("Book or manual")

    class Status(models.TextChoices):
        CURRENT = "current", "Current"
        SUPERSEDED = "superseded", "Superseded: a newer one replaces it"
        RETRACTED = "retracted", "Retracted"
        GONE = "gone", "Gone: no longer at its address"

    #: In these states a source must not be relied on.
    UNRELIABLE = frozenset({Status.SUPERSEDED, Status.RETRACTED})

    key = models.SlugField(max_length=60, unique=True, help_text="Cite it in any text as [@key].")
    organization = models.CharField(max_length=200, help_text="Who published it, or its authors.")
    title = models.CharField(max_length=300)
    kind = optional_text("kind", 10, choices=Kind)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    published_on = optional_text("published on", 10, "If more than the year is known.", validators=[is_partial_date])
    url = models.URLField(max_length=300, blank=True, validators=[https_only])
    doi = optional_text("DOI", 200, validators=[is_doi])
    pmid = optional_text("PMID", 9, "Its number in PubMed.", validators=[is_pmid])
    pmcid = optional_text("PMCID", 12, "Its number in PubMed Central.", validators=[is_pmcid])
    isbn = optional_text("ISBN", 13, validators=[is_isbn])
    seen = models.CharField("what we read", max_length=4, choices=Seen, default=Seen.FULL)
    accessed_on = models.DateField("read on", null=True, blank=True, default=None)
    archive_url = models.URLField(
        "archived copy",
        max_length=400,
        blank=True,
        default="",
        db_default="",
        validators=[https_only],
        help_text="Its address at web.archive.org or the like.",
    )
    status = models.CharField(
        max_length=10,
        choices=Status,
        default=Status.CURRENT,
        db_default=Status.CURRENT,
        help_text="Retracted or superseded: readers are told, and each page that cites it becomes due for review.",
    )
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, default=None, related_name="supersedes"
    )
    note = models.CharField(max_length=300, blank=True, help_text="For staff; readers do not see it.")

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.key}: {self.organization}, {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; if it was just superseded or retracted, its pages become due for review in the same transaction."""
        from editorial.workflow.citations import make_due  # circular: it imports pages, whose rules import this model

        with transaction.atomic():
            before = Source.objects.filter(pk=self.pk).values_list("status", flat=True).first() if self.pk else None
            super().save(*args, **kwargs)
            if before and self.status != before and self.status in self.UNRELIABLE:
                make_due(self)

    def clean(self) -> None:
        """Raise ValidationError for a duplicate, and for contradictory fields."""
        super().clean()
        problems = {}
        others = Source.objects.exclude(pk=self.pk)
        for name in ("doi", "pmid", "pmcid"):
            if (value := getattr(self, name)) and (other := others.filter(**{f"{name}__iexact": value}).first()):
                problems[name] = f"{other.key} is the same document. Cite that one."
        if self.published_on and not re.match(str(self.year or ""), self.published_on):
            problems["published_on"] = "It has another year."
        if self.superseded_by_id and (self.status != self.Status.SUPERSEDED or self.superseded_by_id == self.pk):
            problems["superseded_by"] = "Only a source that is superseded has one that replaces it, and never itself."
        if problems:
            raise ValidationError(problems)

    @property
    def title_stop(self) -> str:
        """Return the period after the title, unless it ends with punctuation."""
        return "" if self.title.endswith(("?", "!", ".")) else "."

    @property
    def link(self) -> str:
        """Return its URL, or its archived copy's if it is gone; "" if there is none."""
        return safe_url(self.archive_url if self.status == self.Status.GONE else self.url)

    @property
    def places(self) -> list[tuple[str, str, str]]:
        """Return each place where it can be found: name, URL and link text."""
        ids = [
            ("DOI", f"https://doi.org/{quote(self.doi)}", self.doi),
            ("PubMed", f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/", self.pmid),
            ("PubMed Central", f"https://pmc.ncbi.nlm.nih.gov/articles/{self.pmcid}/", self.pmcid),
        ]
        found = [place for place in ids if place[2]]
        known = {unquote(address).rstrip("/") for _, address, _ in found}
        for name, address in (
            (gettext("Address"), "" if self.status == self.Status.GONE else safe_url(self.url)),
            (gettext("Archived copy"), safe_url(self.archive_url)),
        ):
            if address and unquote(address).rstrip("/") not in known:
                found.append((name, address, urlsplit(address).hostname or ""))
        return found

    @property
    def warning(self) -> str:
        """Return a warning for readers; empty for a current source."""
        if self.status == self.Status.SUPERSEDED:
            newer = self.superseded_by
            if newer is None:
                return gettext("Replaced by a newer one")
            return gettext("Replaced by {title}").format(title=f"{newer.organization}, {newer.title}")
        if self.status == self.Status.RETRACTED:
            return gettext("Retracted")
        return gettext("No longer at its address") if self.status == self.Status.GONE else ""
