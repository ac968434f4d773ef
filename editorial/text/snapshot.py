"""Small tables cached in memory: the clinic, help lines, words, sources, and those that other apps add.

Each process reads them once for each version of the content, so that rendering a page does not query them again.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, TypeVar

from django.db import DatabaseError, models

from editorial.models import (
    Clinic,
    GlossaryTerm,
    HelpLine,
    OpeningTime,
    Picture,
    Reviewer,
    SignOff,
    Source,
    SpecialDay,
    pictures,
    versions,
)
from editorial.models.changes import type_of
from editorial.text.glossary import Glossary
from editorial.text.named import Named, look_up
from editorial.values import languages

Part = TypeVar("Part")


class ContentSnapshot:
    """Read-only rows at one version of the content, in one language.

    Each part is read on first use, which raises DatabaseError if the database is down.
    """

    def __init__(self, edition: versions.Edition | None = None) -> None:
        self._edition = edition
        self._sources: dict[str, Source | None] = {}
        self._named: dict[str, Named | None] = {}
        self._pictures: dict[str, Picture | None] = {}
        self._sign_offs: dict[tuple[str, Any], list[Any]] = {}
        self._cached: dict[object, Any] = {}

    def is_current(self) -> bool:
        """Return whether it may still be shown. It ends as cached pages do, in time for what is scheduled."""
        return self._edition is not None and not self._edition.is_stale()

    @cached_property
    def clinic(self) -> Clinic | None:
        """Return the clinic's details. Its number shows in every language, translated or not."""
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
        """Return the signatures under the texts of a page, newest first, as SignOffQuerySet.compared has them."""
        self.read_sign_offs([page])
        return self._sign_offs[page._meta.label, page.pk]

    def read_sign_offs(self, pages: Iterable[models.Model]) -> None:
        """Read those of several pages of one kind in one query, unless they are known."""
        missing = [page for page in pages if (page._meta.label, page.pk) not in self._sign_offs]
        if not missing:
            return
        self._sign_offs |= {(page._meta.label, page.pk): [] for page in missing}
        if not self.reviewers:  # one query for all pages of a clinic that has none
            return
        keys, label = [page.pk for page in missing], missing[0]._meta.label
        for signed in SignOff.objects.filter(page_type=type_of(missing[0]), page_id__in=keys).compared():
            self._sign_offs[label, signed.page_id].append(signed)

    def sources(self, keys: Iterable[str]) -> dict[str, Source | None]:
        """Return the source of each key, or None."""
        return _looked_up(self._sources, keys, _sources)

    def named(self, names: Iterable[str]) -> dict[str, Named | None]:
        """Return the page that each name in double brackets means, or None."""
        return _looked_up(self._named, names, look_up)

    def pictures(self, names: Iterable[str]) -> dict[str, Picture | None]:
        """Return the picture of each name, or None."""
        return _looked_up(self._pictures, names, pictures.named)

    def keep(self, read: Callable[[], Part], key: object = None) -> Part:
        """Return what `read` returns, called once, or once for a key: for tables of other apps."""
        key = key or read
        if key not in self._cached:
            self._cached[key] = read()
        return self._cached[key]


def _looked_up(known: dict[str, Any], keys: Iterable[str], read: Callable[[list[str]], Any]) -> dict[str, Any]:
    """Return what is known of each key, or None, once those that were never asked for are read."""
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
    """Return the current content or, if the database is down, the last that was read."""
    try:
        return current()
    except DatabaseError:
        return _last.get(languages.active(), _NOTHING)


def forget() -> None:
    """Forget the last snapshot. For tests, which replace the database."""
    _last.clear()
