"""The cached pages of one process. They also expire after versions.MAX_PAGE_AGE, which `Edition.until` includes."""

import contextlib
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future

from django.db import Error, connection

from editorial.models import versions
from pagecache.entries import Page

POLL_SECONDS = 0.4  # between version checks
FRESH_SECONDS = 0.9  # how long a check stays valid
#: How long pages are served, marked as unchecked, while the database does not respond: a night and a morning. An old
#: page that says so is better than none, but old numbers must not stay forever.
OUTAGE_SECONDS = 12 * 60 * 60
HUNG_SECONDS = 1  # a slower check counts as failed for requests waiting for it
RENDER_TIMEOUT_SECONDS = 20  # for a request waiting for a page that another one is rendering
#: Shares of the cache: for one page at most, and for all private pages together, so that a reader who opens the private
#: versions of all pages does not evict the public ones.
MAX_PAGE_SHARE, PRIVATE_SHARE = 1 / 8, 1 / 4


class _Lru:
    """Pages up to `limit` bytes. Writers hold the cache's lock; `get` needs none."""

    def __init__(self, limit: int) -> None:
        self.limit, self.used = limit, 0
        self._entries: OrderedDict[bytes, tuple[Page, int]] = OrderedDict()

    def get(self, key: bytes) -> Page | None:
        try:
            self._entries.move_to_end(key)
            return self._entries[key][0]
        except KeyError:  # unknown, or evicted between the two lines
            return None

    def put(self, key: bytes, page: Page) -> None:
        size = page.size + len(key)
        _, old_size = self._entries.pop(key, (page, 0))
        self.used -= old_size
        if size > self.limit:
            return
        while self.used + size > self.limit:
            _, (_, oldest_size) = self._entries.popitem(last=False)
            self.used -= oldest_size
        self._entries[key] = page, size
        self.used += size


class _Pages:
    """The pages of one version of the content, and those being rendered."""

    def __init__(self, size: int) -> None:
        self.public, self.private = _Lru(int(size * (1 - PRIVATE_SHARE))), _Lru(int(size * PRIVATE_SHARE))
        self.rendering: dict[bytes, Future[Page | None]] = {}


class PageCache:
    """`size` is in bytes; 0 caches nothing."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._lock = threading.Lock()
        self._refreshing = threading.Lock()
        self._pid = 0
        self._edition: versions.Edition | None = None
        self._checked_at = self._fresh_until = float("-inf")  # monotonic clock
        self._is_outage = False
        self._ends_at = 0.0  # Unix time at which pages change by the clock alone
        self.clear()

    @property
    def used(self) -> int:
        """Return the bytes that the cached pages occupy."""
        return self._pages.public.used + self._pages.private.used

    def get(self, key: bytes) -> Page | None:
        """Return the page if it is cached and current; in an outage, marked as unchecked. Never blocks."""
        is_fresh = self._is_fresh()
        if not is_fresh and not self._is_kept():
            return None
        pages = self._pages
        page = pages.public.get(key) or pages.private.get(key)
        return page if is_fresh or page is None else page.unchecked

    def get_or_render(self, key: bytes, render: Callable[[], Page | None], *, is_private: bool = False) -> Page | None:
        """Return the page; if needed, one thread renders it while others wait. None if it may not be cached.

        What `render` raises is raised in that thread; the others get None.
        """
        self._ensure_fresh()
        with self._lock:
            if page := self.get(key):
                return page
            pages = self._pages
            if (other := pages.rendering.get(key)) is None:
                own = pages.rendering[key] = Future()
        if other:
            try:
                return other.result(RENDER_TIMEOUT_SECONDS)
            except TimeoutError:
                return None
        page = None
        try:
            page = render()
            if page and page.size <= self.size * MAX_PAGE_SHARE:
                with self._lock:  # a change meanwhile has replaced `self._pages`, so this page is discarded
                    (pages.private if is_private else pages.public).put(key, page)
            return page
        finally:
            del pages.rendering[key]
            own.set_result(page)

    def resize(self, key: bytes, page: Page) -> None:
        """Account for an encoding added to a cached page."""
        with self._lock:
            for lru in (self._pages.public, self._pages.private):
                if lru.get(key) is page:
                    lru.put(key, page)

    def refresh(self) -> None:
        """Drop all pages if the content has changed or was due to change by now.

        Pages past `Edition.until` are dropped even if the version has not changed. While the database does not respond,
        they stay for OUTAGE_SECONDS after the last check, past a scheduled change too.
        """
        if not self._refreshing.acquire(timeout=HUNG_SECONDS):
            self._is_outage = True
            return
        try:
            now = time.monotonic()
            edition = self._edition
            if edition is None or edition.is_stale():
                edition = versions.edition()
            with self._lock:
                if edition != self._edition:
                    self._edition = edition
                    self.clear()
                self._checked_at, self._fresh_until, self._ends_at = now, now + FRESH_SECONDS, edition.until
                self._is_outage = False
        except Error:
            connection.close()
            self._is_outage = True
        finally:
            self._refreshing.release()

    def clear(self) -> None:
        self._pages = _Pages(self.size)

    def _is_fresh(self) -> bool:
        return time.monotonic() <= self._fresh_until and time.time() < self._ends_at

    def _is_kept(self) -> bool:
        return self._is_outage and time.monotonic() <= self._checked_at + OUTAGE_SECONDS

    def _ensure_fresh(self) -> None:
        """Refresh now if needed, and start this process's poller."""
        if self._pid != os.getpid():
            with self._lock:
                if self._pid != os.getpid():
                    self._pid = os.getpid()
                    threading.Thread(target=self._poll, name="page-cache", daemon=True).start()
        if not self._is_fresh() and not self._is_kept():
            self.refresh()

    def _poll(self) -> None:
        while True:
            time.sleep(POLL_SECONDS)
            with contextlib.suppress(Error):
                connection.close_if_unusable_or_obsolete()
            self.refresh()
