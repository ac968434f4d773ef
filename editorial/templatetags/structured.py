"""Structured data for search engines: only what is true of the page."""

import json

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

#: What would end the script element or begin markup inside it.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag
def structured_page(page, name: str, parent: str, parent_path: str) -> SafeString:
    """A page of health information and its place in the site. A reviewer is named only if there was one."""
    url = f"{settings.SITE_URL}{page.get_absolute_url()}"
    about = {
        "@type": "MedicalWebPage",
        "@id": url,
        "url": url,
        "name": name,
        "description": page.summary,
        "inLanguage": "en-US",
        "dateModified": page.updated_at.date().isoformat(),
        "audience": {"@type": "Patient"},
        "isAccessibleForFree": True,
    }
    if page.published_at:
        about["datePublished"] = page.published_at.date().isoformat()
    if page.medical_reviewer and page.reviewed_on:
        about["lastReviewed"] = page.reviewed_on.isoformat()
        about["reviewedBy"] = {"@type": "Person", "name": page.medical_reviewer}
    return _script([about, _trail((parent, parent_path), (name, page.get_absolute_url()))])


@register.simple_tag
def structured_trail(name: str, path: str, parent: str = "", parent_path: str = "") -> SafeString:
    """A list's place in the site."""
    return _script([_trail(*([(parent, parent_path)] if parent else []), (name, path))])


def _trail(*steps: tuple[str, str]) -> dict:
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": label, "item": f"{settings.SITE_URL}{path}"}
            for position, (label, path) in enumerate([("Home", "/"), *steps], start=1)
        ],
    }


@register.simple_tag
def structured_site() -> SafeString:
    """The site itself, on its front page."""
    return _script(
        [
            {
                "@type": "WebSite",
                "name": settings.SITE_NAME,
                "url": f"{settings.SITE_URL}/",
                "inLanguage": "en-US",
            }
        ]
    )


def _script(graph: list[dict]) -> SafeString:
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False)
    safe = mark_safe(text.translate(ESCAPES))  # noqa: S308 - no character is left that could leave the element
    return format_html('<script type="application/ld+json">{}</script>', safe)
