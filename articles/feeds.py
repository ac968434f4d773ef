"""The Atom feed."""

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from articles.models import Article

LATEST = 20


class LatestArticles(Feed):
    """The newest articles: what each says and where. The text stays with its sources, dates and warnings."""

    feed_type = Atom1Feed
    title = f"{settings.SITE_NAME}: articles"
    author_name = settings.SITE_NAME
    subtitle = "Plain, sourced reading on heroin withdrawal, treatment and what comes after."

    def link(self) -> str:
        return reverse("articles:list")

    def items(self):
        return Article.objects.published().prefetch_related("topics").defer("body")[:LATEST]

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
