"""Small tables in memory: the clinic, help lines, words, sources and what other rooms keep with them.

Each process reads them once for each version of the content, so that rendering a page does not ask for them again.
"""

import time
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, TypeVar

from django.db import DatabaseError

from editorial import versions
from editorial.glossary import Glossary
from editorial.models import Clinic, GlossaryTerm, HelpLine, OpeningTime, Source, SpecialDay

Part = TypeVar("Part")


class ContentSnapshot:
    """Rows at one version of the content, to show and never to change or save.

    Each part is read when it is first asked for, which raises DatabaseError where there is no database.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._expires = time.monotonic() + versions.LONGEST.total_seconds()
        self._sources: dict[str, Source | None] = {}
        self._kept: dict[Callable[[], Any], Any] = {}

    def is_current(self, number: int) -> bool:
        """Whether this is that version, and no older than a finished page may be: rows changed by hand must show."""
        return self.number == number and time.monotonic() < self._expires

    @cached_property
    def clinic(self) -> Clinic | None:
        return Clinic.objects.first()

    @cached_property
    def opening_times(self) -> list[OpeningTime]:
        return list(OpeningTime.objects.all())

    @cached_property
    def special_days(self) -> list[SpecialDay]:
        return list(SpecialDay.objects.all())

    @cached_property
    def help_lines(self) -> list[HelpLine]:
        return list(HelpLine.objects.all())

    @cached_property
    def glossary(self) -> Glossary:
        return Glossary(GlossaryTerm.objects.all())

    def sources(self, keys: Iterable[str]) -> dict[str, Source | None]:
        """The source of each key; None where there is none."""
        keys = list(keys)
        if missing := [key for key in keys if key not in self._sources]:
            found = Source.objects.in_bulk(missing, field_name="key")
            self._sources |= {key: found.get(key) for key in missing}
        return {key: self._sources[key] for key in keys}

    def keep(self, read: Callable[[], Part]) -> Part:
        """What `read` returns, read once: for tables of the rooms above."""
        if read not in self._kept:
            self._kept[read] = read()
        return self._kept[read]


_last = ContentSnapshot(number=-1)


def current() -> ContentSnapshot:
    """The content as it is now. One query; raises DatabaseError where there is no database."""
    global _last
    number = versions.number()
    if not (snapshot := _last).is_current(number):
        _last = snapshot = ContentSnapshot(number)
    return snapshot


def current_or_last() -> ContentSnapshot:
    """The content as it is now or, where the database cannot be asked, as it last was."""
    try:
        return current()
    except DatabaseError:
        return _last


def forget() -> None:
    """For tests, whose databases come and go."""
    global _last
    _last = ContentSnapshot(number=-1)
