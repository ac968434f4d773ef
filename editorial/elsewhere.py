"""The same page in the other languages, for the link in the header and for search engines."""

import functools
from typing import Any, NamedTuple

from django.db import DatabaseError
from django.db.models import F
from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse

from editorial import languages
from editorial.translated import Translated
from editorial.versions import content_models


class Elsewhere(NamedTuple):
    """A page in another language; its section's list where the page is not translated."""

    code: str
    tag: str
    name: str
    path: str
    is_same: bool


def elsewhere(request: HttpRequest) -> list[Elsewhere]:
    """Return where the page of a request is in the other languages. One query for a page of an editor's words."""
    match = request.resolver_match
    if match is None or not match.view_name:
        return []
    found = []
    for code in (code for code in languages.NAMES if code != languages.active()):
        try:
            path, is_same = _path(match.view_name, match.kwargs, code)
        except (NoReverseMatch, DatabaseError):
            continue
        if path != request.path_info:  # else it is in no language of its own: a file, or the history of a page
            found.append(Elsewhere(code, languages.TAGS[code], languages.NAMES[code], path, is_same))
    return found


def _path(view: str, kwargs: dict[str, Any], code: str) -> tuple[str, bool]:
    model = _models().get(view)
    if model is None or "slug" not in kwargs:
        with languages.speaking(code):
            return reverse(view, kwargs=kwargs), True
    here: Any = getattr(model.objects, "published", model.objects.in_language)()
    row = here.at(kwargs["slug"]).annotate(english_slug=F("slug")).first()
    if row and code == languages.ENGLISH:
        with languages.speaking(code):
            return reverse(view, args=[row.english_slug]), True
    with languages.speaking(code):
        there: Any = getattr(model.objects, "published", model.objects.in_language)()
        if row and (found := there.filter(pk=row.pk).first()):
            return found.get_absolute_url(), True
        return reverse(f"{view.partition(':')[0]}:list"), False


@functools.cache
def _models() -> dict[str, Any]:
    """Return the kinds of pages with words of editors, by the view that shows them."""
    with languages.speaking(languages.ENGLISH):
        return {
            resolve(model(slug="x").get_absolute_url()).view_name: model
            for model in _translated()
            if hasattr(model, "get_absolute_url")
        }


def _translated() -> list[Any]:
    return [model for model in content_models() if issubclass(model, Translated)]
