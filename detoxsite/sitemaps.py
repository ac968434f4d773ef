"""The sitemap: what is published, with the date of its last change."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from articles.models import Article, Topic
from phases.models import Phase, TreatmentOption


class StandingPages(Sitemap):
    def items(self) -> list[str]:
        return [
            "home",
            "emergency",
            "phases:list",
            "phases:now",
            "treatments:list",
            "articles:list",
            "callbacks:contact",
            "a-z",
            "card",
            "safety",
            "about",
            "privacy",
            "accessibility",
        ]

    def location(self, item: str) -> str:
        return reverse(item)


class PublishedPages(Sitemap):
    """The pages of one model."""

    def __init__(self, model) -> None:
        self.model = model

    def items(self):
        return self.model.objects.published()

    def lastmod(self, item):
        return item.updated_at


class Topics(Sitemap):
    def items(self):
        return Topic.objects.with_articles()


SITEMAPS = {
    "pages": StandingPages(),
    "stages": PublishedPages(Phase),
    "treatments": PublishedPages(TreatmentOption),
    "articles": PublishedPages(Article),
    "topics": Topics(),
}
