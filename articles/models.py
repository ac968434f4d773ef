"""The blog: articles, and the topics that gather them."""

import datetime
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.html import strip_tags
from markdownx.models import MarkdownxField

from editorial.addresses import address_of
from editorial.publishing import WRITING_HELP, PublishedQuerySet, ReviewedPage, check_summary
from phases.models import Phase

#: Of so many articles related ones are looked for, so that a long blog costs no more than a short one.
RELATED_AMONG = 200
WORDS_A_MINUTE = 180  # slower than the usual 230: people read badly when they feel ill


class TopicQuerySet(models.QuerySet):
    def with_articles(self):
        """Topics that have something to read."""
        return self.filter(Exists(Article.objects.published().filter(topics=OuterRef("pk"))))


class Topic(models.Model):
    """What an article is about, in a reader's words."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(unique=True)
    description = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=100)

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("articles:topic", self.slug)

    def clean(self) -> None:
        super().clean()
        try:
            check_summary(self.description)
        except ValidationError as error:
            raise ValidationError({"description": error}) from error


class ArticleQuerySet(PublishedQuerySet):
    def related_to(self, pk: int, limit: int = 3):
        """Other articles that share most topics and stages with that one, among the newest."""
        newest = self.order_by("-published_at", "pk").values("pk")[:RELATED_AMONG]
        shared = _shared(Article.topics.through, "topic_id", pk) + _shared(Article.phases.through, "phase_id", pk)
        return (
            self._among(Q(pk__in=newest))
            .exclude(pk=pk)
            .annotate(shared=shared)
            .order_by("-shared", "-published_at", "pk")[:limit]
        )

    def beside(self, pk: int, published_at: datetime.datetime, until: datetime.datetime):
        """The one just before and the one just after that article, in the order of the list of all.

        `until` is the earlier of its time and now: the database would look through all between the two.
        """
        newer = self.filter(stands_before(pk, published_at), published_at__gte=published_at)
        older = Article.objects.published(until).filter(Q(published_at__lt=published_at) | Q(pk__gt=pk))
        nearest = [rows.values("pk")[:1] for rows in (newer.order_by("published_at", "-pk"), older)]
        return self._among(Q(pk__in=nearest[0]) | Q(pk__in=nearest[1]))

    def _among(self, chosen: Q):
        """Those that were chosen from this set. What holds for the set is not asked again: to do so, the database would
        go through all of it."""
        return self.model._default_manager.filter(chosen)


def stands_before(pk: int, published_at: datetime.datetime) -> Q:
    """What the list of all articles has before that one: those that are newer."""
    return Q(published_at__gt=published_at) | Q(published_at=published_at, pk__lt=pk)


def _shared(links: type[models.Model], column: str, pk: int) -> Coalesce:
    """How many of the links that the article `pk` has an article has too."""
    own = links.objects.filter(article_id=pk).values(column)
    common = links.objects.filter(article_id=OuterRef("pk"), **{f"{column}__in": own}).order_by().values("article_id")
    return Coalesce(Subquery(common.annotate(number=Count("pk")).values("number")), 0)


class Article(ReviewedPage):
    """One page of the blog."""

    reserved_slugs = ("feed", "topics")
    markdown_fields = ("body",)

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
    phases = models.ManyToManyField(Phase, blank=True, related_name="articles", verbose_name="stages")

    objects = ArticleQuerySet.as_manager()

    class Meta(ReviewedPage.Meta):
        ordering = ["-published_at", "pk"]
        indexes = [models.Index(fields=["status", "-published_at", "id"], name="article_newest")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address_of("articles:detail", self.slug)


@lru_cache(maxsize=128)
def reading_minutes(html: str) -> int:
    """How long a text takes to read: whole minutes, at least one."""
    return max(1, round(len(strip_tags(html).split()) / WORDS_A_MINUTE))
