"""The one article that every site shows, and whether it does."""

import gzip
import html
import http.client
import re
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.load import Answer

PATH = "/articles/the-first-72-hours/"
GZIP = {"Accept-Encoding": "gzip"}
_TEXT = re.compile(r'<div class="text">(.*?)</div>\s*</article>', re.DOTALL)


@dataclass(frozen=True)
class Article:
    title: str
    html: str

    @classmethod
    def of(cls, page: str) -> "Article":
        """The article as a page of this site holds it. Raises ValueError where the page holds none."""
        title, text = re.search(r"<h1>(.*?)</h1>", page), _TEXT.search(page)
        if not title or not text:
            raise ValueError("This page has no article.")
        return cls(html.unescape(title[1]), text[1])

    def is_on(self, page: str) -> bool:
        """Whether each paragraph and each point of a list is there. Only letters count: sites differ in the rest."""
        shown = _letters(page)
        blocks = re.findall(r"<(p|li|h2)\b[^>]*>(.*?)</\1>", self.html, re.DOTALL)
        return bool(blocks) and all(_letters(block) in shown for _, block in blocks)


def _letters(markup: str) -> str:
    markup = re.sub(r"<(script|style)\b.*?</\1>", "", markup, flags=re.DOTALL)
    return re.sub(r"[^a-z]", "", html.unescape(re.sub(r"<[^>]*>", "", markup)).lower())


def fetch(url: str, headers: dict[str, str] = GZIP) -> Answer:
    """One request as wrk makes it. Names of headers in small letters. Raises OSError where nobody answers."""
    parts, begin = urlsplit(url), time.monotonic()
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path, headers=headers)
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, response.read(), time.monotonic() - begin)
    finally:
        connection.close()


def text(answer: Answer) -> str:
    packed = answer.headers.get("content-encoding") == "gzip"
    return (gzip.decompress(answer.body) if packed else answer.body).decode()
