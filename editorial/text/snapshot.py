"""Small tables in memory, read once per process and version of the content, so that pages do not query them."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, TypeVar

from django.db import DatabaseError, models

from editorial.models import Clinic, GlossaryTerm, HelpLine, OpeningTime, Source, SpecialDay, pictures, versions
from editorial.models.changes import type_of
from editorial.models.pictures import Picture
from editorial.models.reviewers import Reviewer, SignOff
from editorial.text.glossary import Glossary
from editorial.text.link_targets import LinkTarget, look_up
from editorial.values import languages

Part = TypeVar("Part")


class ContentSnapshot:
    """Read-only rows at one version of the content, in one language. Reading a part can raise DatabaseError."""

    def __init__(self, edition: versions.Edition | None = None) -> None:
        self._edition = edition
        self._sources: dict[str, Source | None] = {}
        self._link_targets: dict[str, LinkTarget | None] = {}
        self._pictures: dict[str, Picture | None] = {}
        self._sign_offs: dict[tuple[str, Any], list[Any]] = {}
        self._cached: dict[object, Any] = {}

    def is_current(self) -> bool:
        """Return whether it is still valid. It expires as cached pages do, in time for scheduled changes."""
        return self._edition is not None and not self._edition.is_stale()

    @cached_property
    def clinic(self) -> Clinic | None:
        """Return the clinic's details, in English if they are not translated, as its number must always show."""
        translated = Clinic.objects.in_language() if languages.active() != languages.ENGLISH else Clinic.objects.none()
        return translated.first() or Clinic.objects.first()

    @cached_property
    def opening_times(self) -> list[OpeningTime]:
        return list(OpeningTime.objects.all())

    @cached_property
    def special_days(self) -> list[SpecialDay]:
        return list(SpecialDay.objects.all())

    @cached_property
    def help_lines(self) -> list[HelpLine]:
        return list(HelpLine.objects.in_language())

    @cached_property
    def glossary(self) -> Glossary:
        return Glossary(GlossaryTerm.objects.in_language())

    @cached_property
    def reviewers(self) -> list[Reviewer]:
        return list(Reviewer.objects.all())

    def sign_offs(self, page: models.Model) -> list[Any]:
        """Return the signatures of a page, newest first, as SignOffQuerySet.compared has them."""
        self.read_sign_offs([page])
        return self._sign_offs[page._meta.label, page.pk]

    def read_sign_offs(self, pages: Iterable[models.Model]) -> None:
        """Read the signatures of several pages of one kind in one query, unless they are cached."""
        missing = [page for page in pages if (page._meta.label, page.pk) not in self._sign_offs]
        if not missing:
            return
        self._sign_offs |= {(page._meta.label, page.pk): [] for page in missing}
        if not self.reviewers:  # without reviewers, no query per page
            return
        keys, label = [page.pk for page in missing], missing[0]._meta.label
        for signed in SignOff.objects.filter(page_type=type_of(missing[0]), page_id__in=keys).compared():
            self._sign_offs[label, signed.page_id].append(signed)

    def sources(self, keys: Iterable[str]) -> dict[str, Source | None]:
        """Return the source of each key, or None."""
        return _looked_up(self._sources, keys, _sources)

    def link_targets(self, names: Iterable[str]) -> dict[str, LinkTarget | None]:
        """Return the page of each link name, or None."""
        return _looked_up(self._link_targets, names, look_up)

    def pictures(self, names: Iterable[str]) -> dict[str, Picture | None]:
        """Return the picture of each name, or None."""
        return _looked_up(self._pictures, names, pictures.named)

    def cached(self, read: Callable[[], Part], key: object = None) -> Part:
        """Cache what `read` returns, by `key` or by itself: for tables of other apps."""
        key = key or read
        if key not in self._cached:
            self._cached[key] = read()
        return self._cached[key]


def _looked_up(known: dict[str, Any], keys: Iterable[str], read: Callable[[list[str]], Any]) -> dict[str, Any]:
    """Return the cached value of each key, or None, after reading the keys that are not cached."""
    keys = list(keys)
    if missing := [key for key in keys if key not in known]:
        found = read(missing)
        known |= {key: found.get(key) for key in missing}
    return {key: known[key] for key in keys}


def _sources(keys: list[str]) -> dict[str, Source]:
    return Source.objects.select_related("superseded_by").in_bulk(keys, field_name="key")


_NOTHING = ContentSnapshot()
_last: dict[str, ContentSnapshot] = {}  # by language


def current() -> ContentSnapshot:
    """Return the current content. One query, two for new content. Raises DatabaseError."""
    language = languages.active()
    if not (snapshot := _last.get(language, _NOTHING)).is_current():
        _last[language] = snapshot = ContentSnapshot(versions.edition())
    return snapshot


def current_or_last() -> ContentSnapshot:
    """Return the current content or, if the database is down, the last snapshot."""
    try:
        return current()
    except DatabaseError:
        return _last.get(languages.active(), _NOTHING)


def forget() -> None:
    """Forget the last snapshot. For tests."""
    _last.clear()
