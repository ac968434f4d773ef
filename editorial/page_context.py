"""What every reader's page can count on."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from editorial import snapshot
from editorial.contacts import Contacts
from editorial.markdown import PageText
from editorial.snapshot import Standing


def site(request: HttpRequest, known: Standing | None = None) -> dict:
    """`standing` and `contacts` (read only if the page shows them), `site_name`, `site_url`, `canonical_url` and
    `page_text`; and, for pages without one, no `form` and no `problem` with it. `known`: what the view has looked up.
    """
    now = known or SimpleLazyObject(snapshot.current_or_last)
    return {
        "standing": now,
        "contacts": Contacts(now),
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "canonical_url": f"{settings.SITE_URL}{request.path}",
        "page_text": PageText(),
        "form": None,
        "problem": "",
    }
