"""The context of all pages for readers, error pages included."""

from functools import cached_property

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext, gettext_lazy as _

from editorial.models import Clinic, HelpLine
from editorial.pages.alternates import alternates
from editorial.text import snapshot
from editorial.text.markdown import PageText
from editorial.values import languages

#: If the database was never read (a new machine, a failure at startup).
FALLBACK_CLINIC = Clinic(name=_("Clinic helpline"), phone="866-512-1908")  # type: ignore[misc]  # told by language


class Contacts:
    """The numbers to call, even if the database is down or empty. 911 and 988 are in templates, safe from edits."""

    def __init__(self, content: snapshot.ContentSnapshot) -> None:
        self._content = content

    @cached_property
    def clinic(self) -> Clinic:
        try:
            return self._content.clinic or FALLBACK_CLINIC
        except DatabaseError:
            return FALLBACK_CLINIC

    @cached_property
    def help_lines(self) -> list[HelpLine]:
        try:
            return self._content.help_lines
        except DatabaseError:
            return []


def site(request: HttpRequest, content: snapshot.ContentSnapshot | None = None) -> dict[str, object]:
    """Return the common template context, read lazily; `content` is the view's snapshot, if any."""
    known = content or SimpleLazyObject(snapshot.current_or_last)
    return {
        "snapshot": known,
        "contacts": Contacts(known),  # type: ignore[arg-type]  # a SimpleLazyObject acts as what it wraps
        "site_name": gettext(settings.SITE_NAME),
        "site_url": settings.SITE_URL,
        "canonical_url": f"{settings.SITE_URL}{request.path}",
        "page_text": PageText(),
        "language_tag": languages.TAGS[languages.active()],
        "alternates": SimpleLazyObject(lambda: alternates(request, known)),  # type: ignore[arg-type]  # as above
        "form": None,  # this and the next for pages without a form
        "problem": "",
    }
