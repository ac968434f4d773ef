"""What surrounds an article: its topics and stages, related articles, and the next and previous one."""

import datetime
import functools
from bisect import bisect_left
from collections import defaultdict
from typing import NamedTuple

from django.db.models import Q, QuerySet, Value
from django.shortcuts import get_object_or_404

from articles.models import Article, Topic
from editorial.models.addresses import address_of
from editorial.text import snapshot
from editorial.text.markdown import PageText
from editorial.values import languages
from phases.models import Phase

MAX_RELATED = 3
MAX_INDEXED = 300  # newest articles, so that the cost of a page does not grow with the blog
#: The pages of what an article can belong to.
_TOPIC, _STAGE = "articles:topic", "phases:detail"


class Group(NamedTuple):
    """A topic or stage of an article. Sorts as in the list of all topics or stages."""

    view: str
    position: int
    name: str
    slug: str

    def get_absolute_url(self) -> str:
        return address_of(self.view, self.slug)


class Listed(NamedTuple):
    """An article to link to, from its columns alone: a whole model takes twice the time."""

    pk: int
    slug: str
    title: str
    published_at: datetime.datetime

    def get_absolute_url(self) -> str:
        return address_of("articles:detail", self.slug)


class ArticleIndex:
    """The newest published articles with their topics and stages, kept in the content snapshot. Two queries."""

    def __init__(self) -> None:
        newest = Article.objects.published()[:MAX_INDEXED]
        self._newest = _listed(newest)
        self._groups = {row.pk: set[Group]() for row in self._newest} | _groups_of(newest.values("pk"))
        self._read: dict[str, Article] = {}

    def article(self, slug: str) -> Article:
        """Return the published article with this slug. One query, the first time. Raises Http404."""
        found = self._read.get(slug) or get_object_or_404(Article.objects.published().at(slug))
        if found.pk in self._groups:
            self._read[slug] = found
        return found

    def groups_of(self, article: Article) -> set[Group]:
        known = self._groups if article.pk in self._groups else _groups_of([article.pk])
        return known.get(article.pk, set())

    def related(self, article: Article, groups: set[Group]) -> list[Listed]:
        """Return the articles that share the most of these topics and stages; of equals, the newest first."""
        others = [other for other in self._newest if other.pk != article.pk]
        return sorted(others, key=lambda other: len(groups & self._groups[other.pk]), reverse=True)[:MAX_RELATED]

    def neighbors(self, article: Article) -> dict[str, Listed | None]:
        """Return the published articles just before and after this one in the list of all articles."""
        if article.published_at is None:
            return {"newer": None, "older": None}
        place = bisect_left(self._newest, _place(article), key=_place)
        after = place + 1 if article.pk in self._groups else place
        if after >= len(self._newest) == MAX_INDEXED:
            return _neighbors_of_old(article)
        return {
            "newer": self._newest[place - 1] if place else None,
            "older": self._newest[after] if after < len(self._newest) else None,
        }


def _listed(articles: QuerySet) -> list[Listed]:
    words = "" if languages.active() == languages.ENGLISH else "words_"
    return [Listed(*row) for row in articles.values_list("pk", f"{words}slug", f"{words}title", "published_at")]


def _place(article: Article | Listed) -> tuple[float, int]:
    """Return the sort key of the list of all articles."""
    return -article.published_at.timestamp() if article.published_at else 0, article.pk


def _groups_of(articles: QuerySet | list[int]) -> dict[int, set[Group]]:
    """Return the groups of each article that has any, by its key."""
    live = Phase.objects.published().values("pk")
    stages = Article.phases.through.objects.filter(article__in=articles, phase__in=live)
    topics = Article.topics.through.objects.filter(article__in=articles)
    links = stages.values_list("article_id", Value(_STAGE), "phase__position", "phase__name", "phase__slug").union(
        topics.values_list("article_id", Value(_TOPIC), "topic__position", "topic__name", "topic__slug"), all=True
    )
    found: dict[int, set[Group]] = defaultdict(set)
    group_of = functools.cache(Group)  # a few, each of hundreds of articles
    for article, *columns in links:
        found[article].add(group_of(*columns))
    if languages.active() == languages.ENGLISH:
        return found
    translated = {
        (view, slug): {"name": name, "slug": own}
        for view, model in ((_TOPIC, Topic), (_STAGE, Phase))
        for slug, name, own in model.objects.in_language().values_list("slug", "words_title", "words_slug")
    }
    for article, groups in found.items():
        known = [group for group in groups if (group.view, group.slug) in translated]
        found[article] = {group._replace(**translated[group.view, group.slug]) for group in known}
    return found


def _neighbors_of_old(article: Article) -> dict[str, Listed | None]:
    """Return the neighbors of an article that is not in the ArticleIndex, filtering by time only: that has an index."""
    at, live = article.published_at, Article.objects.published()
    newer = live.filter(Q(published_at__gt=at) | Q(pk__lt=article.pk), published_at__gte=at)
    older = live.filter(Q(published_at__lt=at) | Q(pk__gt=article.pk), published_at__lte=at)
    nearest = Q(pk__in=newer.order_by("published_at", "-pk").values("pk")[:1]) | Q(pk__in=older.values("pk")[:1])
    found: dict[str, Listed | None] = {"newer": None, "older": None}
    for other in _listed(Article.objects.filter(nearest).in_language()):
        found["newer" if _place(other) < _place(article) else "older"] = other
    return found


def published_article(slug: str) -> dict:
    """Return the template context of a published article. One query if nothing changed since. Raises Http404."""
    content = snapshot.current()
    return detail_context(content.cached(ArticleIndex).article(slug), content)


def groups_in_memory(article: Article) -> set[Group]:
    """Return the topics and stages of an article with unsaved changes."""
    stages = [stage for stage in article.phases.all() if stage.is_published()]
    return {
        *(Group(_TOPIC, topic.position, topic.name, topic.slug) for topic in article.topics.all()),
        *(Group(_STAGE, stage.position, stage.name, stage.slug) for stage in stages),
    }


def detail_context(article: Article, content: snapshot.ContentSnapshot, groups: set[Group] | None = None) -> dict:
    """Return the template context; `groups` default to the article's saved ones."""
    index = content.cached(ArticleIndex)
    groups = index.groups_of(article) if groups is None else groups
    page_text = PageText(glossary=content.glossary, content=content)
    return {
        "article": article,
        "snapshot": content,
        "page_text": page_text,
        "body": page_text.render(article.body),
        "topics": [group for group in sorted(groups) if group.view == _TOPIC],
        "stages": [group for group in sorted(groups) if group.view == _STAGE],
        "related": index.related(article, groups),
        **index.neighbors(article),
    }
