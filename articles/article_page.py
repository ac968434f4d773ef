"""What surrounds an article: its topics and stages, related articles, and the next and previous one."""

import datetime
from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple

from django.db.models import DateTimeField, F, Q, Value
from django.http import Http404
from django.utils import timezone

from articles.models import Article, Topic
from editorial.models.addresses import address_of
from editorial.text import snapshot
from editorial.text.markdown import PageText
from editorial.values import languages
from phases.models import Phase

RELATED = 3
INDEXED = 300  # newest articles, so that the cost of a page does not grow with the blog
#: The pages of what an article can belong to.
_TOPIC, _STAGE = "articles:topic", "phases:detail"


class Card(NamedTuple):
    """An article as shown on another article's page."""

    pk: int
    slug: str
    title: str
    summary: str
    published_at: datetime.datetime

    def get_absolute_url(self) -> str:
        return address_of("articles:detail", self.slug)


class Group(NamedTuple):
    """A topic or stage of an article. Sorts as in the list of all topics or stages."""

    view: str
    position: int
    name: str
    slug: str
    live_from: datetime.datetime | None  # a stage may be scheduled

    def get_absolute_url(self) -> str:
        return address_of(self.view, self.slug)


class ArticleIndex:
    """The newest articles, published or scheduled, with their topics and stages. Two queries.

    Part of the content snapshot; what is published by now is decided at each lookup.
    """

    def __init__(self) -> None:
        newest = Article.objects.filter(status=Article.Status.PUBLISHED).only(*Card._fields).in_language()[:INDEXED]
        self._cards = [Card(*(getattr(row, name) for name in Card._fields)) for row in newest]
        self._groups = _groups_of([card.pk for card in self._cards])
        self._read: dict[str, Article] = {}

    def article(self, slug: str, now: datetime.datetime) -> Article | None:
        """Return the published article with this slug. One query, the first time."""
        found = self._read.get(slug) or Article.objects.in_language().at(slug).first()
        if found and found.pk in self._groups:
            self._read[slug] = found
        return found if found and found.is_published(now) else None

    def groups_of(self, article: Article) -> set[Group]:
        if article.pk in self._groups:
            return self._groups[article.pk]
        return _groups_of([article.pk])[article.pk]

    def related(self, article: Article, groups: set[Group], now: datetime.datetime) -> list[Card]:
        """Return the articles that share the most of these topics and stages; of equals, the newest first."""
        others = [card for card in self._cards[self._first_published(now) :] if card.pk != article.pk]
        return sorted(others, key=lambda card: len(groups & self._groups[card.pk]), reverse=True)[:RELATED]

    def neighbors(self, article: Article, now: datetime.datetime) -> dict[str, Card | Article | None]:
        """Return the published articles just before and after this one in the list of all articles."""
        if article.published_at is None:
            return {"newer": None, "older": None}
        first = self._first_published(now)
        place = bisect_left(self._cards, _place(article), key=_place)
        after = place + 1 if article.pk in self._groups else place
        if after >= len(self._cards) == INDEXED:
            return _neighbors_of_old(article, now)
        return {
            "newer": self._cards[place - 1] if place > first else None,
            "older": next(iter(self._cards[max(after, first) :]), None),
        }

    def _first_published(self, now: datetime.datetime) -> int:
        return bisect_left(self._cards, True, key=lambda card: card.published_at <= now)


def _place(article: Card | Article) -> tuple[float, int]:
    """Return the sort key of the list of all articles."""
    return -article.published_at.timestamp() if article.published_at else 0, article.pk


def _groups_of(articles: list[int]) -> dict[int, set[Group]]:
    stages = Article.phases.through.objects.filter(phase__status=Phase.Status.PUBLISHED)
    topics = Article.topics.through.objects.all()
    never = Value(None, output_field=DateTimeField())
    links = (
        stages.filter(article__in=articles)
        .values_list(
            "article_id", Value(_STAGE), "phase__position", "phase__name", "phase__slug", "phase__published_at"
        )
        .union(
            topics.filter(article__in=articles).values_list(
                "article_id", Value(_TOPIC), "topic__position", "topic__name", "topic__slug", never
            ),
            all=True,
        )
    )
    found: dict[int, set[Group]] = {article: set() for article in articles}
    shown = _in_language()
    for article, *columns in links:
        if group := shown(Group(*columns)):
            found[article].add(group)
    return found


def _in_language() -> Callable[[Group], Group | None]:
    """Return a function that translates a group; it returns None if there is no translation."""
    if languages.active() == languages.ENGLISH:
        return lambda group: group
    rows = {
        (view, row.english_slug): row
        for view, model in ((_TOPIC, Topic), (_STAGE, Phase))
        for row in model.objects.in_language().annotate(english_slug=F("slug"))
    }

    def shown(group: Group) -> Group | None:
        row = rows.get((group.view, group.slug))
        return group._replace(name=row.name, slug=row.slug) if row else None

    return shown


def _neighbors_of_old(article: Article, now: datetime.datetime) -> dict[str, Card | Article | None]:
    """Return the neighbors of an article that is not in the ArticleIndex, filtering by time only: that has an index."""
    at, live = article.published_at, Article.objects.published(now)
    newer = live.filter(Q(published_at__gt=at) | Q(pk__lt=article.pk), published_at__gte=at)
    older = live.filter(Q(published_at__lt=at) | Q(pk__gt=article.pk), published_at__lte=at)
    nearest = Q(pk__in=newer.order_by("published_at", "-pk").values("pk")[:1]) | Q(pk__in=older.values("pk")[:1])
    found: dict[str, Card | Article | None] = {"newer": None, "older": None}
    for other in Article.objects.filter(nearest).defer("body"):
        found["newer" if _place(other) < _place(article) else "older"] = other
    return found


def published_article(slug: str) -> dict:
    """Return the template context of a published article. Raises Http404.

    One query for the content version, and those for what changed since.
    """
    content = snapshot.current()
    article = content.keep(ArticleIndex).article(slug, timezone.now())
    if article is None:
        raise Http404
    return detail_context(article, content)


def groups_in_memory(article: Article) -> set[Group]:
    """Return the topics and stages of an article with unsaved changes."""
    stages = [stage for stage in article.phases.all() if stage.status == Phase.Status.PUBLISHED]
    return {
        *(Group(_TOPIC, topic.position, topic.name, topic.slug, None) for topic in article.topics.all()),
        *(Group(_STAGE, stage.position, stage.name, stage.slug, stage.published_at) for stage in stages),
    }


def detail_context(article: Article, content: snapshot.ContentSnapshot, groups: set[Group] | None = None) -> dict:
    """Return the template context; `groups` default to the article's saved ones."""
    index, now = content.keep(ArticleIndex), timezone.now()
    groups = index.groups_of(article) if groups is None else groups
    page_text = PageText(glossary=content.glossary, content=content)
    return {
        "article": article,
        "snapshot": content,
        "page_text": page_text,
        "body": page_text.render(article.body),
        "topics": [group for group in sorted(groups) if group.view == _TOPIC],
        "stages": [group for group in sorted(groups) if group.live_from and group.live_from <= now],
        "related": index.related(article, groups, now),
        **index.neighbors(article, now),
    }
