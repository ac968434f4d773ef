"""The sitemap: what is published, with the date of its last change."""

import datetime
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from django.contrib.sitemaps import Sitemap, views
from django.db import DatabaseError
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, Topic
from editorial.models.changes import type_of
from editorial.pages.reading import ReaderRequest, reading_page
from editorial.text import snapshot
from editorial.values import languages
from guide.sources import cited
from phases.models import Phase, Symptom, TreatmentOption
from translations.models import Translation

MAX_ADDRESSES = 250  # in one file
#: Pages for readers that are not in the sitemap.
UNLISTED = (
    *("search:search", "callbacks:sent", "callbacks:correct", "callbacks:withdraw"),
    *("leave", "guide-file", "feedback", "feedback-thanks"),
)


#: Pages that are templates, by their URL names.
PAGES = (
    "home emergency phases:list phases:now phases:check-in plan symptoms:list treatments:list treatments:compare "
    "articles:list callbacks:contact a-z sources data card safety changes corrections about reviewers privacy kept "
    "accessibility"
).split()


class Section(Sitemap):
    """Pages of one kind in one language, each with its last change, if known, and its alternates."""

    def __init__(self, language: str) -> None:
        self.language = language

    def items(self) -> Any:
        with languages.override(self.language):
            return self.rows()

    def rows(self) -> Any:
        """Return what is published in the language that is active."""
        raise NotImplementedError

    def location(self, item: Any) -> str:
        with languages.override(self.language):
            return item.get_absolute_url()

    def paths(self, items: list[Any]) -> dict[Any, str]:
        """Return the paths of items in the active language, by key, which is the same in all languages."""
        return {row.pk: row.get_absolute_url() for row in self.rows().filter(pk__in=[item.pk for item in items])}

    def get_urls(self, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        """Add each page's alternates, itself included, as search engines require."""
        urls = super().get_urls(*args, **kwargs)
        items, found = [url["item"] for url in urls], {}
        for code in languages.NAMES:
            with languages.override(code):
                own = code == self.language
                found[code] = {item.pk: self.location(item) for item in items} if own else self.paths(items)
        for url in urls:
            site = url["location"].removesuffix(self.location(url["item"]))
            paths = {code: found[code].get(url["item"].pk) for code in found}
            paths["x-default"] = paths[languages.ENGLISH]
            there = [{"lang_code": code, "location": f"{site}{path}"} for code, path in paths.items() if path]
            url["alternates"] = there if len({place["location"] for place in there}) > 1 else []
        return urls

    def get_latest_lastmod(self) -> None:
        """Return None: the file as a whole has no date."""


class TemplatePage(NamedTuple):
    """A page that is a template, by its URL name."""

    pk: str

    def get_absolute_url(self) -> str:
        return reverse(self.pk)


class TemplatePages(Section):
    """Pages that are templates, without a date of change."""

    def rows(self) -> list[TemplatePage]:
        """Return all pages, in other languages only those that are translated."""
        return [TemplatePage(name) for name in PAGES if languages.of_path(reverse(name)) == self.language]

    def paths(self, items: list[TemplatePage]) -> dict[str, str]:
        return {item.pk: item.get_absolute_url() for item in items}


class PublishedPages(Section):
    """All pages of one model, in files of MAX_ADDRESSES."""

    limit = MAX_ADDRESSES

    def __init__(self, model: Any, language: str) -> None:
        super().__init__(language)
        self.model = model

    def rows(self) -> QuerySet:
        return self.model.objects.published().defer(*self.model.markdown_fields)

    def lastmod(self, item: Any) -> datetime.datetime:
        """Return when it was saved. A symptom is saved with its stage."""
        return getattr(item, "page", item).updated_at


class Topics(Section):
    """A topic's page changes with each of its articles."""

    def rows(self) -> QuerySet[Topic]:
        """Return an unevaluated query: the index only counts topics, and their dates read every article."""
        changed = Article.objects.published().filter(topics=OuterRef("pk")).order_by("-updated_at")
        return Topic.objects.with_articles().annotate(changed_at=Subquery(changed.values("updated_at")[:1]))

    def lastmod(self, item: Any) -> datetime.datetime:
        return item.changed_at


SECTIONS: dict[str, Callable[[str], Section]] = {
    "pages": TemplatePages,
    "stages": partial(PublishedPages, Phase),
    "symptoms": partial(PublishedPages, Symptom),
    "treatments": partial(PublishedPages, TreatmentOption),
    "articles": partial(PublishedPages, Article),
    "topics": Topics,
}
SITEMAPS = {
    name if language == languages.ENGLISH else f"{name}-{language}": section(language)
    for language in languages.NAMES
    for name, section in SECTIONS.items()
}


def reader_paths() -> Iterator[str]:
    """Yield the path of every page for readers, in every language. Raises DatabaseError."""
    yield from (section.location(item) for section in SITEMAPS.values() for item in section.items())
    keys = [source.key for source in cited(snapshot.current())]
    for language in languages.NAMES:
        with languages.override(language):
            yield from [reverse("source", args=[key]) for key in keys]
            yield from map(reverse, UNLISTED)


def is_taken_down(request: ReaderRequest) -> bool:
    """Return whether the request's path belongs to an archived page. False if the database is down."""
    with suppress(DatabaseError):
        return any(request.path in {path, request.outside(path)} for path in _taken_down())
    return False


def _taken_down() -> Iterator[str]:
    gone: dict[Any, QuerySet] = {model: model.objects.taken_down() for model in (Article, Phase, TreatmentOption)}
    gone[Symptom] = Symptom.objects.filter(phase__in=gone[Phase])
    with languages.override(languages.ENGLISH):
        yield from [page.get_absolute_url() for pages in gone.values() for page in pages.only("pk", "slug")]
    archived = Q(status=Translation.Status.ARCHIVED)
    for model, pages in gone.items():
        archived |= Q(page_type=type_of(model), page_id__in=pages.values("pk"))
    for words in Translation.objects.filter(archived, published_at__lte=timezone.now()):
        yield words.get_absolute_url()


@reading_page()
def sitemap(request: HttpRequest) -> HttpResponse:
    """List all pages or, if there are too many for one file, the parts."""
    if Article.objects.published().count() > MAX_ADDRESSES:
        return views.index(request, {**SITEMAPS}, sitemap_url_name="sitemap-part")
    return views.sitemap(request, {**SITEMAPS})


@reading_page(query=("p",))
def sitemap_part(request: HttpRequest, section: str) -> HttpResponse:
    """List the pages of one kind."""
    return views.sitemap(request, {**SITEMAPS}, section)
