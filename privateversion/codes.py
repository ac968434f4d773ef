"""Neutral addresses: a short code for each page, the same on every machine and after every restart."""

import hashlib
import re
from functools import lru_cache

from editorial.models import versions
from guide.sitemaps import reader_paths

PREFIX = "/n/"
#: No vowels and no digits that look like them, so that no code spells a word.
LETTERS = "bcdfghjkmnpqrstvwxz23456789"
LENGTH = 8

_ADDRESS = re.compile(rf"{PREFIX}([{LETTERS}]{{{LENGTH}}})/")
_paths_by_code: dict[str, str] = {}
_listed: versions.Edition | None = None


def private(path: str) -> str:
    """Return the private address of a page's path."""
    return f"{PREFIX}{short(path, LENGTH)}/"


def plain(address: str) -> str | None:
    """Return the path behind a private address, or None if there is no such page."""
    found = _ADDRESS.fullmatch(address)
    if not found:
        return None
    if found[1] not in _paths_by_code:  # published since all pages were last listed, or unknown
        _list_again()
    return _paths_by_code.get(found[1])


@lru_cache(maxsize=4096)
def short(text: str, length: int) -> str:
    """Return a hash of the text, `length` letters long. It is not secret: the pages are public."""
    number, base = int.from_bytes(hashlib.sha256(text.encode()).digest()), len(LETTERS)
    return "".join(LETTERS[number // base**place % base] for place in range(length))


def forget() -> None:
    """List all pages again at the next lookup. For tests."""
    global _listed
    _paths_by_code.clear()
    _listed = None


def _list_again() -> None:
    """List all pages, but only after a change of content, so that a wrong guess costs one query."""
    global _listed
    if _listed is None or _listed.is_stale():
        edition = versions.edition()
        _paths_by_code.update((short(path, LENGTH), path) for path in reader_paths())
        _listed = edition  # last, so that a failed listing is repeated
