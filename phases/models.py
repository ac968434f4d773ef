"""The three stages of withdrawal, their symptoms, and treatment options."""

from typing import Any, ClassVar, Self

import reversion
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from markdownx.models import MarkdownxField

from editorial.models.addresses import address_of
from editorial.models.translated import Translated, TranslatedQuerySet
from editorial.text import checks
from editorial.values import languages
from editorial.values.links import tidy
from editorial.workflow.publishing import WRITING_HELP, CheckedText, PublishedQuerySet, ReviewedPage
from phases.choices import Area, Cravings, Evidence, Level, Medicine, OverdoseRisk, Place, Soon, Withdrawal, level_of
from phases.hours import Course


@reversion.register()
class TreatmentOption(ReviewedPage, Translated):
    """A way to get help: a medicine, a place, a therapy, peer support, aftercare, or staying safe."""

    class Kind(models.TextChoices):
        MEDICATION = "medication", _("Medicines")
        CARE_SETTING = "care-setting", _("Places to get care")
        THERAPY = "therapy", _("Therapy")
        PEER_SUPPORT = "peer-support", _("Support from others")
        AFTERCARE = "aftercare", _("After detox")
        SAFETY = "safety", _("Staying safe")

    linked_as = ("treatment", "name", "status", "published_at")
    reserved_slugs = ("compare",)
    is_medical = True
    markdown_fields = ("what_it_does", "how_to_get_it", "may_suit", "watch_out", "compare_note", "body")
    folded_fields = ("compare_note",)  # on the page that compares
    plain_fields = ("name", "summary", "evidence_note")
    translated_fields = (*plain_fields, "also_called", *markdown_fields)
    max_words = 350  # of 700

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    position = models.PositiveSmallIntegerField(default=100)
    also_called = models.CharField(
        max_length=400, blank=True, help_text="Other names, also misspelled ones, split by commas. For search only."
    )
    summary = models.CharField(max_length=200, help_text="One or two plain sentences. Shown in lists.")
    what_it_does = models.CharField(max_length=400, help_text="One or two sentences, with a source.")
    how_to_get_it = models.CharField(
        max_length=400,
        help_text="Tonight, then tomorrow. With the summary at most 40 words: both are the first screen of a phone.",
    )
    may_suit = models.CharField(max_length=400)
    watch_out = models.CharField(max_length=400)
    evidence = models.CharField("how sure we are", max_length=10, choices=Evidence)
    evidence_note = models.CharField("how sure we are, in a sentence", max_length=300)
    place = models.CharField(max_length=20, choices=Place, default=Place.NOT_KNOWN)
    medicine = models.CharField(max_length=20, choices=Medicine, default=Medicine.NOT_KNOWN)
    soon = models.CharField("how soon", max_length=20, choices=Soon, default=Soon.NOT_KNOWN)
    withdrawal = models.CharField(
        "helps with withdrawal",
        max_length=20,
        choices=Withdrawal,
        default=Withdrawal.NOT_KNOWN,
        db_default=Withdrawal.NOT_KNOWN,
    )
    cravings = models.CharField("helps with craving", max_length=20, choices=Cravings, default=Cravings.NOT_KNOWN)
    overdose_risk = models.CharField(
        "helps with staying alive", max_length=20, choices=OverdoseRisk, default=OverdoseRisk.NOT_KNOWN
    )
    compare_note = models.CharField(
        "what these rest on",
        max_length=400,
        blank=True,
        default="",
        help_text="The facts behind these choices, with their sources. Where no source says it, it is “Not known”.",
    )
    body = MarkdownxField(help_text=WRITING_HELP)

    class Meta(ReviewedPage.Meta):
        ordering = ["position", "name"]

    def get_absolute_url(self) -> str:
        return address_of("treatments:detail", self.slug)


class PhaseQuerySet(PublishedQuerySet):
    def with_rows(self) -> Self:
        """Prefetch symptoms and published treatment options. Two queries."""
        return self.with_symptoms().prefetch_related(models.Prefetch("treatments", TreatmentOption.objects.published()))

    def with_symptoms(self) -> Self:
        """Prefetch all symptoms in order. One query."""
        return self.prefetch_related(models.Prefetch("symptoms", Symptom.objects.in_language()))


