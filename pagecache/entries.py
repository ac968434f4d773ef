"""A finished page as it goes out, in each encoding, with its tag."""

import base64
import hashlib
import json
import threading
import time
from dataclasses import dataclass
from functools import cached_property

import brotli

from pagecache import compression

#: Not the page's own: the server writes these, or they are made anew for each encoding.
_OURS = {"content-length", "content-encoding", "etag", "vary", "date", "connection"}
#: What a "not modified" repeats (RFC 9110, 15.4.5).
_REPEATED = {"cache-control", "content-location", "etag", "expires", "vary"}
#: Bytes that an entry holds besides its texts, at a guess.
_OVERHEAD = 2048

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Variant:
    """One encoding of a page. `tag` is strong: it names these very bytes and the headers that come with them."""

    tag: str
    headers: Headers
    body: bytes

    @cached_property
    def head(self) -> bytes:
        """The headers as they stand behind the status line, and the empty line."""
        return _lines(self.headers)

    @cached_property
    def repeated_head(self) -> bytes:
        return _lines(self.repeated)

    @cached_property
    def repeated(self) -> Headers:
        return [(name, value) for name, value in self.headers if name.lower() in _REPEATED]

    def is_known_to(self, if_none_match: str) -> bool:
        """Whether a reader who sends this header holds these bytes already. Compares weakly, as GET must."""
        tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
        return self.tag in tags or tags == ["*"]

    @property
    def size(self) -> int:
        return len(self.body) + 3 * len(self.head) + _OVERHEAD


class Page:
    """A page in the encodings that were asked for so far. The best one is made first, and the others from it."""

    def __init__(self, headers: Headers, body: bytes) -> None:
        self._headers = [(name, value) for name, value in headers if name.lower() not in _OURS]
        names = {name.lower(): value for name, value in headers}
        if "cache-control" not in names:
            self._headers.append(("Cache-Control", "no-cache"))  # keep it, and ask each time whether it is still true
        self.varies = len(body) >= compression.WORTH_IT and compression.is_text(names.get("content-type", ""))
        self.variants: dict[str, Variant] = {}
        self.used_at = time.monotonic()
        self.until = float("inf")  # seconds since 1970: when it ends, where another process said so
        self._plain = body
        self._making = threading.Lock()

    @classmethod
    def unpacked(cls, packed: bytes) -> "Page":
        """What `packed` made, in another process perhaps: the same bytes go out, with the same tags."""
        head, _, body = packed.partition(b"\n")
        encoding, headers = json.loads(head)
        page = cls(headers, brotli.decompress(body) if encoding else body)
        page.variants[encoding] = page._variant(body, encoding)
        page._plain = b"" if encoding else body
        return page

    def packed(self) -> bytes:
        """As small as it gets, in one piece."""
        encoding = "br" if self.varies else ""
        return json.dumps([encoding, self._headers]).encode() + b"\n" + self.variant(encoding).body

    def ready(self, encoding: str) -> Variant | None:
        """The page in an encoding ("br", "gzip", or "" for none), where it has been made before."""
        return self.variants.get(encoding if self.varies else "")

    def variant(self, encoding: str) -> Variant:
        """The page in an encoding. Takes milliseconds the first time; whoever asks meanwhile waits for that one."""
        encoding = encoding if self.varies else ""
        with self._making:
            if encoding not in self.variants:
                plain = self._plain or brotli.decompress(self.variants["br"].body)
                body = compression.compress(plain, encoding, best=True) if encoding else plain
                self.variants[encoding] = self._variant(body, encoding)
                if encoding == "br":
                    self._plain = b""  # can be had from these bytes, which are a fifth of it
            return self.variants[encoding]

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
        """Bytes in memory, near enough."""
        plain = 0 if "" in self.variants else len(self._plain)
        return plain + sum(variant.size for variant in list(self.variants.values()))


def _lines(headers: Headers) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode("latin-1") + b"\r\n"
