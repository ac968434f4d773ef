"""Response headers that hold for every address, static files and the admin included."""

import base64
import functools
import hashlib
import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, UnreadablePostError

from guide import styles


@functools.lru_cache(maxsize=512)
def content_security_policy(*, style: str = "", script: str = "") -> str:
    """Nothing but this origin, no frame; `blob:` and `data:` are not needed anywhere.

    `style` and `script` are the one block of each that a page carries, allowed by its hash: no other can be slipped in.
    """
    policy = "; ".join(_DIRECTIVES)
    for directive, text in (("style-src 'self'", style), ("script-src 'self'", script)):
        if text:
            policy = policy.replace(directive, f"{directive} 'sha256-{_sha256(text)}'")
    return policy


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


_DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)

#: Features no page of ours uses, so that no page of ours can be made to use them.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in [
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    ]
)


#: For what is no page: nothing at all. A browser heeds the rest only on pages, and each icon would carry it.
NO_PAGE = "default-src 'none'; frame-ancestors 'none'"


class SecurityHeadersMiddleware:
    """Adds the policies above; a view may set a stricter one of its own and keeps it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        response.headers.setdefault("Content-Security-Policy", content_security_policy() if is_page else NO_PAGE)
        if is_page:
            response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if response.has_header("Location") and request.META.get("QUERY_STRING"):
            # To https, to a page's new place: what was asked for may be a private link, and a browser keeps redirects.
            response.headers["Cache-Control"] = "no-store"
            response.headers["Referrer-Policy"] = "no-referrer"
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response


class BrokenConnectionMiddleware:
    """A sender who went away in the middle of a post is no fault of ours, and needs no traceback in the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return HttpResponse(status=408) if isinstance(exception, UnreadablePostError) else None


class InlineMiddleware:
    """Puts into a page the style rules it uses and the script of its way out, where its template says `<!--style-->`.

    Names behind a colon are used by the page's scripts. `<!--handout-->` adds the rules of a printed handout. A page is
    then whole in one answer: nothing else has to be fetched before it can be drawn.
    """

    MARK = re.compile(rb"<!--style(?::([\w -]+))?-->")
    HANDOUT = b"<!--handout-->"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming or not (mark := self.MARK.search(response.content)):
            return response
        page = response.content
        also = b'<p class="%b">' % (mark[1] or b"")
        css = styles.style_for(styles.tokens_of(page, is_content=_is_content(request)) | styles.tokens_of(also))
        if self.HANDOUT in page:
            css += styles.handout()
            page = page.replace(self.HANDOUT, b"")
        script = styles.way_out()
        parts = f"<style>{css}</style><script>{script}</script>".encode()
        response.content = page.replace(mark[0], parts)
        response.headers.setdefault("Content-Security-Policy", content_security_policy(style=css, script=script))
        if response.has_header("Content-Length"):
            response.headers["Content-Length"] = str(len(response.content))
        return response


def _is_content(request: HttpRequest) -> bool:
    """Whether the page is the same for all who ask for this address, which has nothing in it but a path of ours."""
    view = request.resolver_match.func if getattr(request, "resolver_match", None) else None
    return hasattr(view, "reading_query") and not request.META.get("QUERY_STRING")
