"""What readers' pages have in common: their requests, their language, and whether they are the same for everybody."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from editorial.values import languages

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


class ListPage(NamedTuple):
    """Some rows of a long list, and the number of this part, from 1 on."""

    rows: list[Any]
    number: int
    has_next: bool


def list_page(request: HttpRequest, rows: QuerySet | list[Any], size: int) -> ListPage:
    """Return the part of a list that `?page=` asks for. Raises Http404 if it has none."""
    asked = request.GET.get("page", "1")
    if not re.fullmatch(r"[1-9][0-9]{0,5}", asked):
        raise Http404
    begin = (int(asked) - 1) * size
    found = list(rows[begin : begin + size + 1])  # one row ahead: to count all gets slower with each row
    if begin and not found:
        raise Http404
    return ListPage(found[:size], int(asked), len(found) > size)
