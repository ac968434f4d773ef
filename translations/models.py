"""Translations of pages: their words only. Facts (hours, numbers, sources) are in the page's own row."""

import copy
from typing import Any

import reversion
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from markdownx.models import MarkdownxField

from editorial.models.translated import digest_of_words, words_of
from editorial.values import languages
from editorial.workflow.publishing import CheckedText, ReviewedPage
from translations import checks


@reversion.register()
class Translation(ReviewedPage):
    """One page's words in one language, with its own state, slug and dates.

    `source_seen` has the English that the translator confirmed, by the page's field; if the page's words differ now,
    the translation is stale. A kind of page uses the fields that `columns_in_translation` names.
    """

    reserved_slugs = ("ahora", "comparar", "feed", "temas")
    markdown_fields = (
        *("description", "what_it_does", "how_to_get_it", "may_suit", "watch_out", "compare_note", "timing_note"),
        *("overview", "what_helps", "get_help", "what_comes_next", "meaning", "body"),
    )
    plain_fields = ("title", "summary", "evidence_note", "hours", "answered_by", "cost")
    max_words = 430
    checked_by = checks

    page_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+", editable=False)
    page_id = models.PositiveBigIntegerField(editable=False)
    of = GenericForeignKey("page_type", "page_id")
    language = models.CharField(max_length=10, editable=False)
    slug = models.SlugField(max_length=80)
    source_seen = models.JSONField(default=dict, editable=False)
    source_digest = models.CharField(max_length=64, blank=True)

    title = models.CharField(max_length=120)
    also_called = models.TextField("search words", blank=True, help_text="What people type, split by commas.")
    summary = models.CharField(max_length=200, blank=True)
    evidence_note = models.CharField("how sure we are, in a sentence", max_length=300, blank=True)
    what_it_does = models.TextField(blank=True)
    how_to_get_it = models.TextField(blank=True)
    may_suit = models.TextField(blank=True)
    watch_out = models.TextField(blank=True)
    compare_note = models.TextField("what these rest on", blank=True)
    description = MarkdownxField(blank=True)
    timing_note = MarkdownxField(blank=True)
    overview = MarkdownxField(blank=True)
    what_helps = MarkdownxField(blank=True)
    get_help = MarkdownxField("when to get medical help", blank=True)
    what_comes_next = MarkdownxField(blank=True)
    meaning = models.TextField(blank=True)
    body = MarkdownxField(blank=True)
    text_body = models.CharField("word to text", max_length=20, blank=True)
    hours = models.CharField(max_length=120, blank=True)
    answered_by = models.CharField("who answers", max_length=120, blank=True)
    cost = models.CharField("what a call costs", max_length=120, blank=True)

    class Meta(ReviewedPage.Meta):
        ordering = ["language", "page_type", "title"]
        constraints = [
            *ReviewedPage.Meta.constraints,
            models.UniqueConstraint(fields=["page_type", "page_id", "language"], name="translation_once_in_a_language"),
            models.UniqueConstraint(fields=["page_type", "language", "slug"], name="translation_address_once"),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.of} ({self.language})"

    @property
    def is_medical(self) -> bool:  # type: ignore[override]  # by its kind of page
        """Return whether it must be signed: not a glossary term or help line, as these are not signed in English."""
        return issubclass(self.model, CheckedText)

    @property
    def model(self) -> Any:
        """Return the model of the translated page."""
        return ContentType.objects.get_for_id(self.page_type_id).model_class()

    def get_absolute_url(self) -> str:
        """Return the page's path in this language; empty for a glossary term or help line, which have no page."""
        if not hasattr(self.model, "get_absolute_url"):
            return ""
        with languages.override(self.language):
            return self.model(slug=self.slug).get_absolute_url()

    def shown(self) -> Any:
        """Return the page in this language, for checks and previews. It cannot be saved."""
        page: Any = copy.copy(self.of)
        page.in_english, page.english_slug = words_of(page), getattr(page, "slug", "")
        page.words_pk, page.words_slug, page.words_source_digest = self.pk, self.slug, self.source_digest
        for field, column in page.columns_in_translation().items():
            setattr(page, field, getattr(self, column))
            setattr(page, f"words_{column}", getattr(self, column))
        if hasattr(page, "slug"):
            page.known_as = page.slug
            page.slug = self.slug
        page.override_reason = self.override_reason
        if isinstance(page, ReviewedPage):
            page.reviewed_on, page.review_due_on, page.status = self.reviewed_on, self.review_due_on, self.status
        return page

    @property
    def is_stale(self) -> bool:
        """Return whether the English changed since the translation was confirmed."""
        return digest_of_words(words_of(self.of)) != self.source_digest

    @property
    def waits_for(self) -> str:
        """Return what else must be public before readers see it: the English page, or a symptom's stage; or ""."""
        page: Any = getattr(self.of, "page", self.of)
        if not getattr(page, "is_published", lambda: True)():
            return f"the English of “{page}”"
        with languages.override(self.language):
            is_there = page is self.of or type(page).objects.published().filter(pk=page.pk).exists()
        return "" if is_there else f"“{page}” in {languages.NAMES[self.language]}"

    def clean(self) -> None:
        if self.of is None:
            raise ValidationError("Its English page was deleted. Bring that back first.")
        super().clean()

    def confirm(self) -> None:
        """Confirm that this translates the current English; the caller saves."""
        self.source_digest = digest_of_words(words_of(self.of))

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the English that was confirmed, for later comparison."""
        if digest_of_words(self.source_seen) != self.source_digest:
            today = words_of(self.of)
            self.source_seen = today if digest_of_words(today) == self.source_digest else {}
        super().save(*args, **kwargs)
