"""The front page, the standing pages, the files that machines ask for, and the error pages."""

import datetime
import logging

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from articles.models import Article
from editorial import addresses
from editorial.reading import reading_page
from guide.bare_pages import ERROR_PAGE
from phases import timeline
from phases.models import Phase

logger = logging.getLogger(__name__)

SECURITY_TXT_LIFE = datetime.timedelta(days=180)


@reading_page()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What to do now, the three stages on one timeline, and the ways to get help."""
    phases = list(Phase.objects.published())
    articles = Article.objects.published().defer("body")[:6]
    return render(
        request, "home.html", {"phases": phases, "timeline": timeline.of_phases(phases), "articles": articles}
    )


def page(name: str, **context: object):
    """A view for a page whose words stand in templates/pages/ because no edit may change them unseen."""

    @reading_page()
    @require_safe
    def standing_page(request: HttpRequest) -> HttpResponse:
        return render(request, f"pages/{name}.html", context)

    return standing_page


@require_safe
@cache_control(max_age=86_400)
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /staff/",
        "Disallow: /contact/sent/",
        "Disallow: /search/",
        f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116. The expiry is always ahead, because the page is made anew each time."""
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {timezone.now() + SECURITY_TXT_LIFE:%Y-%m-%dT00:00:00Z}",
        f"Canonical: {settings.SITE_URL}{request.path}",
        "Preferred-Languages: en",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@require_safe
@cache_control(max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers that do not read the icon link ask here."""
    return redirect(static("img/icon.png"))


# Error pages: each still gives the numbers to call ------------------------------------------------------------


def _error_page(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    request.private_address = ""  # there is no page here that could have a private version
    return render(request, template, context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    too_big = isinstance(exception, RequestDataTooBig)
    return _error_page(request, "413.html" if too_big else "400.html", 413 if too_big else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error_page(request, "403.html", 403, form_expired=False)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Only staff pages carry a form token of this kind: it runs out with the session."""
    return _error_page(request, "403.html", 403, form_expired=True)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page that moved is at its new address, for good."""
    if request.method in {"GET", "HEAD"} and (new := addresses.now_at(request.path)):
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{new}?{query}" if query else new)
    return _error_page(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    try:
        return _error_page(request, "500.html", 500)
    except Exception:  # whatever broke may break this page too; the numbers must still get out
        logger.exception("The error page itself failed")
        return HttpResponse(ERROR_PAGE, status=500)