@reversion.register(follow=["symptoms"])
class Phase(ReviewedPage, Translated, Course):
    """A stage of withdrawal from heroin, with its course in hours since last use."""

    linked_as = ("stage", "name", "status", "published_at")
    reserved_slugs = ("now",)
    is_medical = True
    markdown_fields = ("timing_note", "overview", "what_helps", "get_help", "what_comes_next")
    folded_fields = ("timing_note", "overview")
    plain_fields = ("name", "summary", "evidence_note")
    translated_fields = (*plain_fields, *markdown_fields)
    own_boxes = ("emergency", "urgent")
    max_words = 380  # of 900
    versioned_rows = ("symptoms",)
    signed_links = ("treatments",)
    articles: Any  # the reverse of articles.Article.phases, which this app does not import

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(unique=True)
    position = models.PositiveSmallIntegerField(unique=True)
    summary = models.CharField(max_length=200, help_text="One or two plain sentences. Shown in lists.")
    timing_note = MarkdownxField(help_text="The hours in words. Where sources differ, give the range and say so.")
    evidence = models.CharField("how sure we are", max_length=10, choices=Evidence)
    evidence_note = models.CharField("how sure we are, in a sentence", max_length=300)
    overview = MarkdownxField()
    what_helps = MarkdownxField()
    get_help = MarkdownxField("when to get medical help")
    what_comes_next = MarkdownxField()
    treatments = models.ManyToManyField(
        TreatmentOption, blank=True, related_name="phases", verbose_name="treatment options that fit"
    )

    objects: ClassVar = PhaseQuerySet.as_manager()

    class Meta(ReviewedPage.Meta):
        ordering = ["position"]
        verbose_name = "stage"
        constraints = [*ReviewedPage.Meta.constraints, *Course.Meta.constraints]

    def get_absolute_url(self) -> str:
        return address_of("phases:detail", self.slug)

    @property
    def help_level(self) -> Level:
        """Return the level of the box with `get_help`."""
        return level_of(self.get_help)

    def markdown_texts(self) -> list[str]:
        symptoms = self.symptoms.all() if self.pk else ()
        return [*super().markdown_texts(), *(text for symptom in symptoms for text in symptom.markdown_texts())]


class SymptomQuerySet(TranslatedQuerySet):
    def published(self) -> Self:
        """Return symptoms of published stages, with their stages."""
        found = self.filter(phase__in=Phase.objects.published().values("pk")).in_language()
        if languages.active() == languages.ENGLISH:
            return found.select_related("phase")
        return found.prefetch_related(models.Prefetch("phase", Phase.objects.in_language()))


@reversion.register()
class Symptom(CheckedText, Translated, Course):
    """A symptom of one stage, with its own course in hours since last use."""

    markdown_fields = ("description", "what_helps", "get_help")
    plain_fields = ("name",)
    translated_fields = (*plain_fields, "also_called", *markdown_fields)
    own_boxes = ("emergency",)
    max_words = 85  # of 400
    linked_as = ("symptom", "name", "phase__status", "phase__published_at")

    class Intensity(models.TextChoices):
        MILD = "mild", _("Mild")
        MODERATE = "moderate", _("Moderate")
        SEVERE = "severe", _("Severe")

    class Confidence(models.TextChoices):
        MEDIUM = "medium", _("Sources agree on the days, not the hours")
        LOW = "low", _("Sources differ or say little")

    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="symptoms")
    name = models.CharField(max_length=60)
    slug = models.SlugField(unique=True)
    position = models.PositiveSmallIntegerField(default=100)
    area = models.CharField("where it is felt", max_length=10, choices=Area, default=Area.OTHER)
    also_called = models.CharField(
        max_length=400, blank=True, help_text="Other names, also misspelled ones, split by commas. For search only."
    )
    thing = models.SlugField(
        "one thing at several stages",
        blank=True,
        default="",
        db_default="",
        db_index=False,
        help_text="A word that symptoms share which are one thing under several names, such as “cravings”. "
        "“Where am I now?” then names only one of them at a time.",
    )
    intensity = models.CharField("usual intensity", max_length=10, choices=Intensity)
    confidence = models.CharField("how sure the hours are", max_length=10, choices=Confidence)
    description = MarkdownxField()
    what_helps = models.TextField(help_text="Markdown.")
    get_help = models.TextField("when to get medical help", blank=True, help_text="Markdown.")

    objects: ClassVar = SymptomQuerySet.as_manager()

    class Meta(Course.Meta):
        ordering = ["phase__position", "position", "name"]
        constraints = [
            *Course.Meta.constraints,
            models.UniqueConstraint(fields=["phase", "name"], name="symptom_once_in_a_phase"),
        ]

    @property
    def page(self) -> Phase:
        """Return the page that it is part of."""
        return self.phase

    @property
    def signed_page(self) -> "Symptom | Phase":
        """Return the page that is signed and corrected: its stage or, in another language, its own translation."""
        return self if "in_english" in self.__dict__ else self.phase

    def get_absolute_url(self) -> str:
        return address_of("symptoms:detail", self.slug)

    def is_published(self) -> bool:
        """Return whether its stage is published."""
        return self.phase.is_published()

    def clean(self) -> None:
        """Raise ValidationError for whatever would keep its stage from being saved in its present state."""
        super().clean()
        tidy(type(self), self)
        if problems := checks.by_field(self, in_drafts=self.page.status != ReviewedPage.Status.PUBLISHED):
            raise ValidationError(problems)
