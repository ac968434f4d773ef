"""The full-text index: one interface for SQLite and PostgreSQL, with the same results."""

from types import ModuleType

from django.db import connection
from django.db.models.expressions import RawSQL

from search import in_postgresql, in_sqlite
from search.models import Entry, Match

_BACKENDS = {"sqlite": in_sqlite, "postgresql": in_postgresql}


def put(entry: Entry) -> None:
    """Add the entry's words, or replace those it had."""
    _backend().put(entry)


def remove(entry: Entry) -> None:
    _backend().remove(entry)


def clear() -> None:
    _backend().clear()


def find(terms: list[list[str]], *, all_of_them: bool, limit: int) -> list[Match]:
    """Return live entries, best first, that hold all terms or any; one spelling of each term is enough.

    Spellings are letters and digits only, so no operator of the query language gets in.
    """
    return _backend().find(terms, all_of_them=all_of_them, limit=limit) if terms else []


def holds(word: str, *, in_text: bool) -> bool:
    """Return whether a live entry holds the word, in any inflection; `in_text`: in its title or text."""
    return _backend().holds(word, in_text=in_text)


def having(words: list[str]) -> RawSQL | list[int]:
    """Return the keys of entries, live or not, that hold a word beginning like each of these; none without a word."""
    return _backend().having(words) if words else []


def _backend() -> ModuleType:
    return _BACKENDS[connection.vendor]
