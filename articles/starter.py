"""The topics and articles a fresh site starts with."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

from articles.models import Article, Topic
from editorial.publishing import ReviewedPage
from editorial.starter import Related, at_start_of, load_item, read_page, read_yaml, rows
from phases.models import Phase

STARTER = Path(__file__).parent / "starter"


def load() -> Counter:
    """Load what staff have not changed or removed. Returns how many rows had which outcome."""
    outcomes: Counter = Counter()
    for position, topic in enumerate(read_yaml(STARTER / "topics.yaml"), start=1):
        key = {"slug": topic.pop("slug")}
        outcomes[load_item(Topic, key, topic | {"position": position * 10})] += 1
    for path in sorted(STARTER.glob("*.md")):
        page = read_page(path)
        page["also_called"] = ", ".join(page.get("also_called", ()))
        related: Related = {
            "topics": rows(Topic, "slug", page.pop("topics")),
            "phases": rows(Phase, "slug", page.pop("phases")),
        }
        page |= {
            "status": ReviewedPage.Status.PUBLISHED,
            # Readers see the newest first, so of one day's articles the first is published last.
            "published_at": at_start_of(page.pop("published_on")) + timedelta(minutes=60 - page.pop("order")),
        }
        was = page.pop("was", ())
        outcomes[load_item(Article, {"slug": page.pop("slug")}, page, related, was)] += 1
    return outcomes
