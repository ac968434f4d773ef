"""The sitemap: what is published, with the date of its last change."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from articles.models import Article, Topic
from phases.models import Phase, Symptom, TreatmentOption


class StandingPages(Sitemap):
    def items(self) -> list[str]:
        return [
            "home",
            "emergency",
            "phases:list",
            "phases:now",
            "phases:check-in",
            "plan",
            "symptoms:list",
            "treatments:list",
            "treatments:compare",
            "articles:list",
            "callbacks:contact",
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


class Symptoms(Sitemap):
    """A symptom changes with its stage: both are saved together."""

    def items(self):
        return Symptom.objects.published()

    def lastmod(self, symptom):
        return symptom.phase.updated_at


class Topics(Sitemap):
    def items(self):
        return Topic.objects.with_articles()


SITEMAPS = {
    "pages": StandingPages(),
    "stages": PublishedPages(Phase),
    "symptoms": Symptoms(),
    "treatments": PublishedPages(TreatmentOption),
    "articles": PublishedPages(Article),
    "topics": Topics(),
}
