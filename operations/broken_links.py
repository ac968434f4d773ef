"""Find broken internal links in published pages, daily, and show them to editors."""

import re
from urllib.parse import unquote

from django.urls import Resolver404, resolve
from django.utils import timezone

from articles.models import Article, Topic
from editorial.models import OldAddress
from editorial.workflow.publishing import ReviewedPage
from operations.models import ProbeResult
from phases.models import Phase, Symptom, TreatmentOption

NAME = "broken links"
#: The path of a Markdown link, up to its query, its fragment or its title. "//" begins another host's address.
_LINK = re.compile(r"\]\(<?(/(?!/)[^)\s>?#]*)")


def find() -> list[tuple[ReviewedPage, list[str]]]:
    """Return the published pages with broken links, and the links. Reads all texts: a second for 10,000."""
    live = {
        "articles:detail": set(Article.objects.published().values_list("slug", flat=True)),
        "articles:topic": set(Topic.objects.values_list("slug", flat=True)),
        "phases:detail": set(Phase.objects.published().values_list("slug", flat=True)),
        "symptoms:detail": set(
            Symptom.objects.filter(phase__in=Phase.objects.published()).values_list("slug", flat=True)
        ),
        "treatments:detail": set(TreatmentOption.objects.published().values_list("slug", flat=True)),
    }
    leads_on = set(OldAddress.objects.values_list("path", flat=True))
    known: dict[str, bool] = {}

    def is_broken(path: str) -> bool:
        if path not in known:
            known[path] = path not in leads_on and _leads_nowhere(unquote(path), live)
        return known[path]

    found = []
    for model in ReviewedPage.__subclasses__():
        for page in model._default_manager.published():
            paths = dict.fromkeys(path for text in page.markdown_texts() for path in _LINK.findall(text))
            if broken := [path for path in paths if is_broken(path)]:
                found.append((page, broken))
    return found


def _leads_nowhere(path: str, live: dict[str, set[str]]) -> bool:
    try:
        match = resolve(path)
    except Resolver404:
        return True
    return match.view_name in live and match.kwargs["slug"] not in live[match.view_name]


def probe() -> list[tuple[ReviewedPage, list[str]]]:
    """Find them, and store their number for the start page."""
    found = find()
    count = sum(len(paths) for _, paths in found)
    ProbeResult.objects.update_or_create(name=NAME, defaults={"at": timezone.now(), "summary": str(count)})
    return found


def last_count() -> int:
    """Return their number at the last probe."""
    return int(ProbeResult.objects.filter(name=NAME).values_list("summary", flat=True).first() or 0)
