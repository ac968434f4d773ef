"""Response headers that hold for every address, static files and the admin included."""

import base64
import hashlib
import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, UnreadablePostError

from detoxsite import styles


def content_security_policy(*, style: str = "") -> str:
    """Nothing but this origin, no inline script, no frame; `blob:` and `data:` are not needed anywhere.

    `style` is the one style block of a page, allowed by its hash: no other can be slipped in.
    """
    own_style = f" 'sha256-{_sha256(style)}'" if style else ""
    return "; ".join(_DIRECTIVES).replace("style-src 'self'", f"style-src 'self'{own_style}")


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


class SecurityHeadersMiddleware:
    """Adds the policies above; a view may set a stricter one of its own and keeps it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", content_security_policy())
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
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


class InlineStyleMiddleware:
    """Puts the rules that a page uses where its template says `<!--style-->`; names behind a colon are used by scripts.

    A page is then whole in one answer: nothing else has to be fetched before it can be drawn.
    """

    MARK = re.compile(rb"<!--style(?::([\w -]+))?-->")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming or not (mark := self.MARK.search(response.content)):
            return response
        also = b'<p class="%b">' % (mark[1] or b"")
        css = styles.style_for(styles.tokens_of(response.content + also))
        response.content = self.MARK.sub(lambda _: f"<style>{css}</style>".encode(), response.content)
        response.headers.setdefault("Content-Security-Policy", content_security_policy(style=css))
        if response.has_header("Content-Length"):
            response.headers["Content-Length"] = str(len(response.content))
        return response
