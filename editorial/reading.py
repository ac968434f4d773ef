"""Marks views whose page is the same for every reader, so that it may be cached."""

from collections.abc import Callable
from typing import TypeVar

View = TypeVar("View", bound=Callable)


def reading_page(*, query: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Mark a view whose answer depends on nothing but its address and the content.

    It reads no cookie, session or header, and no clock except for what is published or due for review. `query` names
    the parameters it reads; an address with any other is not cached.
    """

    def mark(view: View) -> View:
        view.reading_query = frozenset(query)  # type: ignore[attr-defined]  # read by pagecache.rules
        return view

    return mark
