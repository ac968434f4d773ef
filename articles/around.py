"""What the page of an article shows besides its text. Its queries are composed once (editorial.prepared)."""

import datetime

from django.db.models import QuerySet, Value
from django.utils import timezone

from articles.models import Article, Topic, reading_minutes
from editorial import standing
from editorial.markdown import PageText
from editorial.prepared import Prepared
from phases.models import Phase

MOMENT = datetime.datetime
#: Of an article in a list.
_SHOWN = ("title", "slug", "summary")

_found = Prepared(lambda slug, now: Article.objects.published(now).filter(slug=slug), slug=str, now=MOMENT)
_gathered_in = Prepared(
    lambda article, now: _named(Topic.objects.filter(articles=article), "topic").union(
        _named(Phase.objects.published(now).filter(articles=article), "stage"), all=True
    ),
    article=int,
    now=MOMENT,
)
_related = Prepared(
    lambda article, now: Article.objects.published(now).related_to(article).only(*_SHOWN),
    article=int,
    now=MOMENT,
)
_beside = Prepared(
    lambda article, at, until, now: (
        Article.objects.published(now).beside(article, at, until).only("title", "slug", "published_at")
    ),
    article=int,
    at=MOMENT,
    until=MOMENT,
    now=MOMENT,
)


def _named(rows: QuerySet, kind: str) -> QuerySet:
    """What topics and stages have in common, in the order of their lists."""
    return rows.order_by().values_list(Value(kind), "position", "name", "slug")


def published_article(slug: str) -> Article | None:
    """The article at this address, if readers may see it. One query."""
    return next(iter(_found(slug=slug, now=timezone.now())), None)


def detail_context(article: Article) -> dict:
    """What the page of an article shows besides it; the preview in the admin shows the same.

    Three queries, one for the version of the content, and those for what nobody has asked for since it changed.
    """
    current = standing.current()
    page_text = PageText(glossary=current.glossary())
    body = page_text.render(article.body)
    known = {"article": article.pk, "now": timezone.now()}
    gathered = sorted(_gathered_in(**known))
    return {
        "standing": current,
        "page_text": page_text,
        "body": body,
        "minutes": reading_minutes(body.html),
        "topics": [Topic(name=name, slug=slug) for kind, _, name, slug in gathered if kind == "topic"],
        "stages": [Phase(name=name, slug=slug) for kind, _, name, slug in gathered if kind == "stage"],
        "related": _related(**known),
        **neighbours(article, known["now"]),
    }


def neighbours(article: Article, now: datetime.datetime) -> dict[str, Article | None]:
    """The published articles just before and after this one, as the list of all articles has them. One query."""
    if article.published_at is None:
        return {"newer": None, "older": None}
    at = article.published_at
    beside = _beside(article=article.pk, at=at, until=min(at, now), now=now)
    before = [other for other in beside if (other.published_at, -other.pk) > (at, -article.pk)]
    return {"newer": next(iter(before), None), "older": next((o for o in beside if o not in before), None)}
