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
    """Replaces `<!--style core text-->` in a page by those parts of the style and the script of the way out.

    The page is then whole in one answer: nothing else has to be fetched before it can be drawn.
    """

    MARK = re.compile(rb"<!--style ([a-z -]+)-->")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming or not (mark := self.MARK.search(response.content)):
            return response
        css, script = styles.style(*mark[1].decode().split()), styles.way_out()
        blocks = f"<style>{css}</style><script>{script}</script>".encode()
        response.content = response.content.replace(mark[0], blocks, 1)
        response.headers.setdefault("Content-Security-Policy", content_security_policy(style=css, script=script))
        if response.has_header("Content-Length"):
            response.headers["Content-Length"] = str(len(response.content))
        return response
