"""Find broken internal links in published pages, daily, and show them to editors."""

import re
from urllib.parse import unquote

from django.urls import Resolver404, resolve
from django.utils import timezone

from editorial.models import OldAddress
from editorial.text.link_targets import models_by_view
from editorial.values import languages
from editorial.workflow.publishing import ReviewedPage
from guide.sitemaps import reader_paths
from operations.models import ProbeResult

NAME = "broken links"
#: The path of a Markdown link, up to its query, its fragment or its title. "//" begins another host's address.
_LINK = re.compile(r"\]\(<?(/(?!/)[^)\s>?#]*)")


def find() -> list[tuple[ReviewedPage, list[str]]]:
    """Return the published pages with broken links, and the links. Reads all texts: a second for 10,000."""
    live = {*reader_paths(), *OldAddress.objects.values_list("path", flat=True)}
    found = []
    for model in ReviewedPage.__subclasses__():
        for page in model._default_manager.published():
            paths = dict.fromkeys(path for text in page.markdown_texts() for path in _LINK.findall(text))
            if broken := [path for path in paths if _leads_nowhere(unquote(path), live)]:
                found.append((page, broken))
    return found


def _leads_nowhere(path: str, live: set[str]) -> bool:
    if path in live:
        return False
    try:
        with languages.override(languages.of_path(path)):
            return resolve(path).view_name in models_by_view()
    except Resolver404:
        return True


def probe() -> list[tuple[ReviewedPage, list[str]]]:
    """Find them, and store their number for the start page."""
    found = find()
    count = sum(len(paths) for _, paths in found)
    ProbeResult.objects.update_or_create(name=NAME, defaults={"at": timezone.now(), "summary": str(count)})
    return found


def last_count() -> int:
    """Return their number at the last probe."""
    return int(ProbeResult.objects.filter(name=NAME).values_list("summary", flat=True).first() or 0)
