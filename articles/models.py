"""The blog: articles and their topics."""

from typing import ClassVar, Self

import reversion
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef
from markdownx.models import MarkdownxField

from editorial.models.addresses import address_of
from editorial.models.translated import Translated, TranslatedQuerySet
from editorial.text.checks import check_doses, summary_problem
from editorial.text.measures import minutes_for, words_in
from editorial.workflow.publishing import WRITING_HELP, ReviewedPage
from phases.models import Phase


class TopicQuerySet(TranslatedQuerySet):
    def with_articles(self) -> Self:
        """Return topics with published articles in the active language."""
        return self.in_language().filter(Exists(Article.objects.published().filter(topics=OuterRef("pk"))))


@reversion.register()
class Topic(Translated):
    """A subject of articles, named in readers' words."""

    translated_fields = ("name", "description")

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(unique=True)
    description = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=100)

    objects: ClassVar = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]

    def get_absolute_url(self) -> str:
        return address_of("articles:topic", self.slug)

    def clean(self) -> None:
        super().clean()
        if problem := summary_problem(self.description):
            raise ValidationError({"description": problem})
        check_doses(self.description, self.name)


@reversion.register()
class Article(ReviewedPage, Translated):
    """A blog post."""

    linked_as = ("article", "title", "status", "published_at")
    reserved_slugs = ("feed", "topics")
    markdown_fields = ("body",)
    plain_fields = ("title", "summary")
    translated_fields = ("title", "summary", "also_called", "body")
    max_words = 430  # of 800
    explains_words = True

    title = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80, unique=True)
    summary = models.CharField(max_length=200, help_text="One or two plain sentences. Shown in lists.")
    body = MarkdownxField(help_text=WRITING_HELP)
    also_called = models.CharField(
        "search words",
        max_length=600,
        blank=True,
        db_default="",
        help_text="What people type who look for this page, split by commas. Who types one of them finds it first.",
    )
    topics = models.ManyToManyField(Topic, blank=True, related_name="articles")
    phases: models.ManyToManyField = models.ManyToManyField(
        Phase, blank=True, related_name="articles", verbose_name="stages"
    )

    class Meta(ReviewedPage.Meta):
        ordering = ["-published_at", "pk"]
        indexes = [models.Index(fields=["status", "-published_at", "id"], name="article_newest")]

    def get_absolute_url(self) -> str:
        return address_of("articles:detail", self.slug)

    @property
    def reading_minutes(self) -> int:
        """Return how long the text takes to read: whole minutes, at least one."""
        return minutes_for(words_in(self.body))
