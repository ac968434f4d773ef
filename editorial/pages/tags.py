"""Template functions: Markdown, citations, sources, glossary, menu links, dates."""

import datetime
from collections.abc import Callable
from functools import lru_cache

import jinja2
from django.db import DatabaseError, models
from django.template import defaultfilters
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext
from markupsafe import Markup

from editorial.models import changes
from editorial.models.changes import ChangeRecord
from editorial.models.opening import am_pm
from editorial.models.translated import in_own_words
from editorial.text.markdown import PageText
from editorial.text.snapshot import ContentSnapshot
from editorial.values import languages


@jinja2.pass_context
def markdown(context: jinja2.runtime.Context, text: str) -> SafeString:
    """Return the text as safe HTML; its citations join the page's numbering."""
    return context["page_text"].render(text).html


@jinja2.pass_context
def cite(context: jinja2.runtime.Context, *keys: str) -> SafeString:
    """Return a citation: {{ cite("cdc-overdose-response") }}. A macro gets `page_text.cite` for the same."""
    return context["page_text"].cite(*keys)


def cached(macro: Callable[..., Markup], *values: str | int | datetime.date | None) -> Markup:
    """Cache a macro's HTML by these values and the language: {{ cached(footer, contacts.clinic.name) }}.

    It must depend on nothing else. Do not pass model instances: two with the same key are equal whatever their values.
    """
    return _cached(languages.active(), macro, *values)


@lru_cache(maxsize=4096, typed=True)  # typed: a Markup equals the same text unescaped
def _cached(language: str, macro: Callable[..., Markup], *values: str | int | datetime.date | None) -> Markup:
    return macro(*values)


def listed_sources(page_text: PageText, snapshot: ContentSnapshot, macro: Callable[..., Markup]) -> Markup:
    """Render each source cited so far with the macro; only its number if it was deleted."""
    try:
        found = snapshot.sources(page_text.numbers)
    except DatabaseError:
        return Markup()  # pages must render even if the database is down
    entries = Markup()
    for key, number in page_text.numbers.items():
        row = found[key]
        known = (row.organization, row.title, row.title_stop, row.link, row.year, row.seen, row.warning) if row else ()
        entries += cached(macro, number, *known)
    return entries


def explained_words(page_text: PageText, macro: Callable[..., Markup]) -> Markup:
    """Render each term linked so far with the macro, with its meaning."""
    meanings = PageText(numbers=page_text.numbers)  # without links to terms
    return Markup().join(
        cached(macro, term.slug, term.word, meanings.render(term.meaning).html) for term in page_text.explained_terms()
    )


def recent_corrections(page: models.Model, snapshot: ContentSnapshot) -> list[ChangeRecord]:
    """Return the corrections at the top of the page, newest first; none if the database is down."""
    page = in_own_words(page)
    try:
        found = snapshot.cached(changes.corrections_on_top).get((changes.type_of(page).pk, page.pk), [])
    except DatabaseError:
        return []
    return [change for change in found if timezone.now() - change.at < changes.ON_TOP_FOR[change.kind]]


@jinja2.pass_context
def nav_link(context: jinja2.runtime.Context, url: str, label: str, but: str | None = None) -> SafeString:
    """Return a menu link, marked as current on its page and below, except below `but`."""
    path = context["request"].path
    if path != url and (not path.startswith(url) or (but and path.startswith(but))):
        return format_html('<a href="{}">{}</a>', url, label)
    return format_html('<a href="{}" aria-current="{}">{}</a>', url, "page" if path == url else "true", label)


def date(value: datetime.date | datetime.datetime, form: str = "") -> str:
    """Format a date or time in the site's time zone, by Django's format `form` or as usual in the active language."""
    local = timezone.localtime(value) if isinstance(value, datetime.datetime) else value
    return defaultfilters.date(local, form or pgettext("form of a date", "F j, Y"))


def their_time(at: datetime.datetime) -> str:
    """Format as "Tuesday, November 24, 2:30 pm" in the zone of `at`; template filters would use ours."""
    return am_pm(defaultfilters.date(at, pgettext("date and time", "l, F j, P")))
