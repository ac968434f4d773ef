"""Count the responses of web processes for Prometheus, if METRICS_PORT is set. No label identifies a reader or a page.

The processes of one host count into files in METRICS_DIR; its worker serves their sums (operations/metrics.py).
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()
#: Seconds, from cached pages to uploads from slow phones.
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

REQUESTS = Counter(
    "detox_requests", "Answers by kind of page and class of status.", ["kind", "status"], registry=REGISTRY
)
REQUESTS.labels("contact", "5xx")  # a series that began at 1 never increased, and FormsFail would miss a form
SECONDS = Histogram("detox_request_seconds", "Time to answer.", ["kind"], buckets=BUCKETS, registry=REGISTRY)
UPLOAD = Counter("detox_upload_bytes", "Announced bytes of posts to the contact form.", registry=REGISTRY)
CACHE = Counter("detox_page_cache", "Lookups in the page cache.", ["outcome"], registry=REGISTRY)

#: By the first part of a path, or the first two; all others are "other".
KINDS = {
    **dict.fromkeys(["", "phases", "symptoms", "treatments", "articles", "a-z", "plan", "card"], "guide"),
    **dict.fromkeys(["about", "privacy", "what-we-keep", "accessibility", "safety", "emergency"], "guide"),
    "search": "search",
    "contact": "contact",
    "es": "guide",
    "es/buscar": "search",
    "es/contacto": "contact",
    "admin": "staff",
    "staff": "staff",
    "static": "file",
    "media": "file",
}


def enabled() -> bool:
    return bool(settings.METRICS_PORT)


def count_response(path: str, status: int, started: float) -> str:
    """Count one response to a request `started` at time.perf_counter(); return its kind of page."""
    first, _, rest = path.lstrip("/").partition("/")
    kind = KINDS.get(f"{first}/{rest.partition('/')[0]}") or KINDS.get(first, "other")
    REQUESTS.labels(kind, f"{status // 100}xx").inc()
    SECONDS.labels(kind).observe(time.perf_counter() - started)
    return kind


def count_hit(path: str, status: int, started: float) -> None:
    """Count one response from the page cache, which bypasses Django's middleware."""
    if enabled():
        CACHE.labels("hit").inc()
        count_response(path, status, started)


def count_miss() -> None:
    """Count one page rendered for the cache; the middleware counts its response."""
    if enabled():
        CACHE.labels("miss").inc()


class MetricsMiddleware:
    """Count every response but /healthz; settings add it if METRICS_PORT is set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        length = request.META.get("CONTENT_LENGTH", "")  # before a view declares the most for a chunked body
        response = self.get_response(request)
        kind = count_response(request.path_info, response.status_code, started)
        if kind == "contact" and request.method == "POST" and length.isdigit():
            UPLOAD.inc(int(length))
        return response
