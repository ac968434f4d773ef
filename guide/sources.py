"""The pages about sources: a list of all that are cited, and a page for each with where it is cited."""

import re
from collections import defaultdict
from functools import cache
from itertools import groupby

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext, gettext_lazy as _

from editorial.models import Source
from editorial.pages.reading import list_page, reading_page
from editorial.text import snapshot
from editorial.text.snapshot import ContentSnapshot
from editorial.workflow.citations import Use, keys_in, published_uses
from phases.checkin import DANGERS

PAGE_SIZE = 60  # fits the first round trip (tests/detoxsite/test_wire.py)
MAX_DESCRIPTION = 160  # characters
#: Templates that cite: the start of the file name, the page that shows it, and that page's name.
FIXED = (
    ("home.", "home", _("Front page")),
    ("pages/card.", "card", _("Pocket card")),
    ("pages/plan.", "plan", _("My plan")),
    ("pages/", "emergency", _("Emergency")),
    ("safety/ten_lines.", "emergency", _("“What saves lives”, on most pages")),
    ("safety/", "emergency", _("Emergency")),
    ("phases/check_in", "phases:check-in", _("Check in")),
    ("phases/compare.", "treatments:compare", _("Treatments side by side")),
    ("phases/treatment_list.", "treatments:list", _("Treatments")),
    ("phases/detail.", "phases:list", _("Stages")),
    ("phases/symptom_detail.", "symptoms:list", _("Symptoms")),
    ("phases/", "phases:now", _("Where am I now?")),
)
_CITED = re.compile(r"\b(?:cite|list_only)\(([^)]*)\)")
_KEY = re.compile(r'"([a-z0-9-]+)"')


def uses(content: ContentSnapshot) -> dict[str, list[Use]]:
    """Return where readers see each source cited, in templates too, by its key."""
    fixed, published = _fixed_uses(get_language()), content.cached(published_uses)
    return {key: [*fixed.get(key, ()), *published.get(key, ())] for key in (*fixed, *published)}


@cache
def _fixed_uses(language: str) -> dict[str, dict[Use, None]]:
    found: dict[str, dict[Use, None]] = defaultdict(dict)  # each use once, in order
    folder = settings.BASE_DIR / "templates" / "readers"
    for path in sorted(folder.rglob("*.html")):
        file = path.relative_to(folder).as_posix()
        if use := next((Use(str(name), reverse(page)) for begin, page, name in FIXED if file.startswith(begin)), None):
            for call in _CITED.findall(path.read_text()):
                for key in _KEY.findall(call):
                    found[key][use] = None
    for key in keys_in([str(sign.action) for sign in DANGERS]):
        found[key][Use(gettext("Check in"), reverse("phases:check-in"))] = None
    return found


def cited(content: ContentSnapshot) -> list[Source]:
    """Return every source cited on public pages, ordered by publisher."""
    found = (source for source in content.sources(uses(content)).values() if source)
    return sorted(found, key=lambda source: (source.organization.lower(), source.title.lower()))


@reading_page(query=("page",))
def source_list(request: HttpRequest) -> HttpResponse:
    """List the sources by the first letter of their publisher."""
    content = snapshot.current()
    sources = cited(content)
    shown, place_in_list = list_page(request, sources, PAGE_SIZE)
    pages: dict[str, int] = {}
    for place, source in enumerate(sources):
        pages.setdefault(_letter(source), place // PAGE_SIZE + 1)
    context = {
        "snapshot": content,
        "count": len(sources),
        "letters": [(letter, list(group)) for letter, group in groupby(shown, _letter)],
        "pages": pages,
    }
    return render(request, "sources/list.html", context | place_in_list)


def _letter(source: Source) -> str:
    return source.organization[:1].upper()


@reading_page()
def source_detail(request: HttpRequest, key: str) -> HttpResponse:
    """Show a source: its identifiers, whether it is current, and where it is cited."""
    content = snapshot.current()
    rest_on_it = uses(content).get(key)
    source = content.sources([key])[key]
    if source is None or not rest_on_it:
        raise Http404
    text = gettext("{key}: what in this guide rests on it.").format(key=source.key)
    description = Truncator(f"{text} {source.organization}, {source.title}").chars(MAX_DESCRIPTION)
    context = {"snapshot": content, "source": source, "uses": rest_on_it, "description": description}
    return render(request, "sources/detail.html", context)
