"""Headers of all responses, static files and the admin included."""

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
    """Allow only this origin, and a page's one inline style and script by hash.

    A view that shows a frame, or may be framed, sets `response.csp`, as in {"frames": "'self'"}.
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


#: Features that no page uses.
PERMISSIONS_POLICY = (
    "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
)
#: For anything but a page: browsers ignore the rest there, and it would enlarge each icon.
NO_PAGE = "default-src 'none'; frame-ancestors 'none'"

#: Pages with a data version (guide/open_data.py), which their headers link to.
WITH_DATA = {"articles:detail", "phases:detail", "treatments:detail"}


def _has_data(request: HttpRequest) -> bool:
    """Return whether to link to the page's data: only English has any, and a private page links to no other version."""
    is_open = languages.of_path(request.path) == languages.ENGLISH and not getattr(request, "is_private", False)
    return is_open and getattr(request.resolver_match, "view_name", "") in WITH_DATA


class SecurityHeadersMiddleware(MiddlewareMixin):
    """Adds the policies above, unless the view has set its own."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        policy = content_security_policy(**getattr(response, "csp", {})) if is_page else NO_PAGE
        response.headers.setdefault("Content-Security-Policy", policy)
        if is_page:
            response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
            if response.status_code == 200 and _has_data(request):
                response.headers["Link"] = f'<{request.path}data.json>; rel="describedby"; type="application/json"'
        if response.has_header("Location") and (request.META.get("QUERY_STRING") or "?" in request.path):
            # To https or a new address. The query may be a private link, and browsers store redirects.
            response.headers["Cache-Control"] = "no-store"
            response.headers["Referrer-Policy"] = "no-referrer"
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response


class BrokenConnectionMiddleware(MiddlewareMixin):
    """Answers a client that disconnected during a POST, without a traceback in the log."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return HttpResponse(status=408) if isinstance(exception, UnreadablePostError) else None


class InlineMiddleware(MiddlewareMixin):
    """Inlines the style parts that `<!--style core text-->` names, and the leave script: no other request is needed."""

    MARK = re.compile(rb"<!--style ([a-z -]+)-->")

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.streaming or not (mark := self.MARK.search(response.content)):
            return response
        css, script = styles.style(*mark[1].decode().split()), styles.leave_script()
        blocks = f"<style>{css}</style><script>{script}</script>".encode()
        response.content = response.content.replace(mark[0], blocks, 1)
        policy = content_security_policy(style=css, script=script, **getattr(response, "csp", {}))
        response.headers.setdefault("Content-Security-Policy", policy)
        if response.has_header("Content-Length"):
            response.headers["Content-Length"] = str(len(response.content))
        return response
