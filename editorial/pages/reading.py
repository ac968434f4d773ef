"""The basics of pages for readers: request type, language, cacheable views and pagination."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from editorial.values import languages

View = TypeVar("View", bound=Callable)


class LanguageMiddleware:
    """Activates the language of the path. Cookies and Accept-Language have no effect."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = languages.of_path(request.path_info)
        with languages.override(language):
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
    """Mark a view for GET and HEAD whose response depends only on its URL and the content, so that it can be cached.

    It reads no cookie, session or header, and no clock except for publication and review dates. `query` names the
    parameters it reads; URLs with others are not cached.
    """

    def mark(view: View) -> View:
        safe = require_safe(view)
        safe.reading_query = frozenset(query)  # type: ignore[attr-defined]  # read by pagecache.rules
        return safe

    return mark


def list_page(request: HttpRequest, rows: QuerySet | list[Any], size: int) -> tuple[list[Any], dict[str, Any]]:
    """Return the rows of the page in `?page=`, with its `number` and `has_next` for the template. Raises Http404."""
    asked = request.GET.get("page", "1")
    if not re.fullmatch(r"[1-9][0-9]{0,5}", asked):
        raise Http404
    begin = (int(asked) - 1) * size
    found = list(rows[begin : begin + size + 1])  # one extra row instead of a slow count
    if begin and not found:
        raise Http404
    return found[:size], {"number": int(asked), "has_next": len(found) > size}
