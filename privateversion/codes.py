"""Addresses that say nothing: a short code for each page, the same on every machine and after every restart."""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache

from django.urls import reverse

from editorial import versions
from guide.sitemaps import SITEMAPS

PREFIX = "/n/"
#: No vowels and nothing that reads like one, so that no code spells a word.
LETTERS = "bcdfghjkmnpqrstvwxz23456789"
LENGTH = 8
#: Pages a reader can come to that no search engine is told of.
UNLISTED = ("search:search", "callbacks:sent", "callbacks:correct", "callbacks:withdraw", "leave", "guide-file")

_ADDRESS = re.compile(rf"{PREFIX}([{LETTERS}]{{{LENGTH}}})/")
_known: dict[str, str] = {}
_looked_for: versions.Edition | None = None


def private(path: str) -> str:
    """The private address of a page's own path."""
    return f"{PREFIX}{short(path, LENGTH)}/"


def plain(address: str) -> str | None:
    """The page's own path behind a private address, or None where there is no such page."""
    found = _ADDRESS.fullmatch(address)
    if not found:
        return None
    if found[1] not in _known:  # published since this process last looked, or nobody's
        _look_again()
    return _known.get(found[1])


@lru_cache(maxsize=4096)
def short(text: str, length: int) -> str:
    """So many letters that stand for the text. Not secret: anybody may open the page that they lead to."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest())
    letters = []
    for _ in range(length):
        number, place = divmod(number, len(LETTERS))
        letters.append(LETTERS[place])
    return "".join(letters)


def _look_again() -> None:
    """Lists all pages, but only if there can be new ones: a stranger's guess costs a query and no more."""
    global _looked_for
    if _looked_for is None or _looked_for.is_over():
        edition = versions.edition()
        _known.update((short(path, LENGTH), path) for path in _paths())
        _looked_for = edition  # only now: a listing that broke off is made again


def _paths() -> Iterator[str]:
    for sitemap in SITEMAPS.values():
        for item in sitemap.items():
            yield sitemap.location(item)
    for name in UNLISTED:
        yield reverse(name)
