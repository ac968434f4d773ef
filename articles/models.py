"""The blog: articles, and the topics that gather them."""

from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.html import strip_tags
from markdownx.models import MarkdownxField

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
        return reverse("articles:topic", args=[self.slug])

    def clean(self) -> None:
        super().clean()
        try:
            check_summary(self.description)
        except ValidationError as error:
            raise ValidationError({"description": error}) from error


class ArticleQuerySet(PublishedQuerySet):
    def related_to(self, article: "Article", limit: int = 3):
        """Other articles that share most topics and stages with this one, among the newest."""
        shared = Count("topics", filter=Q(topics__in=article.topics.all()), distinct=True) + Count(
            "phases", filter=Q(phases__in=article.phases.all()), distinct=True
        )
        newest = self.order_by("-published_at", "pk").values("pk")[:RELATED_AMONG]
        return (
            self.filter(pk__in=newest)
            .exclude(pk=article.pk)
            .annotate(shared=shared)
            .order_by("-shared", "-published_at", "pk")[:limit]
        )


class Article(ReviewedPage):
    """One page of the blog."""

    reserved_slugs = ("feed", "topics")
    markdown_fields = ("body",)

    title = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80, unique=True)
    summary = models.CharField(max_length=200, help_text="One or two plain sentences. Shown in lists.")
    body = MarkdownxField(help_text=WRITING_HELP)
    topics = models.ManyToManyField(Topic, blank=True, related_name="articles")
    phases = models.ManyToManyField(Phase, blank=True, related_name="articles", verbose_name="stages")

    objects = ArticleQuerySet.as_manager()

    class Meta(ReviewedPage.Meta):
        ordering = ["-published_at", "pk"]
        indexes = [models.Index(fields=["status", "-published_at", "id"], name="article_newest")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("articles:detail", args=[self.slug])


@lru_cache(maxsize=128)
def reading_minutes(html: str) -> int:
    """How long a text takes to read: whole minutes, at least one."""
    return max(1, round(len(strip_tags(html).split()) / WORDS_A_MINUTE))
