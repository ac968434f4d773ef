"""Keeps finished pages as long as they are true, within a bound of memory, and makes each of them once."""

import contextlib
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from django.db import Error, connection

from editorial import versions
from pagecache import news
from pagecache.entries import Page
from pagecache.shared import SharedPages

LOOK_EVERY = 0.4  # seconds between two looks at the version of the content
BREATH = 0.05  # seconds at least between two of them, however much news there is
TRUSTED = 0.9  # seconds after a look during which pages go out without another one
#: Seconds that pages go out without a database to ask. Readers of a site that is in trouble still get what they need.
OUTAGE = 600
#: A page may take this share of the room at most, and all private ones together that much: they are as many again, and
#: whoever opens one after the other must not push out what most readers ask for.
LARGEST, PRIVATE = 1 / 8, 1 / 4
#: Seconds that somebody waits for a page which another request is making.
PATIENCE = 20


class _Shelf:
    """Pages by key, those used last kept, up to a number of bytes. The caller holds the lock while it writes."""

    def __init__(self, room: int) -> None:
        self.room, self.used = room, 0
        self.pages: dict[bytes, Page] = {}
        self._weights: dict[bytes, int] = {}

    def put(self, key: bytes, page: Page) -> None:
        weight = page.size + len(key)
        self.drop(key)
        if weight > self.room:
            return
        while self.used + weight > self.room:
            self.drop(min(self.pages, key=lambda other: self.pages[other].used_at))
        self.pages[key], self._weights[key] = page, weight
        self.used += weight

    def drop(self, key: bytes) -> None:
        if self.pages.pop(key, None):
            self.used -= self._weights.pop(key)


class _Making:
    """A page on its way; `page` stays None where it came to nothing that may be kept."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.page: Page | None = None


class PageCache:
    """`room` is in bytes, for this process alone; 0 keeps nothing. `shared`: what all processes have in common."""

    def __init__(self, room: int, shared: SharedPages | None = None) -> None:
        self.room = room
        self.shared = shared
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._told = threading.Event()  # of a change that may have been made
        self._pid = 0
        self._edition: versions.Edition | None = None
        self._seen_at = float("-inf")
        self._trusted_until = float("-inf")  # by the clock that only runs on
        self._until = 0.0  # seconds since 1970: when pages change by themselves
        self._forget()

    def get(self, key: bytes) -> Page | None:
        """The page, if it is known and known to be true. Asks nobody, waits for nobody."""
        if not self._is_trusted():
            return None
        page = self._public.pages.get(key) or self._private.pages.get(key)
        if page:
            page.used_at = time.monotonic()
        return page

    def get_or_make(self, key: bytes, make: Callable[[], Page | None], *, is_private: bool = False) -> Page | None:
        """The page, made by `make` if need be, in one thread while others wait. None where there is nothing to keep.

        Whatever `make` raises goes to the one who made it; who waited for it gets None.
        """
        self._follow()
        with self._lock:
            if page := self.get(key):
                return page
            if other := self._in_making.get(key):
                making = other
            else:
                making = self._in_making[key] = _Making()
            edition = self._edition if self._is_trusted() else None
            shelf = self._private if is_private else self._public
        if other:
            other.done.wait(PATIENCE)
            return other.page
        try:
            if self.shared and edition and not is_private:
                making.page = self.shared.get_or_make(key, edition, make)
            else:
                making.page = make()
            self._keep(key, making.page, shelf)
            return making.page
        finally:
            with self._lock:
                if self._in_making.get(key) is making:
                    del self._in_making[key]
            making.done.set()

    def weigh_again(self, key: bytes, page: Page) -> None:
        """A page that is kept has grown by an encoding."""
        with self._lock:
            for shelf in (self._public, self._private):
                if shelf.pages.get(key) is page:
                    shelf.put(key, page)

    def look(self) -> None:
        """Drops all pages where the content has changed, or the moment has come at which it changes by itself.

        Without a database nobody can say so, and they stay until OUTAGE is over, whatever moment passes and however
        long each look waits for an answer.
        """
        with self._looking:
            now = time.monotonic()
            try:
                edition = self._edition
                if edition is None or edition.is_over():
                    edition = versions.edition()
            except Error:
                connection.close()
                self._trusted_until, self._until = self._seen_at + OUTAGE, float("inf")
                return
            with self._lock:
                if edition != self._edition:
                    self._edition = edition
                    self._forget()
                self._seen_at, self._trusted_until, self._until = now, now + TRUSTED, edition.until

    @property
    def used(self) -> int:
        """Bytes that the kept pages take."""
        return self._public.used + self._private.used

    def _keep(self, key: bytes, page: Page | None, shelf: _Shelf) -> None:
        """On the shelf of when its making began: it is gone by now if a change came meanwhile, which may be missing."""
        if page is None or page.size > self.room * LARGEST:
            return
        with self._lock:
            if shelf not in (self._public, self._private):
                return
            shelf.put(key, page)
            if self._edition and page.until < self._edition.until:
                # Another process made it. What no look finds must not stay longer for having come from there.
                self._edition = replace(self._edition, until=page.until)
                self._until = min(self._until, page.until)

    def _forget(self) -> None:
        self._public, self._private = _Shelf(int(self.room * (1 - PRIVATE))), _Shelf(int(self.room * PRIVATE))
        self._in_making: dict[bytes, _Making] = {}

    def _is_trusted(self) -> bool:
        return time.monotonic() <= self._trusted_until and time.time() < self._until

    def _follow(self) -> None:
        """Looks now if need be, and from now on regularly, in each process by itself."""
        if self._pid != os.getpid():
            with self._lock:
                if self._pid != os.getpid():
                    self._pid = os.getpid()
                    threading.Thread(target=self._look_regularly, name="page-cache", daemon=True).start()
        if not self._is_trusted():
            self.look()

    def _look_regularly(self) -> None:
        news.listen(self._told.set)
        while True:
            if self._told.wait(LOOK_EVERY):
                time.sleep(BREATH)
                self._told.clear()
            with contextlib.suppress(Error):
                connection.close_if_unusable_or_obsolete()
            self.look()
