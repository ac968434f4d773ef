"""Response headers that hold for every URL, static files and the admin included."""

import base64
import functools
import hashlib
import re

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.deprecation import MiddlewareMixin

from editorial.values import languages
from guide import styles


@functools.lru_cache(maxsize=512)
def content_security_policy(*, style: str = "", script: str = "", frames: str = "", framed: str = "'none'") -> str:
    """Allow this origin only, and the one block of style and of script that a page carries, by its hash.

    A view that shows a frame, or may be shown in one, says so in `response.csp`, as {"frames": "'self'"}.
    """
    sources = {
        "default-src": "'none'",
        "script-src": f"'self'{_allowed(script)}",
        "style-src": f"'self'{_allowed(style)}",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        **({"frame-src": frames} if frames else {}),
        "frame-ancestors": framed,
    }
    return "; ".join(f"{directive} {allowed}" for directive, allowed in sources.items())


def _allowed(block: str) -> str:
    digest = base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()
    return f" 'sha256-{digest}'" if block else ""


_FEATURES = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope"),
    *("magnetometer", "microphone", "midi", "payment", "usb"),
)
#: No page of this site uses these features, so no page can be made to use them.
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in _FEATURES)
#: For anything but a page, on which a browser ignores the rest, and which each icon would carry.
NO_PAGE = "default-src 'none'; frame-ancestors 'none'"

#: Pages that are also data (guide/open_data.py), and say so to programs.
WITH_DATA = {"articles:detail", "phases:detail", "treatments:detail"}
OK = 200


def _has_data(request: HttpRequest) -> bool:
    """Return whether the page is also data; words in other languages are not, and a private page names no other."""
    is_open = languages.of_path(request.path) == languages.ENGLISH and not getattr(request, "is_private", False)
    return is_open and getattr(request.resolver_match, "view_name", "") in WITH_DATA


class SecurityHeadersMiddleware(MiddlewareMixin):
    """Adds the policies above; a stricter one of a view is kept."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        policy = content_security_policy(**getattr(response, "csp", {})) if is_page else NO_PAGE
        response.headers.setdefault("Content-Security-Policy", policy)
        if is_page:
            response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
            if response.status_code == OK and _has_data(request):
                response.headers["Link"] = f'<{request.path}data.json>; rel="describedby"; type="application/json"'
        if response.has_header("Location") and request.META.get("QUERY_STRING"):
            # To https, or to a page's new place: the query may be a private link, and a browser keeps redirects.
            response.headers["Cache-Control"] = "no-store"
            response.headers["Referrer-Policy"] = "no-referrer"
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response


class BrokenConnectionMiddleware(MiddlewareMixin):
    """Answers a client that disconnected during a post without a traceback in the log."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return HttpResponse(status=408) if isinstance(exception, UnreadablePostError) else None


class InlineMiddleware(MiddlewareMixin):
    """Replaces `<!--style core text-->` in a page by those parts of the style and the script of the way out.

    The page is then whole in one answer: nothing else has to be fetched before it can be drawn.
    """

    MARK = re.compile(rb"<!--style ([a-z -]+)-->")

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.streaming or not (mark := self.MARK.search(response.content)):
            return response
        css, script = styles.style(*mark[1].decode().split()), styles.way_out()
        blocks = f"<style>{css}</style><script>{script}</script>".encode()
        response.content = response.content.replace(mark[0], blocks, 1)
        policy = content_security_policy(style=css, script=script, **getattr(response, "csp", {}))
        response.headers.setdefault("Content-Security-Policy", policy)
        if response.has_header("Content-Length"):
            response.headers["Content-Length"] = str(len(response.content))
        return response
