"""The page's alternates, in the other languages: for the link in the header and for search engines."""

import functools
from contextlib import suppress
from typing import Any, NamedTuple

from django import forms
from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from editorial.text.link_targets import models_by_view
from editorial.text.snapshot import ContentSnapshot
from editorial.values import languages

#: The name of the header's button that posts a form only to show it in another language.
IN_LANGUAGE = "in_language"


class Alternate(NamedTuple):
    """A page in another language or, if it is not translated, its section's list."""

    code: str
    tag: str
    name: str
    path: str
    is_same: bool


def alternates(request: HttpRequest, content: ContentSnapshot) -> list[Alternate]:
    """Return the alternates of a request's page. One query the first time, for a page with editors' text."""
    match = request.resolver_match
    if match is None or not match.view_name:
        return []
    found = []
    for code, name in languages.NAMES.items():
        if code == languages.active():
            continue
        with suppress(NoReverseMatch, DatabaseError):
            read = functools.partial(_path, match.view_name, match.kwargs, code)
            path, is_same = content.cached(read, key=(match.view_name, *match.kwargs.values(), code))
            if path != request.path_info:  # otherwise it has no language: a file, or a page's history
                found.append(Alternate(code, languages.TAGS[code], name, path, is_same))
    return found


def in_language(path: str, code: str) -> str:
    """Return the alternate of an English path; "" if it has none or the database is down."""
    with languages.override(languages.ENGLISH), suppress(Resolver404, NoReverseMatch, DatabaseError):
        match = resolve(path)
        found, _is_same = _path(match.view_name, match.kwargs, code)
        return found if languages.of_path(found) == code else ""
    return ""


def only_changes_language(form: forms.Form) -> bool:
    """Return whether the form was posted only to change the language; then clear its errors."""
    if IN_LANGUAGE not in form.data:
        return False
    form.errors.clear()
    return True


def _path(view: str, kwargs: dict[str, Any], code: str) -> tuple[str, bool]:
    model = models_by_view().get(view)
    if model is None:
        with languages.override(code):
            return reverse(view, kwargs=kwargs), True
    known_as = kwargs["slug"]
    if languages.active() != languages.ENGLISH:
        row = _live(model).at(known_as).first()
        known_as = row.known_as if row else ""
    with languages.override(code):
        if known_as and code == languages.ENGLISH:
            return reverse(view, args=[known_as]), True
        if found := _live(model).filter(slug=known_as).first():
            return found.get_absolute_url(), True
        return reverse(f"{view.partition(':')[0]}:list"), False


def _live(model: Any) -> Any:
    """Return public rows in the active language."""
    return getattr(model.objects, "published", model.objects.in_language)()
