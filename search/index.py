"""The full-text index, in whichever database the site has: one interface, the same results."""

from types import ModuleType

from django.db import connection

from search import in_postgresql, in_sqlite
from search.match import MARK, UNMARK, Match
from search.models import SearchEntry

__all__ = ["MARK", "UNMARK", "Match", "clear", "find", "holds", "put", "remove"]

_PLACES = {"sqlite": in_sqlite, "postgresql": in_postgresql}


def put(entry: SearchEntry) -> None:
    """Adds the entry's words, or replaces what was there."""
    _place().put(entry)


def remove(entry: SearchEntry) -> None:
    _place().remove(entry)


def clear() -> None:
    _place().clear()


def find(terms: list[list[str]], *, all_of_them: bool, limit: int) -> list[Match]:
    """Live entries, best first, that hold all terms or any; of each term one spelling is enough.

    Spellings are letters and digits only, so no operator of the query language gets in.
    """
    return _place().find(terms, all_of_them=all_of_them, limit=limit) if terms else []


def holds(word: str, *, in_text: bool) -> bool:
    """Whether a live entry holds the word, in any form English gives it; `in_text`: not only as another name."""
    return _place().holds(word, in_text=in_text)


def _place() -> ModuleType:
    return _PLACES[connection.vendor]
