"""Counts of what the web processes do, for Prometheus; off unless METRICS_PORT is set. No label could tell a reader.

The processes of one host count into files in VAR_DIR/metrics, and its task worker answers for all of them: see
metrics_port.py. What a page is comes from a short list, never from its address.
"""

import os
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()
#: Seconds; a cached page is in the first, a slow phone's upload beyond the last.
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

REQUESTS = Counter(
    "detox_requests", "Answers, by kind of page and class of status.", ["kind", "status"], registry=REGISTRY
)
SECONDS = Histogram("detox_request_seconds", "Time to answer.", ["kind"], buckets=BUCKETS, registry=REGISTRY)
UPLOAD = Counter("detox_upload_bytes", "Bytes that posts to the contact form announced.", registry=REGISTRY)
CACHE = Counter("detox_page_cache", "Looks into the page cache.", ["outcome"], registry=REGISTRY)

#: By the first part of an address; all else is "other".
KINDS = {
    **dict.fromkeys(["", "phases", "symptoms", "treatments", "articles", "a-z", "plan", "card"], "guide"),
    **dict.fromkeys(["about", "privacy", "accessibility", "safety", "emergency"], "guide"),
    "search": "search",
    "contact": "contact",
    "admin": "staff",
    "staff": "staff",
    "static": "file",
    "media": "file",
}


def is_on() -> bool:
    return bool(settings.METRICS_PORT)


def kind_of(path: str) -> str:
    return KINDS.get(path.lstrip("/").partition("/")[0], "other")


def count(kind: str, status: int, seconds: float) -> None:
    """One answer. For whoever answers without Django's middleware, too; nothing where metrics are off."""
    if is_on():
        REQUESTS.labels(kind, f"{status // 100}xx").inc()
        SECONDS.labels(kind).observe(seconds)


def count_kept(path: str, status: int, begin: float) -> None:
    """One answer from the page cache; `begin`: time.perf_counter() when it was asked for."""
    if is_on():
        CACHE.labels("hit").inc()
        count(kind_of(path), status, time.perf_counter() - begin)


def count_made() -> None:
    """One page that had to be made for the cache. The middleware counts its answer."""
    if is_on():
        CACHE.labels("miss").inc()


class MetricsMiddleware:
    """Around all that answers but /healthz, and only there where METRICS_PORT is set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begin = time.perf_counter()
        response = self.get_response(request)
        kind = kind_of(request.path_info)
        count(kind, response.status_code, time.perf_counter() - begin)
        if kind == "contact" and request.method == "POST" and request.META.get("CONTENT_LENGTH", "").isdigit():
            UPLOAD.inc(int(request.META["CONTENT_LENGTH"]))
        return response


def forget_earlier() -> None:
    """At the start of a web server: counts of processes that are no more, as a restart begins at zero.

    Another web server may still be at work while its successor starts (deploy/release); it keeps its own.
    """
    for path in settings.METRICS_DIR.glob("*.db") if is_on() else []:
        if not _is_ours_and_runs(int(path.stem.rpartition("_")[2])):  # prometheus_client ends a name with the process
            path.unlink()


def _is_ours_and_runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
