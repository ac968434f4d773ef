"""Find the pages that texts link by name, as in [[stage:peak-withdrawal]], also after their slug has changed."""

import datetime
import functools
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Q, Value
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from rapidfuzz import fuzz, process

from editorial.models import OldAddress
from editorial.models.translated import Translated
from editorial.models.versions import content_models
from editorial.values import languages

_NAME = re.compile(r"([a-z]+):([\w-]+)")
Name = tuple[str, str]  # kind and slug


class LinkTarget(NamedTuple):
    """A page to link to: in the active language or, if it is not translated, in English."""

    path: str
    title: str
    status: str
    published_at: datetime.datetime | None
    language: str = languages.ENGLISH

    def is_live(self) -> bool:
        return self.status == "published" and self.published_at is not None and self.published_at <= timezone.now()


def kinds() -> dict[str, Any]:
    """Return the models that can be linked by name, by their kind in links."""
    return {model.linked_as[0]: model for model in content_models() if hasattr(model, "linked_as")}


@functools.cache
def models_by_view() -> dict[str, Any]:
    """Return the translated models with pages by the name of their view."""
    with languages.override(languages.ENGLISH):
        models: list[Any] = [model for model in content_models() if issubclass(model, Translated)]
        pages = [model for model in models if hasattr(model, "get_absolute_url")]
        return {resolve(model(slug="x").get_absolute_url()).view_name: model for model in pages}


def look_up(names: Iterable[str]) -> dict[str, LinkTarget | None]:
    """Return the page of each name, or None. One query; three if a slug changed; outside English, one more."""
    models, names = kinds(), list(names)
    wanted = {name: (match[1], match[2]) for name in names if (match := _NAME.fullmatch(name)) and match[1] in models}
    found = _read(models, wanted.values())
    missing = {_path(models, name): name for name in wanted.values() if name not in found}
    if missing:
        moved = OldAddress.objects.filter(path__in=missing).values_list("path", "leads_to")
        renamed: dict[Name, Name] = {}
        with languages.override(languages.ENGLISH):
            for path, now in moved:
                kind, slug = missing[path]
                renamed[kind, slug] = kind, resolve(now).kwargs.get("slug", "")
        pages = _read(models, renamed.values())
        found |= {old: pages[new] for old, new in renamed.items() if new in pages}
    if languages.active() != languages.ENGLISH:
        found |= _translated(models, found)
    return {name: found.get(wanted[name]) if name in wanted else None for name in names}


def similar(name: str) -> list[str]:
    """Return the names of up to three pages that have a word of this name, the most similar first."""
    words = re.findall(r"[a-z]{4,}", name.rpartition(":")[2].lower())
    has_word = Q(*(("slug__contains", word) for word in words[:5]), pk=None, _connector=Q.OR)
    found = [
        f"{kind}:{slug}"
        for kind, model in kinds().items()
        for slug in model._default_manager.filter(has_word).order_by("slug").values_list("slug", flat=True)
    ]
    return [near for near, *_ in process.extract(name, found, scorer=fuzz.ratio, limit=3)]


def _read(models: dict[str, Any], names: Iterable[Name]) -> dict[Name, LinkTarget]:
    queries = []
    for kind, slugs in _by_kind(names).items():
        found = models[kind]._default_manager.filter(slug__in=slugs).order_by()
        queries.append(found.values_list(Value(kind), "slug", *models[kind].linked_as[1:]))
    rows = queries[0].union(*queries[1:], all=True) if queries else ()
    return {(kind, slug): LinkTarget(_path(models, (kind, slug)), *row) for kind, slug, *row in rows}


def _translated(models: dict[str, Any], names: Iterable[Name]) -> dict[Name, LinkTarget]:
    queries = []
    for kind, slugs in _by_kind(names).items():
        found = models[kind].objects.published().filter(slug__in=slugs).order_by()
        queries.append(found.values_list(Value(kind), "slug", "words_slug", "words_title"))
    rows = queries[0].union(*queries[1:], all=True) if queries else ()
    live = "published", timezone.now(), languages.active()
    return {
        (kind, slug): LinkTarget(models[kind](slug=own).get_absolute_url(), title, *live)
        for kind, slug, own, title in rows
    }


def _by_kind(names: Iterable[Name]) -> dict[str, set[str]]:
    slugs: dict[str, set[str]] = {}
    for kind, slug in names:
        slugs.setdefault(kind, set()).add(slug)
    return slugs


def _path(models: dict[str, Any], name: Name) -> str:
    with languages.override(languages.ENGLISH):
        return models[name[0]](slug=name[1]).get_absolute_url()


def name_or_path(path: str) -> tuple[str, str]:
    """Return the link name of the page at an English path; "" if it has none, with its path in the active language."""
    with languages.override(languages.ENGLISH):
        try:
            match = resolve(path)
        except Resolver404:
            return "", path
    kind = getattr(models_by_view().get(match.view_name), "linked_as", ("",))[0]
    if kind and "slug" in match.kwargs:
        return f"{kind}:{match.kwargs['slug']}", path
    return "", path if match.kwargs else reverse(match.view_name)
