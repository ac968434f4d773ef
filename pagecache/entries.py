"""A cached page as sent, in each encoding, with its ETag."""

import base64
import hashlib
import re
import threading
from dataclasses import dataclass
from functools import cached_property

import brotli
from django.utils.translation import gettext

from editorial.values import languages
from pagecache import compression

#: Set by the server, or for each encoding.
_NOT_CACHED = {"content-length", "content-encoding", "etag", "vary", "date", "connection"}
#: Headers of a 304 response (RFC 9110, 15.4.5).
_REPEATED = {"cache-control", "content-location", "etag", "expires", "vary"}
#: Estimated bytes of a variant besides its body and headers.
_OVERHEAD = 2048
_LANGUAGE = re.compile(rb'<html lang="(\w+)')
_MAIN = re.compile(rb'<main id="main"[^>]*>\n')

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Variant:
    """One encoding of a page. `tag` is a strong ETag: it identifies exactly these bytes and headers."""

    tag: str
    headers: Headers
    body: bytes

    @cached_property
    def head(self) -> bytes:
        """Return the headers that follow the status line, and the empty line."""
        return _lines(self.headers)

    @cached_property
    def repeated_head(self) -> bytes:
        return _lines(self.repeated)

    @cached_property
    def repeated(self) -> Headers:
        return [(name, value) for name, value in self.headers if name.lower() in _REPEATED]

    def is_known_to(self, if_none_match: str) -> bool:
        """Return whether an If-None-Match header matches. Compares weakly, as GET must."""
        tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
        return self.tag in tags or tags == ["*"]

    @property
    def size(self) -> int:
        return len(self.body) + 3 * len(self.head) + _OVERHEAD


class Page:
    """A page in the encodings requested so far. Its plain text is dropped once brotli's output can restore it."""

    def __init__(self, headers: Headers, body: bytes) -> None:
        self._headers = [(name, value) for name, value in headers if name.lower() not in _NOT_CACHED]
        names = {name.lower(): value for name, value in headers}
        if "cache-control" not in names:
            self._headers.append(("Cache-Control", "no-cache"))  # store it, and revalidate each time
        self.varies = len(body) >= compression.MIN_BYTES and compression.is_text(names.get("content-type", ""))
        self.variants: dict[str, Variant] = {}
        self._plain = body
        self._is_html = names.get("content-type", "").startswith("text/html")
        self._lock = threading.Lock()

    def ready(self, encoding: str) -> Variant | None:
        """Return the page in an encoding ("br", "gzip" or "" for none) if it exists."""
        return self.variants.get(encoding if self.varies else "")

    def variant(self, encoding: str) -> Variant:
        """Return the page in an encoding, compressing it the first time, which takes milliseconds."""
        encoding = encoding if self.varies else ""
        with self._lock:
            if encoding not in self.variants:
                plain = self._read()
                body = compression.compress(plain, encoding, best=True) if encoding else plain
                self.variants[encoding] = self._variant(body, encoding)
                if encoding == "br":
                    self._plain = b""
            return self.variants[encoding]

    @cached_property
    def unchecked(self) -> "Page":
        """Return the page with the notice that it is unchecked. Not in `size`, as it is dropped after the outage."""
        return Page(self._headers, _marked(self._read())) if self._is_html else self

    def _read(self) -> bytes:
        return self._plain or brotli.decompress(self.variants["br"].body)

    def _variant(self, body: bytes, encoding: str) -> Variant:
        headers = [*self._headers, ("Content-Length", str(len(body)))]
        if self.varies:
            headers.append(("Vary", "Accept-Encoding"))
        if encoding:
            headers.append(("Content-Encoding", encoding))
        digest = hashlib.sha256(_lines(headers) + body).digest()
        tag = f'"{base64.urlsafe_b64encode(digest[:15]).decode()}"'
        return Variant(tag, [*headers, ("ETag", tag)], body)

    @property
    def size(self) -> int:
        """Return the estimated bytes in memory."""
        plain = 0 if "" in self.variants else len(self._plain)
        return plain + sum(variant.size for variant in list(self.variants.values()))


def _marked(page: bytes) -> bytes:
    """Add the notice, in the page's language, at the top of the text."""
    spoken = _LANGUAGE.search(page)
    with languages.override(spoken[1].decode() if spoken else languages.ENGLISH):
        line = gettext("We could not check that this page is up to date. In an emergency, call 911.")
    card = f'<p class="card card--urgent">{line}</p>\n'.encode()
    return _MAIN.sub(lambda main: main[0] + card, page, count=1)


def _lines(headers: Headers) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode("latin-1") + b"\r\n"
