"""The WSGI application in front of Django: cached pages from memory, everything else from Django."""

import time
from collections.abc import Callable, Iterable

from django.conf import settings
from django.db import connection

from pagecache import compression, metrics, rules
from pagecache.cache import PageCache
from pagecache.entries import Page
from pagecache.wire import Wire

Application = Callable[[dict, Callable], Iterable[bytes]]


class CachedPages:
    """Serves readers' pages from memory, by `cached_response` without WSGI. Off with DEBUG, as templates change."""

    busy_response = b""  # a complete HTTP response, for a server that has no thread free

    def __init__(self, application: Application) -> None:
        self.application = application
        self.cache = PageCache(0 if settings.DEBUG else settings.PAGE_CACHE_BYTES)
        self.hosts = rules.hosts()
        self.cached_response = Wire(self.cache, self.hosts, is_https=settings.HTTPS).respond

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        started = time.perf_counter()
        target = rules.target_of(environ, self.hosts) if self.cache.size else None
        if target is None:
            return self.application(environ, start_response)
        key = f"{environ['HTTP_HOST']}{target}".encode("latin-1")
        rendering = _Rendering(self.application, environ)
        page = self.cache.get(key)
        if page is None:
            if not rules.is_reading_page(target):
                return self.application(environ, start_response)
            page = self.cache.get_or_render(key, rendering.page, is_private=rules.is_private(target))
        if page is None or rendering.status:
            metrics.count_miss()
        else:
            metrics.count_hit(target, 200, started)
        if page is None:
            return rendering.respond(start_response)
        encoding = compression.accepted(environ.get("HTTP_ACCEPT_ENCODING", ""))
        variant = page.ready(encoding)
        if variant is None:
            variant = page.variant(encoding)
            self.cache.resize(key, page)
        if variant.is_known_to(environ.get("HTTP_IF_NONE_MATCH", "")):
            start_response("304 Not Modified", variant.repeated)
            return []
        start_response("200 OK", variant.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [variant.body]


class _Rendering:
    """Renders a page once, from a request without anything personal."""

    def __init__(self, application: Application, environ: dict) -> None:
        self.application, self.environ = application, environ
        self.status, self.body = "", b""
        self.headers: list[tuple[str, str]] = []

    def page(self) -> Page | None:
        """Return the page, or None if it may not be cached."""
        response = self.application(rules.bare(self.environ), self._start)
        try:
            self.body = b"".join(response)
            is_whole = not connection.errors_occurred  # without a database, a page is incomplete
        finally:
            if hasattr(response, "close"):
                response.close()
        if not is_whole or not rules.may_be_cached(self.status, self.headers):
            return None
        page = Page(self.headers, self.body)
        page.variant(compression.accepted(self.environ.get("HTTP_ACCEPT_ENCODING", "")))
        return page

    def respond(self, start_response: Callable) -> Iterable[bytes]:
        """Send what may not be cached. Render it for this reader alone if another request tried to render the page."""
        if not self.status:
            return self.application(self.environ, start_response)
        start_response(self.status, self.headers)
        return [] if self.environ["REQUEST_METHOD"] == "HEAD" else [self.body]

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        self.status, self.headers = status, headers
