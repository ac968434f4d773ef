"""What readers' pages have in common: their requests, their language, and whether they are the same for everybody."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse

from editorial import languages

View = TypeVar("View", bound=Callable)


class LanguageMiddleware:
    """Makes a page speak the language that its path begins with. Cookies and the browser's wishes decide nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = languages.of_path(request.path_info)
        with languages.speaking(language):
            response = self.get_response(request)
        if language != languages.ENGLISH:
            response.headers.setdefault("Content-Language", languages.TAGS[language])
        return response


class ReaderRequest(HttpRequest):
    """A request with what privateversion.middleware adds to it."""

    environ: dict[str, Any]  # WSGI's own
    is_private: bool
    private_address: str  # of this page's private version, if it has one
    outside: Callable[[str], str]  # the address for a link from a saved file


def reading_page(*, query: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Mark a view whose response depends on nothing but its address and the content.

    It reads no cookie, session or header, and no clock except for what is published or due for review. `query` names
    the parameters it reads; an address with any other is not cached.
    """

    def mark(view: View) -> View:
        view.reading_query = frozenset(query)  # type: ignore[attr-defined]  # read by pagecache.rules
        return view

    return mark
