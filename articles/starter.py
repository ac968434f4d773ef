"""The files of topics and articles, which a new site starts with."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from articles.models import Article, Topic
from editorial.loading import content_files
from editorial.loading.content_files import Entry, Find, Row, Values, at_start_of, entry_of, publishing, written
from phases.models import Phase

STARTER = Path(__file__).parent / "starter"
STEP = 10  # between the positions of two topics
HOUR = 60  # minutes


def entries(folder: Path, find: Find) -> Iterator[Entry]:
    """Read topics and articles."""
    for place, topic in enumerate(content_files.read_yaml(folder / "topics.yaml"), start=1):
        yield Entry(Topic, {"slug": topic.pop("slug")}, {"position": place * STEP} | topic)
    for path in sorted(folder.glob("*.md")):
        page: Values = {"status": Article.Status.PUBLISHED, "also_called": ""} | content_files.read_page(path)
        if "published_on" in page:
            page["published_at"] = _published_at(page.pop("published_on"), page.pop("order"))
        related = {"topics": find(Topic, "slug", page.pop("topics")), "phases": find(Phase, "slug", page.pop("phases"))}
        yield entry_of(Article, page, related)


def files() -> Iterator[tuple[str, str]]:
    """Yield the name and text of each file that `entries` reads."""
    topics = []
    for place, topic in enumerate(Topic.objects.order_by("position", "name"), start=1):
        entry: Values = {"slug": topic.slug, "name": topic.name, "description": topic.description}
        topics.append(entry if topic.position == place * STEP else entry | {"position": topic.position})
    yield "topics.yaml", content_files.as_yaml(topics)
    for article in Article.objects.order_by("slug"):
        yield f"{article.slug}.md", content_files.as_page(_head(article), article.body)


def _head(article: Article) -> Values:
    when = _day_and_order(article.published_at)
    return {
        **written(article, "title", "slug", *(["also_called"] if article.also_called else []), "summary"),
        "topics": Row(article.topics.values_list("slug", flat=True)),
        "phases": Row(article.phases.values_list("slug", flat=True)),
        **when,
        **publishing(article, _published_at(**when) if when else None),
    }


def _published_at(published_on: Any, order: int) -> Any:
    """Return the publication time. Lists are newest first, so the first article of a day is published last."""
    return at_start_of(published_on) + timedelta(minutes=HOUR - order)


def _day_and_order(moment: Any) -> Values:
    """Return the values from which `_published_at` makes this time; none if there are none."""
    if moment is None:
        return {}
    day = timezone.localdate(moment)
    order = HOUR - (moment - at_start_of(day)) // timedelta(minutes=1)
    fits = 0 <= order <= HOUR and _published_at(day, order) == moment
    return {"published_on": day, "order": order} if fits else {}
