"""Tags for pages: Markdown, citations, the list of sources, dates of review."""

from django import template
from django.db import DatabaseError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from editorial.markdown import PageText, plain_text
from editorial.models import Source

register = template.Library()


@register.simple_tag(takes_context=True)
def markdown(context, text: str) -> SafeString:
    """The text as safe HTML; its citations join the page's numbering."""
    return context["page_text"].render(text).html


@register.simple_tag(takes_context=True)
def cite(context, *keys: str) -> SafeString:
    """A citation in a template: {% cite "cdc-overdose-response" %}."""
    page: PageText = context["page_text"]
    marks = format_html_join(
        "", '<a href="#source-{0}" aria-label="Source {0}">[{0}]</a>', ((page.number(key),) for key in keys)
    )
    return format_html('<sup class="cite">{}</sup>', marks)


@register.inclusion_tag("editorial/_sources.html", takes_context=True)
def source_list(context) -> dict:
    """The numbered sources of everything the page has cited so far. Stands after all text."""
    numbers = context["page_text"].numbers
    try:
        found = Source.objects.in_bulk(list(numbers), field_name="key") if numbers else {}
    except DatabaseError:
        return {"sources": []}  # the overdose steps must show even where nothing can be looked up
    return {"sources": [(number, found.get(key)) for key, number in numbers.items()]}


@register.inclusion_tag("editorial/_words.html", takes_context=True)
def word_list(context) -> dict:
    """What the words mean that the page has linked so far. Stands before the sources, as it may cite some."""
    page: PageText = context["page_text"]
    return {"terms": [(term, PageText(numbers=page.numbers).render(term.meaning).html) for term in page.glossary.used]}


@register.inclusion_tag("editorial/_review.html")
def review_dates(page) -> dict:
    """When the page was checked, when it is due again, and whether a clinician has reviewed it."""
    return {"page": page}


@register.filter
def plain(text: str) -> str:
    """Markdown as words alone."""
    return plain_text(text)


@register.simple_tag(takes_context=True)
def nav_link(context, url: str, label: str, but: str | None = None) -> SafeString:
    """A link of the main menu; marked as current on its own page and on those below it, but for those below `but`."""
    path = context["request"].path
    current = "page" if path == url else "true" if path.startswith(url) and not (but and path.startswith(but)) else ""
    if current:
        return format_html('<a href="{}" aria-current="{}">{}</a>', url, current, label)
    return format_html('<a href="{}">{}</a>', url, label)
