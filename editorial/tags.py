"""What templates can call: Markdown, citations, the list of sources, the words that a page explains, the menu."""

import datetime
from collections.abc import Callable
from functools import lru_cache

import jinja2
from django.db import DatabaseError
from django.template import defaultfilters
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import template_localtime
from markupsafe import Markup

from editorial.markdown import PageText
from editorial.models import Source
from editorial.snapshot import Standing


@jinja2.pass_context
def markdown(context: jinja2.runtime.Context, text: str) -> SafeString:
    """The text as safe HTML; its citations join the page's numbering."""
    return context["page_text"].render(text).html


@jinja2.pass_context
def cite(context: jinja2.runtime.Context, *keys: str) -> SafeString:
    """A citation in a template: {{ cite("cdc-overdose-response") }}. A macro gets `page_text.cite` for the same."""
    return context["page_text"].cite(*keys)


def listed_sources(page_text: PageText, standing: Standing, macro: Callable[..., Markup]) -> Markup:
    """What the macro, the same for all pages, makes of the number and the source of all that the page has cited."""
    try:
        found = standing.sources(page_text.numbers)
    except DatabaseError:
        return Markup()  # the overdose steps must show even where nothing can be looked up
    made = standing.entries
    for key, number in page_text.numbers.items():
        if (key, number) not in made:
            made[key, number] = _entry(macro, number, found[key])
    return Markup().join(made[entry] for entry in page_text.numbers.items())


def _entry(macro: Callable[..., Markup], number: int, source: Source | None) -> Markup:
    if source is None:
        return macro(number)
    return macro(number, source.organization, source.title, source.title_stop, source.url, source.year, source.seen)


@lru_cache(maxsize=4096, typed=True)  # HTML of ours is not equal to the same text from elsewhere
def once(macro: Callable[..., Markup], *values: str | int | datetime.date | None) -> Markup:
    """What a macro makes of these values and of nothing else, made once: {{ once(footer, contacts.clinic.name) }}.

    Many pages have the same parts. No rows of the database: two of them are equal whatever is in them.
    """
    return macro(*values)


def explained_words(page_text: PageText, macro: Callable[..., Markup]) -> Markup:
    """What the macro makes of each word that the page has linked so far, and its meaning."""
    meanings = PageText(numbers=page_text.numbers)  # in which no word is linked
    return Markup().join(
        once(macro, term.slug, term.word, meanings.render(term.meaning).html) for term in page_text.glossary.used
    )


@jinja2.pass_context
def nav_link(context: jinja2.runtime.Context, url: str, label: str, but: str | None = None) -> SafeString:
    """A link of the main menu; marked as current on its own page and on those below it, but for those below `but`."""
    path = context["request"].path
    current = "page" if path == url else "true" if path.startswith(url) and not (but and path.startswith(but)) else ""
    return _nav_link(url, label, current)


@lru_cache(maxsize=64)
def _nav_link(url: str, label: str, current: str) -> SafeString:
    if current:
        return format_html('<a href="{}" aria-current="{}">{}</a>', url, current, label)
    return format_html('<a href="{}">{}</a>', url, label)


@lru_cache(maxsize=1024)
def date(value: datetime.date | datetime.datetime, form: str) -> str:
    """A day or a moment on the site's clock, in Django's letters: {{ page.reviewed_on|date("F j, Y") }}."""
    return defaultfilters.date(template_localtime(value), form)
