"""What the page of an article shows besides its text. Its queries are composed once (editorial.prepared)."""

import datetime
from typing import NamedTuple

from django.db.models import Case, QuerySet, Value, When
from django.utils import timezone

from articles.models import Article, Topic, reading_minutes, stands_before
from editorial import snapshot
from editorial.addresses import address_of
from editorial.markdown import PageText
from editorial.prepared import Prepared
from phases.models import Phase

MOMENT = datetime.datetime
#: The pages of what gathers articles.
_TOPIC, _STAGE = "articles:topic", "phases:detail"


class Gathering(NamedTuple):
    """What gathers articles, a topic or a stage, as far as an article's page shows it."""

    view: str
    position: int
    name: str
    slug: str

    def get_absolute_url(self) -> str:
        return address_of(self.view, self.slug)


class Another(NamedTuple):
    """An article as far as another one's page shows it."""

    title: str
    slug: str
    summary: str

    def get_absolute_url(self) -> str:
        return address_of("articles:detail", self.slug)


_found = Prepared(lambda slug, now: Article.objects.published(now).filter(slug=slug), slug=str, now=MOMENT)
_gathered_in = Prepared(
    lambda article, now: _named(Topic.objects.filter(articles=article), _TOPIC).union(
        _named(Phase.objects.published(now).filter(articles=article), _STAGE), all=True
    ),
    article=int,
    now=MOMENT,
)
_related = Prepared(
    lambda article, now: Article.objects.published(now).related_to(article).values_list(*Another._fields),
    article=int,
    now=MOMENT,
)
_beside = Prepared(
    lambda article, at, until, now: (
        Article.objects.published(now)
        .beside(article, at, until)
        .values_list(Case(When(stands_before(article, at), then=1), default=0), *Another._fields)
    ),
    article=int,
    at=MOMENT,
    until=MOMENT,
    now=MOMENT,
)


def _named(rows: QuerySet, view: str) -> QuerySet:
    """The values of a `Gathering`."""
    return rows.order_by().values_list(Value(view), "position", "name", "slug")


def published_article(slug: str) -> Article | None:
    """The article at this address, if readers may see it. One query."""
    return next(iter(_found(slug=slug, now=timezone.now())), None)


def detail_context(article: Article) -> dict:
    """What the page of an article shows besides it; the preview in the admin shows the same.

    Three queries, one for the version of the content, and those for what nobody has asked for since it changed.
    """
    current = snapshot.current()
    page_text = PageText(glossary=current.glossary())
    body = page_text.render(article.body)
    known = {"article": article.pk, "now": timezone.now()}
    gathered = sorted(map(Gathering._make, _gathered_in(**known)))  # in the order of their lists
    return {
        "standing": current,
        "page_text": page_text,
        "body": body,
        "minutes": reading_minutes(body.html),
        "topics": [each for each in gathered if each.view == _TOPIC],
        "stages": [each for each in gathered if each.view == _STAGE],
        "related": list(map(Another._make, _related(**known))),
        **neighbours(article, known["now"]),
    }


def neighbours(article: Article, now: datetime.datetime) -> dict[str, Another | None]:
    """The published articles just before and after this one, as the list of all articles has them. One query."""
    if article.published_at is None:
        return {"newer": None, "older": None}
    at = article.published_at
    beside = _beside(article=article.pk, at=at, until=min(at, now), now=now)
    found = {is_newer: Another(*shown) for is_newer, *shown in beside}
    return {"newer": found.get(1), "older": found.get(0)}
