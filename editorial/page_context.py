"""What every reader's page can count on."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from editorial import contacts
from editorial.markdown import PageText


def site(request: HttpRequest) -> dict:
    """`contacts` (read only if the page shows them), `site_name`, `site_url`, `canonical_url` and `page_text`; and, for
    pages without one, no `form` and no `problem` with it."""
    return {
        "contacts": SimpleLazyObject(contacts.load),
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "canonical_url": f"{settings.SITE_URL}{request.path}",
        "page_text": PageText(),
        "form": None,
        "problem": "",
    }
