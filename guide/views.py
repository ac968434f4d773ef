"""The front page, static pages, "Leave this page", robots.txt and the like, and error pages."""

import datetime
import logging
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import is_valid_path, reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from editorial.models import addresses
from editorial.pages import alternates
from editorial.pages.reading import ReaderRequest, reading_page
from editorial.values import languages
from guide.bare_pages import ERROR_PAGE
from guide.sitemaps import is_taken_down
from phases.models import Phase

logger = logging.getLogger(__name__)

NO_ROBOTS = (
    *("/admin/", "/staff/", "/contact/sent/", "/search/", "/feedback/"),
    *("/es/contacto/enviado/", "/es/buscar/", "/es/comentario/"),
)
SECURITY_TXT_LIFE = datetime.timedelta(days=180)


@reading_page()
def home(request: HttpRequest) -> HttpResponse:
    """Show the front page."""
    return render(request, "home.html", {"phases": Phase.objects.published()})


def page(name: str, **context: object) -> Callable[[HttpRequest], HttpResponse]:
    """Make a view for a static page, whose text is a template, so that every edit is reviewed."""

    @reading_page()
    def static_page(request: HttpRequest) -> HttpResponse:
        return render(request, f"pages/{name}.html", context)

    return static_page


@never_cache
@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Redirect to LEAVE_URL, from a plain link that needs no script, and tell the browser to forget.

    Staff are signed out on the server, whatever the browser does with the header. The server stores nothing about a
    reader: an unfinished upload is dropped when the page closes (callbacks.public.upload_handler). Over plain HTTP,
    browsers ignore Clear-Site-Data.
    """
    response = HttpResponseRedirect(settings.LEAVE_URL, status=303)  # a 303 is never cached
    response.headers["Referrer-Policy"] = "no-referrer"
    if request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}:  # no other site may sign staff out
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            request.session.flush()
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@require_safe
@cache_control(max_age=86_400)
def robots(request: HttpRequest) -> HttpResponse:
    kept_out = [f"Disallow: {path}" for path in NO_ROBOTS]
    lines = ["User-agent: *", *kept_out, f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Serve RFC 9116's file, with an expiry date that moves with each request."""
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {timezone.now() + SECURITY_TXT_LIFE:%Y-%m-%dT00:00:00Z}",
        f"Canonical: {settings.SITE_URL}{request.path}",
        "Preferred-Languages: en, es",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@require_safe
@cache_control(max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect browsers that ignore the icon link."""
    return redirect(static("img/icon.png"))


# Error pages: each still gives the numbers to call ------------------------------------------------------------


def _error_page(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    reading = cast("ReaderRequest", request)
    reading.private_address = ""  # an error page has no private version
    reading.is_private = getattr(request, "is_private", False)  # not yet set if the host is wrong
    return render(request, template, context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    too_big = isinstance(exception, RequestDataTooBig)
    return _error_page(request, "413.html" if too_big else "400.html", 413 if too_big else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error_page(request, "403.html", 403, form_expired=False)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form has expired: only staff pages have a CSRF token, which expires with the session."""
    return _error_page(request, "403.html", 403, form_expired=True)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Redirect if the page has moved, or for capitals and accents as phones type them; say so if it was taken down."""
    if request.method in {"GET", "HEAD"} and (new := addresses.redirect_target(request.path) or _meant_path(request)):
        query = request.META.get("QUERY_STRING", "") or request.path.partition("?")[2]
        # Asked again each time: if the page moves back, a browser that had kept the redirect would go in a circle.
        never_kept = {"Cache-Control": "no-cache"}
        return HttpResponsePermanentRedirect(f"{new}?{query}" if query else new, headers=never_kept)
    is_gone = is_taken_down(cast("ReaderRequest", request))
    return _error_page(request, "404.html", 410 if is_gone else 404, is_gone=is_gone)


def _meant_path(request: HttpRequest) -> str:
    """Return the page that was meant: by /es/Síntomas or /stages/ as phones type, by /sintomas/ or by /es/symptoms/."""
    typed = request.path.partition("?")[0]  # mail programs escape a question mark
    path = (languages.without_accents(typed.lower().rstrip("/")) + "/").replace("/stages/", "/phases/", 1)
    if request.resolver_match or not path.isascii():
        return ""
    for meant in (path, *(f"/{code}{path}" for code in languages.OTHERS)):
        with languages.override(languages.of_path(meant)):
            if meant != request.path.rstrip("/") + "/" and is_valid_path(meant):  # Django adds a slash itself
                return meant
    language = languages.of_path(path)
    return "" if language == languages.ENGLISH else alternates.in_language(path.removeprefix(f"/{language}"), language)


def server_error(request: HttpRequest) -> HttpResponse:
    try:
        return _error_page(request, "500.html", 500)
    except Exception:  # the fault may break this page too; readers must still get the numbers
        logger.exception("The error page itself failed")
        return HttpResponse(ERROR_PAGE, status=500)
