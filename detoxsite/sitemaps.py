"""The sitemap: what is published, with the date of its last change."""

from django.contrib.sitemaps import Sitemap
from django.db.models import Max, Q
from django.urls import reverse

from articles.models import Article, Topic
from phases.models import Phase, Symptom, TreatmentOption

#: Pages that list others change when one of those does.
LISTS = {"home": Article, "articles:list": Article, "phases:list": Phase, "treatments:list": TreatmentOption}


class StandingPages(Sitemap):
    """Pages of our own words. Those in LISTS carry a date; of the others none is known that would be true."""

    def lastmod(self, item: str):
        model = LISTS.get(item)
        return model.objects.published().aggregate(at=Max("updated_at"))["at"] if model else None

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


class Symptoms(Sitemap):
    """A symptom changes with its stage: both are saved together."""

    def items(self):
        return Symptom.objects.published()

    def lastmod(self, symptom):
        return symptom.phase.updated_at


class Topics(Sitemap):
    def items(self):
        live = Q(articles__in=Article.objects.published())
        return Topic.objects.with_articles().annotate(changed_at=Max("articles__updated_at", filter=live))

    def lastmod(self, item):
        return item.changed_at


SITEMAPS = {
    "pages": StandingPages(),
    "stages": PublishedPages(Phase),
    "symptoms": Symptoms(),
    "treatments": PublishedPages(TreatmentOption),
    "articles": PublishedPages(Article),
    "topics": Topics(),
}
