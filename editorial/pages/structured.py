"""Structured data for search engines (schema.org)."""

import json
from typing import Any

import jinja2
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from editorial.models.addresses import address_of
from editorial.workflow.publishing import ReviewedPage
from editorial.workflow.sign_off import MedicalReview, medical_review

Trail = list[tuple[str, str]]  # the name and path of each page from the section down to this one
#: Characters that could end the script element or begin markup.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@jinja2.pass_context
def structured_page(context: jinja2.runtime.Context, page: ReviewedPage, trail: Trail) -> SafeString:
    """Describe a page of health information and its breadcrumbs."""
    name, path = trail[-1]
    review = medical_review(page, context["snapshot"])
    return _script([_page(page, review, path, name, page.summary), _breadcrumbs(trail)])


@jinja2.pass_context
def structured_symptom(context: jinja2.runtime.Context, symptom: Any, trail: Trail) -> SafeString:
    """Describe a symptom's page, which is reviewed with its stage, and its breadcrumbs."""
    name = gettext("{name} in heroin withdrawal").format(name=symptom.name)
    more = gettext("what it is, how long it usually lasts, what helps, and when to get medical help.")
    description = f"{name}: {more}"
    review = medical_review(symptom.signed_page, context["snapshot"])
    about = _page(symptom.phase, review, symptom.get_absolute_url(), name, description)
    about["about"] = {"@type": "MedicalSignOrSymptom", "name": symptom.name}
    return _script([about, _breadcrumbs(trail)])


def _page(reviewed: ReviewedPage, review: MedicalReview, path: str, name: str, description: str) -> dict:
    """Describe a page, with the dates of `reviewed` and who signed its exact text, if anyone."""
    url = f"{settings.SITE_URL}{path}"
    about: dict[str, Any] = {
        "@type": "MedicalWebPage",
        "@id": url,
        "url": url,
        "name": name,
        "description": description,
        "inLanguage": pgettext("language tag", "en-US"),
        "dateModified": timezone.localdate(reviewed.updated_at).isoformat(),
        "audience": {"@type": "Patient"},
        "isAccessibleForFree": True,
    }
    if reviewed.published_at:
        about["datePublished"] = timezone.localdate(reviewed.published_at).isoformat()
    if review.on:
        about["lastReviewed"] = review.on.isoformat()
        about["reviewedBy"] = {"@type": "Person", "name": review.name, "description": review.credentials}
        if review.profile_url:
            about["reviewedBy"]["url"] = review.profile_url
    return about


def structured_trail(trail: Trail) -> SafeString:
    """Describe the breadcrumbs of a list or of a static page."""
    return _script([_breadcrumbs(trail)])


def _breadcrumbs(trail: Trail) -> dict:
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": label, "item": f"{settings.SITE_URL}{path}"}
            for position, (label, path) in enumerate([(gettext("Home"), address_of("home")), *trail], start=1)
        ],
    }


def structured_site() -> SafeString:
    """Describe the site, on its front page."""
    url, language = f"{settings.SITE_URL}{address_of('home')}", pgettext("language tag", "en-US")
    return _script([{"@type": "WebSite", "name": gettext(settings.SITE_NAME), "url": url, "inLanguage": language}])


def _script(graph: list[dict]) -> SafeString:
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False, separators=(",", ":"))
    safe = mark_safe(text.translate(ESCAPES))  # noqa: S308 - none is left that ends the element: test_structured.py
    return format_html('<script type="application/ld+json">{}</script>', safe)
