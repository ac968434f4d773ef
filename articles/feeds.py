"""The Atom feed."""

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from articles.models import Article, Topic

LATEST = 50


def _latest(articles):
    return articles.published().prefetch_related("topics").defer("body")[:LATEST]


class LatestArticles(Feed):
    """The newest articles: what each says and where. The text stays with its sources, dates and warnings."""

    feed_type = Atom1Feed
    title = f"{settings.SITE_NAME}: articles"
    author_name = settings.SITE_NAME
    subtitle = "Plain, sourced reading on heroin withdrawal, treatment and what comes after."

    def link(self) -> str:
        return reverse("articles:list")

    def items(self):
        return _latest(Article.objects.all())

    def item_title(self, item: Article) -> str:
        return item.title

    def item_description(self, item: Article) -> str:
        return item.summary

    def item_pubdate(self, item: Article):
        return item.published_at

    def item_updateddate(self, item: Article):
        return item.updated_at

    def item_categories(self, item: Article) -> list[str]:
        return [topic.name for topic in item.topics.all()]


class TopicArticles(LatestArticles):
    """The newest articles of one topic."""

    def get_object(self, request, slug: str) -> Topic:
        return get_object_or_404(Topic.objects.with_articles(), slug=slug)

    def title(self, topic: Topic) -> str:
        return f"{settings.SITE_NAME}: {topic.name}"

    def subtitle(self, topic: Topic) -> str:
        return topic.description

    def link(self, topic: Topic) -> str:
        return topic.get_absolute_url()

    def items(self, topic: Topic):
        return _latest(Article.objects.filter(topics=topic))
