"""The sitemap: what is published, with the date of its last change."""

from django.contrib.sitemaps import Sitemap, views
from django.db.models import Max, OuterRef, Subquery, Value
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from articles.models import Article, Topic
from editorial.reading import reading_page
from phases.models import Phase, Symptom, TreatmentOption

#: Pages that list others change when one of those does.
LISTS = {"home": Article, "articles:list": Article, "phases:list": Phase, "treatments:list": TreatmentOption}
#: Addresses in one file.
LONGEST = 250


class Section(Sitemap):
    """Pages of one kind, each with a date of its own, or none where none is known that would be true."""

    def get_latest_lastmod(self) -> None:
        """So the file as a whole has none."""


class StandingPages(Section):
    """Pages of our own words. Those in LISTS carry a date; of the others none is known that would be true."""

    def lastmod(self, item: str):
        return self._changed.get(LISTS.get(item))

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

    def get_urls(self, *args, **kwargs):
        """One query for all dates."""
        latest = [
            model.objects.published().order_by().values(of_model=Value(model.__name__)).annotate(at=Max("updated_at"))
            for model in set(LISTS.values())
        ]
        found = {row["of_model"]: row["at"] for row in latest[0].union(*latest[1:])}
        self._changed = {model: found.get(model.__name__) for model in LISTS.values()}
        return super().get_urls(*args, **kwargs)

    def location(self, item: str) -> str:
        return reverse(item)


class PublishedPages(Section):
    """The few pages of one model, with one query."""

    def __init__(self, model) -> None:
        self.model = model

    def items(self):
        return list(self.model.objects.published().only("pk", "slug", "updated_at"))

    def lastmod(self, item):
        return item.updated_at


class Articles(PublishedPages):
    """Articles can be many: each file lists so many, and no text is read."""

    limit = LONGEST

    def __init__(self) -> None:
        super().__init__(Article)

    def items(self):
        return self.model.objects.published().only("pk", "slug", "updated_at")


class Symptoms(Section):
    """A symptom changes with its stage: both are saved together."""

    def items(self):
        return list(Symptom.objects.published())

    def lastmod(self, symptom):
        return symptom.phase.updated_at


class Topics(Section):
    """A topic's page changes with each of its articles."""

    def items(self):
        """Not read yet: the list of files only counts them, and their dates cost a look at every article."""
        changed = Article.objects.published().filter(topics=OuterRef("pk")).order_by("-updated_at")
        return Topic.objects.with_articles().annotate(changed_at=Subquery(changed.values("updated_at")[:1]))

    def lastmod(self, item):
        return item.changed_at


SITEMAPS = {
    "pages": StandingPages(),
    "stages": PublishedPages(Phase),
    "symptoms": Symptoms(),
    "treatments": PublishedPages(TreatmentOption),
    "articles": Articles(),
    "topics": Topics(),
}


@reading_page()
def sitemap(request: HttpRequest) -> HttpResponse:
    """All pages, or where they are too many for one file, where the files are."""
    if Article.objects.published().count() > LONGEST:
        return views.index(request, SITEMAPS, sitemap_url_name="sitemap-part")
    return views.sitemap(request, SITEMAPS | {"articles": PublishedPages(Article)})


@reading_page(query=("p",))
def sitemap_part(request: HttpRequest, section: str) -> HttpResponse:
    """The pages of one kind."""
    return views.sitemap(request, SITEMAPS, section)
