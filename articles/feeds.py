"""The Atom feeds: the newest articles, all or of one topic."""

import datetime

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from articles.models import Article, Topic
from editorial.pages.feed_type import Atom

MAX_ITEMS = 50


class Articles(Feed):
    """Summaries and links only, as a text needs its sources, dates and warnings."""

    feed_type = Atom
    author_name = gettext_lazy(settings.SITE_NAME)

    def get_object(self, request: HttpRequest, slug: str = "") -> Topic | None:
        return get_object_or_404(Topic.objects.with_articles().at(slug)) if slug else None

    def title(self, topic: Topic | None) -> str:
        everything = gettext("articles")
        return f"{gettext(settings.SITE_NAME)}: {topic.name if topic else everything}"

    def subtitle(self, topic: Topic | None) -> str:
        everything = gettext("Plain, sourced reading on heroin withdrawal, treatment and what comes after.")
        return topic.description if topic else everything

    def link(self, topic: Topic | None) -> str:
        return topic.get_absolute_url() if topic else reverse("articles:list")

    def items(self, topic: Topic | None) -> QuerySet[Article]:
        articles = Article.objects.published().prefetch_related("topics").defer("body")
        return (articles.filter(topics=topic) if topic else articles)[:MAX_ITEMS]

    def item_title(self, item: Article) -> str:
        return item.title

    def item_description(self, item: Article) -> str:
        return item.summary

    def item_pubdate(self, item: Article) -> datetime.datetime | None:
        return item.published_at

    def item_updateddate(self, item: Article) -> datetime.datetime:
        return item.updated_at

    def item_categories(self, item: Article) -> list[str]:
        return [topic.name for topic in item.topics.all()]
