"""The sitemap: what is published, with the date of its last change."""

import datetime
from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.contrib.sitemaps import Sitemap, views
from django.db import DatabaseError
from django.db.models import Max, OuterRef, QuerySet, Subquery, Value
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from articles.models import Article, Topic
from editorial import snapshot
from editorial.publishing import ReviewedPage
from editorial.reading import ReaderRequest, reading_page
from guide.sources import cited
from phases.models import Phase, Symptom, TreatmentOption

#: Pages that list others change when one of those does.
LISTS = {"home": Article, "articles:list": Article, "phases:list": Phase, "treatments:list": TreatmentOption}
MAX_ADDRESSES = 250  # in one file
#: Pages for readers that are not in the sitemap.
UNLISTED = (
    *("search:search", "callbacks:sent", "callbacks:correct", "callbacks:withdraw"),
    *("leave", "guide-file", "feedback", "feedback-thanks"),
)


class Section(Sitemap):
    """Pages of one kind, each with its date of change if known."""

    def get_latest_lastmod(self) -> None:
        """Return None: the file as a whole has no date."""


class StaticPages(Section):
    """Pages that are templates. Only those in LISTS have a date of change."""

    def lastmod(self, item: str) -> datetime.datetime | None:
        return self._changed.get(item)

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
            "sources",
            "data",
            "card",
            "safety",
            "changes",
            "corrections",
            "about",
            "reviewers",
            "privacy",
            "accessibility",
        ]

    def get_urls(self, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        """Read all dates in one query."""
        latest = [
            model.objects.published().order_by().values(of_model=Value(model.__name__)).annotate(at=Max("updated_at"))
            for model in set(LISTS.values())
        ]
        found = {row["of_model"]: row["at"] for row in latest[0].union(*latest[1:])}
        self._changed = {page: found.get(model.__name__) for page, model in LISTS.items()}
        return super().get_urls(*args, **kwargs)

    def location(self, item: str) -> str:
        return reverse(item)


class PublishedPages(Section):
    """All pages of one model in one file."""

    def __init__(self, model: type[ReviewedPage]) -> None:
        self.model = model

    def items(self) -> Any:
        return list(self.model.objects.published().only("pk", "slug", "updated_at"))

    def lastmod(self, item: ReviewedPage) -> datetime.datetime:
        return item.updated_at


class Articles(PublishedPages):
    """There can be many articles, so they are split into files of MAX_ADDRESSES."""

    limit = MAX_ADDRESSES

    def __init__(self) -> None:
        super().__init__(Article)

    def items(self) -> QuerySet[Article]:
        return self.model.objects.published().only("pk", "slug", "updated_at")


class Symptoms(Section):
    """A symptom is saved together with its stage, and changes with it."""

    def items(self) -> list[Symptom]:
        return list(Symptom.objects.published())

    def lastmod(self, symptom: Symptom) -> datetime.datetime:
        return symptom.phase.updated_at


class Topics(Section):
    """A topic's page changes with each of its articles."""

    def items(self) -> QuerySet[Topic]:
        """Return an unevaluated query: the index only counts topics, and their dates read every article."""
        changed = Article.objects.published().filter(topics=OuterRef("pk")).order_by("-updated_at")
        return Topic.objects.with_articles().annotate(changed_at=Subquery(changed.values("updated_at")[:1]))

    def lastmod(self, item: Any) -> datetime.datetime:
        return item.changed_at


SITEMAPS: dict[str, Section] = {
    "pages": StaticPages(),
    "stages": PublishedPages(Phase),
    "symptoms": Symptoms(),
    "treatments": PublishedPages(TreatmentOption),
    "articles": Articles(),
    "topics": Topics(),
}


def reader_paths() -> Iterator[str]:
    """Yield the path of every page for readers. Raises DatabaseError."""
    for section in SITEMAPS.values():
        for item in section.items():
            yield section.location(item)
    for source in cited(snapshot.current()):
        yield reverse("source", args=[source.key])
    for name in UNLISTED:
        yield reverse(name)


def is_taken_down(request: ReaderRequest) -> bool:
    """Return whether readers had a page at the request's path that is archived now. False if the database is down."""
    pages = [model.objects.taken_down().only("pk", "slug") for model in (Article, Phase, TreatmentOption)]
    symptoms = Symptom.objects.filter(phase__in=Phase.objects.taken_down()).only("pk", "slug")
    try:
        paths = [page.get_absolute_url() for page in chain(*pages, symptoms)]
    except DatabaseError:
        return False
    return any(request.path in {path, request.outside(path)} for path in paths)


@reading_page()
def sitemap(request: HttpRequest) -> HttpResponse:
    """List all pages or, if they are too many for one file, the files."""
    if Article.objects.published().count() > MAX_ADDRESSES:
        return views.index(request, {**SITEMAPS}, sitemap_url_name="sitemap-part")
    return views.sitemap(request, {**SITEMAPS, "articles": PublishedPages(Article)})


@reading_page(query=("p",))
def sitemap_part(request: HttpRequest, section: str) -> HttpResponse:
    """List the pages of one kind."""
    return views.sitemap(request, {**SITEMAPS}, section)
