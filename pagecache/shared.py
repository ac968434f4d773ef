"""Finished pages in Redis: made once for all processes of all hosts, each of which then keeps them in its own memory.

A page stands under a name that is made of all it depends on: the code and its settings, the version of the content, the
host and the address. So nothing is ever purged; what changes has another name, and the old one ends by itself. What
somebody else wrote into Redis is not taken, and a Redis that is away costs no more than the page's making.
docs/decisions/0008-page-cache.md has why.
"""

import contextlib
import hashlib
import hmac
import logging
import struct
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error, connection

from editorial import versions
from limits import redis_server
from limits.redis_server import Away
from pagecache import release
from pagecache.entries import Page

if TYPE_CHECKING:
    import redis

log = logging.getLogger(__name__)
#: Seconds for which one process has a page to make to itself, and the others wait for it.
PATIENCE = 2
POLL = 0.03  # seconds
#: Bytes of a page, packed. No more is asked for, whatever stands there.
LARGEST = 1024 * 1024
_MARK = hashlib.sha256().digest_size
_UNTIL = struct.Struct(">d")


def secret(purpose: str) -> bytes:
    """Of this site alone, whoever else uses the same Redis."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"pagecache {purpose}".encode(), hashlib.sha256)


class SharedPages:
    """Public pages only: a private address stands in no store of others."""

    def __init__(self) -> None:
        self._release = release.fingerprint()
        self._secret = secret("pages")

    def get_or_make(self, key: bytes, edition: versions.Edition, make: Callable[[], Page | None]) -> Page | None:
        """The page of this edition, from Redis or by `make`; None, and what is raised, as `make` has it."""
        name = self.name(key, edition)
        try:
            if page := self._find_or_begin(name):
                return page
        except Away:
            return make()
        packed = b""
        try:
            was_current = _is_current(edition)
            page = make()
            if page and was_current and _is_current(edition):
                packed = self._seal(name, page, edition.until)
            return page
        finally:
            with contextlib.suppress(Away):
                redis_server.ask(lambda client: _end(client, name, packed, edition.until))

    def name(self, key: bytes, edition: versions.Edition) -> str:
        """Says nothing to others: whoever reads the list of names learns no address."""
        parts = b"\0".join([self._release, str(edition.number).encode(), key])
        return f"page:{hmac.digest(self._secret, parts, hashlib.sha256).hex()}"

    def _find_or_begin(self, name: str) -> Page | None:
        """The page, or None: make it. Raises Away."""
        if page := self._find(name):
            return page
        begun = redis_server.ask(lambda client: client.set(_lock(name), b"", nx=True, px=PATIENCE * 1000))
        deadline = time.monotonic() + PATIENCE
        while not begun and time.monotonic() < deadline:
            time.sleep(POLL)
            # In this order: who made the page puts it there and then lets go.
            begun = not redis_server.ask(lambda client: client.exists(_lock(name)))
            if page := self._find(name):
                return page
        return None

    def _find(self, name: str) -> Page | None:
        found = redis_server.ask(lambda client: b"" + client.getrange(name, 0, LARGEST))  # bytes, or no answer
        return self._open(name, found) if found else None

    def _seal(self, name: str, page: Page, until: float) -> bytes:
        """Bound to its name and its time, so that nobody can put a page in another one's place, or an old one back."""
        sealed = _UNTIL.pack(until) + page.packed()
        return self._mark(name, sealed) + sealed

    def _open(self, name: str, found: bytes) -> Page | None:
        mark, sealed = found[:_MARK], found[_MARK:]
        if not hmac.compare_digest(mark, self._mark(name, sealed)):
            log.warning("Something in Redis stands in the place of a page and is not ours. It is not shown.")
            return None
        (until,) = _UNTIL.unpack_from(sealed)
        if until <= time.time():
            return None
        page = Page.unpacked(sealed[_UNTIL.size :])
        page.until = until
        return page

    def _mark(self, name: str, sealed: bytes) -> bytes:
        return hmac.digest(self._secret, name.encode() + b"\0" + sealed, hashlib.sha256)


def _is_current(edition: versions.Edition) -> bool:
    """Whether the connection that makes the page sees exactly this content. Asked before and after: a change between
    may be in the page or not, and a server that follows another one may lack what the look has seen already."""
    with contextlib.suppress(Error):
        connection.close_if_unusable_or_obsolete()
        return versions.number() == edition.number
    return False


def _end(client: "redis.Redis", name: str, packed: bytes, until: float) -> None:
    """Hands out the page, if there is one, and lets others try otherwise."""
    left = int((until - time.time()) * 1000)
    with client.pipeline(transaction=False) as pipeline:
        if packed and len(packed) <= LARGEST and left > 0:
            pipeline.set(name, packed, px=left)
        pipeline.delete(_lock(name))
        pipeline.execute()


def _lock(name: str) -> str:
    return f"{name}:made"
