"""Says of a view that its page is the same for every reader, so that it may be kept."""

from collections.abc import Callable

from django.http import HttpResponse

View = Callable[..., HttpResponse]


def reading_page(*, query: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Marks a view whose answer depends on nothing but its address and the content.

    It reads no cookie, no session, no header and no clock but for what is published and what is due for review. `query`
    names the parameters it reads; an address with any other is answered afresh.
    """

    def mark(view: View) -> View:
        view.reading_query = frozenset(query)
        return view

    return mark
