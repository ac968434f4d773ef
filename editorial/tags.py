"""What templates can call: Markdown, citations, the list of sources, the words that a page explains, the menu."""

import datetime

import jinja2
from django.db import DatabaseError
from django.template import defaultfilters
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import template_localtime

from editorial.markdown import PageText
from editorial.models import GlossaryTerm, Source


@jinja2.pass_context
def markdown(context: jinja2.runtime.Context, text: str) -> SafeString:
    """The text as safe HTML; its citations join the page's numbering."""
    return context["page_text"].render(text).html


@jinja2.pass_context
def cite(context: jinja2.runtime.Context, *keys: str) -> SafeString:
    """A citation in a template: {{ cite("cdc-overdose-response") }}."""
    page: PageText = context["page_text"]
    marks = format_html_join(
        "", '<a href="#source-{0}" aria-label="Source {0}">[{0}]</a>', ((page.number(key),) for key in keys)
    )
    return format_html('<sup class="cite">{}</sup>', marks)


def listed_sources(page: PageText) -> list[tuple[int, Source | None]]:
    """The numbered sources of everything the page has cited so far; None for one that is no longer known."""
    try:
        found = Source.objects.in_bulk(list(page.numbers), field_name="key") if page.numbers else {}
    except DatabaseError:
        return []  # the overdose steps must show even where nothing can be looked up
    return [(number, found.get(key)) for key, number in page.numbers.items()]


def explained_words(page: PageText) -> list[tuple[GlossaryTerm, SafeString]]:
    """What the words mean that the page has linked so far. Asked for before the sources, as it may cite some."""
    return [(term, PageText(numbers=page.numbers).render(term.meaning).html) for term in page.glossary.used]


@jinja2.pass_context
def nav_link(context: jinja2.runtime.Context, url: str, label: str, but: str | None = None) -> SafeString:
    """A link of the main menu; marked as current on its own page and on those below it, but for those below `but`."""
    path = context["request"].path
    current = "page" if path == url else "true" if path.startswith(url) and not (but and path.startswith(but)) else ""
    if current:
        return format_html('<a href="{}" aria-current="{}">{}</a>', url, current, label)
    return format_html('<a href="{}">{}</a>', url, label)


def date(value: datetime.date | datetime.datetime, form: str) -> str:
    """A day or a moment on the site's clock, in Django's letters: {{ page.reviewed_on|date("F j, Y") }}."""
    return defaultfilters.date(template_localtime(value), form)
