"""Serve cached pages from a request's raw bytes, before the server parses them.

Only an unambiguous request is served: one complete GET or HEAD, with known headers only, each on one line, and nothing
after it. Anything else gets None and goes to the server's own parser.
"""

import email.utils
import functools
import re
import time

from pagecache import compression, metrics
from pagecache.cache import PageCache

MAX_REQUEST_BYTES = 4096
_REQUEST = re.compile(rb"(?:GET|HEAD) /[!-~]* HTTP/1\.1\r\n(?:[A-Za-z][A-Za-z0-9-]*: [ -~]*\r\n)+\r\n")
#: Headers that do not affect a page; `sec-` comes from browsers, `x-` from the proxy.
_WITHOUT_EFFECT = frozenset(
    b"accept accept-language cache-control dnt if-modified-since pragma priority referer save-data "
    b"upgrade-insecure-requests user-agent via x-forwarded-for x-forwarded-host x-forwarded-port x-real-ip".split()
)
_READ = frozenset(b"accept-encoding connection host if-none-match x-forwarded-proto".split())
#: What to send, in order, and whether the connection stays open.
Response = tuple[list[bytes], bool]


class Wire:
    """`hosts` are the Host headers to serve; `is_https`: the site is behind a TLS proxy."""

    def __init__(self, cache: PageCache, hosts: frozenset[str], *, is_https: bool) -> None:
        self.cache = cache
        self._hosts = frozenset(host.encode() for host in hosts)
        self._protocol = b"https" if is_https else b""
        self._is_counted = metrics.enabled()

    def respond(self, request: bytes) -> Response | None:
        """Return the response, or None. Never blocks and makes no query."""
        started = time.perf_counter()
        if len(request) > MAX_REQUEST_BYTES or not _REQUEST.fullmatch(request):
            return None
        line, *lines = request[:-4].split(b"\r\n")
        found = _headers(lines)
        if found is None or found.get(b"x-forwarded-proto", b"") != self._protocol:
            return None
        host, connection = found.get(b"host", b""), found.get(b"connection", b"keep-alive").lower()
        if host not in self._hosts or connection not in {b"keep-alive", b"close"}:
            return None
        method, target, _ = line.split(b" ")
        page = self.cache.get(host + target)
        encoding = compression.accepted(found.get(b"accept-encoding", b"").decode("ascii"))
        variant = page.ready(encoding) if page else None
        if variant is None:
            return None
        keep = connection == b"keep-alive"
        known = b"if-none-match" in found and variant.is_known_to(found[b"if-none-match"].decode("ascii"))
        if self._is_counted:
            metrics.count_hit(target.decode("ascii"), 304 if known else 200, started)
        start = _start(known, connection, int(time.time()))
        if known:
            return [start, variant.repeated_head], keep
        if method == b"HEAD":
            return [start, variant.head], keep
        return [start, variant.head, variant.body], keep


@functools.lru_cache(maxsize=16)
def _start(known: bool, connection: bytes, second: int) -> bytes:
    """Return the status line and first headers."""
    status = b"304 Not Modified" if known else b"200 OK"
    date = email.utils.formatdate(second, usegmt=True).encode()
    return b"HTTP/1.1 %b\r\nServer: gunicorn\r\nDate: %b\r\nConnection: %b\r\n" % (status, date, connection)


def _headers(lines: list[bytes]) -> dict[bytes, bytes] | None:
    """Return the headers that matter, or None if one is unknown or repeated."""
    found: dict[bytes, bytes] = {}
    for line in lines:
        name, _, value = line.partition(b": ")
        name = name.lower()
        if name in _READ:
            if name in found:
                return None
            found[name] = value
        elif name not in _WITHOUT_EFFECT and not name.startswith(b"sec-"):
            return None
    return found
