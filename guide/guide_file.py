"""The whole guide as one HTML file with a neutral name, to save on a phone and read offline."""

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from articles.models import Article
from editorial.pages.reading import ReaderRequest, reading_page
from editorial.text import snapshot
from editorial.text.markdown import PageText
from guide import styles
from phases.models import Phase, TreatmentOption

NAME = gettext_noop("notes.html")
#: Keep the file below 1 MB: the bytes and the number of articles with their texts, and how many more are listed by
#: title. The rest of the guide takes about 190 kB.
MAX_ARTICLE_BYTES, MAX_ARTICLES, MAX_LISTED = 700_000, 50, 100
#: The id of each part of the file, by the URL name of its page; and the ids that headings must not use.
PARTS = {"emergency": "emergency", "treatments:list": "treatments", "plan": "plan", "articles:list": "articles"}
RESERVED_IDS = {*PARTS.values(), "numbers", "pregnant", "sources-title"}
_OWN_LINK = re.compile(r'(<a\b[^>]*?\bhref=")(/(?!/)[^"]*)"')
_PICTURE = re.compile(r"<picture>.*?</picture>|<img\b[^>]*>", re.S)
_TEXT = re.compile(r'<div class="text">.*?</div>', re.S)
_HEADING = re.compile(r"(</?h)([2-4])\b")


@reading_page()
def guide_file(request: ReaderRequest) -> HttpResponse:
    """Serve emergency steps, numbers, stages, treatment options, articles and a plan to fill in, all in one file."""
    style = styles.style("notes", "pictures", "steps")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # it loads nothing else, and says so in a meta element too, as a saved file has no headers
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    phases, treatments = Phase.objects.published().with_symptoms(), TreatmentOption.objects.published()
    page_text = PageText(heading_ids=RESERVED_IDS | {phase.slug for phase in phases})
    parts = [page for phase in phases for page in (phase, *phase.symptoms.all())] + list(treatments)
    targets = {reverse(name): place for name, place in PARTS.items()}
    targets |= {page.get_absolute_url(): place_of(page) for page in parts}

    def articles() -> dict[str, Any]:
        """Called by the template at their place, so that their sources are numbered after those above."""
        included = included_articles(page_text)
        content.read_sign_offs(article for article, _ in included["whole"])
        targets.update((article.get_absolute_url(), place_of(article)) for article, _ in included["whole"])
        return included

    outside, content = request.outside, snapshot.current_or_last()
    context = {
        "snapshot": content,
        "style": style,
        "policy": policy,
        "site": settings.SITE_URL,
        "all_articles": settings.SITE_URL + outside(reverse("articles:list")),
        "phases": phases,
        "treatments": treatments,
        "articles": articles,
        "page_text": page_text,
    }
    html: str = render_to_string("keep/guide_file.html", context, request)
    html = _TEXT.sub(_under_its_title, _OWN_LINK.sub(lambda link: _linked(link, targets, outside), html))
    response = HttpResponse(_PICTURE.sub(_in_words, html))
    response.headers["Content-Disposition"] = f'attachment; filename="{gettext(NAME)}"'
    response.headers["Content-Security-Policy"] = f"{policy}; sandbox"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def included_articles(page_text: PageText) -> dict[str, Any]:
    """Return the newest articles whole, up to MAX_ARTICLE_BYTES, and others to be listed. Two queries."""
    published = Article.objects.published()
    whole, size = [], 0
    for article in published[:MAX_ARTICLES]:
        before = dict(page_text.numbers), set(page_text.heading_ids)
        html = page_text.render(article.body).html
        size += len(html.encode())
        if size > MAX_ARTICLE_BYTES:
            page_text.numbers, page_text.heading_ids = before
            break
        whole.append((article, html))
    rest = list(published.defer("body")[len(whole) : len(whole) + MAX_LISTED + 1])
    return {"whole": whole, "named": rest[:MAX_LISTED], "are_more": len(rest) > MAX_LISTED}


def place_of(page: Phase | TreatmentOption | Article) -> str:
    """Return the id of a page in the file."""
    return page.slug if isinstance(page, Phase) else f"{page._meta.model_name}.{page.slug}"


def _linked(link: re.Match, targets: dict[str, str], outside: Callable[[str], str]) -> str:
    """Link within the file if it has the page, otherwise to the site, in the version that the file was saved from."""
    start, address = link.groups()
    place = targets.get(address.partition("#")[0])
    return f'{start}#{place}"' if place else f'{start}{settings.SITE_URL}{outside(address)}" rel="noreferrer"'


def _under_its_title(text: re.Match) -> str:
    """Demote an article's headings by two levels: its title is a third-level heading here."""
    return _HEADING.sub(lambda tag: f"{tag[1]}{int(tag[2]) + 2}", text[0])


def _in_words(picture: re.Match) -> str:
    """Replace a picture with its description, as the file loads none."""
    described = re.search(r'\balt="([^"]+)"', picture[0])
    words = gettext("Picture: {words}").format(words=described[1]) if described else ""
    return f"<em>{words}</em>" if words else ""
