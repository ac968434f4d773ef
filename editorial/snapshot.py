"""What many pages show and few changes touch: the clinic, help lines, words, sources.

Read once for each version of the content, in each process, so that a page that is made anew does not ask for them.
"""

import time
from collections.abc import Iterable
from functools import cached_property

from django.db import DatabaseError
from markupsafe import Markup

from editorial import versions
from editorial.glossary import Glossary
from editorial.models import Clinic, GlossaryTerm, HelpLine, OpeningTime, Source, SpecialDay


class Standing:
    """Rows as they stand at one version of the content. They are for showing: nobody may change or save them.

    Each part is read when it is first asked for, which raises DatabaseError where there is no database.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._good_until = time.monotonic() + versions.LONGEST.total_seconds()
        self._sources: dict[str, Source | None] = {}
        #: Entries of the list of sources, by key and number, as the one macro for them makes them (editorial.tags).
        self.entries: dict[tuple[str, int], Markup] = {}

    def is_good(self, number: int) -> bool:
        """Whether this is of that version, and not so old that rows changed by hand would stay unseen for longer than
        a finished page keeps them."""
        return self.number == number and time.monotonic() < self._good_until

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
    def _glossary(self) -> Glossary:
        return Glossary(GlossaryTerm.objects.all())

    def glossary(self) -> Glossary:
        """All words, for one page: it has explained none of them yet."""
        return self._glossary.for_another_page()

    def sources(self, keys: Iterable[str]) -> dict[str, Source | None]:
        """The source of each key; None where there is none."""
        keys = list(keys)
        if missing := [key for key in keys if key not in self._sources]:
            found = Source.objects.in_bulk(missing, field_name="key")
            self._sources |= {key: found.get(key) for key in missing}
        return {key: self._sources[key] for key in keys}


_known = Standing(number=-1)


def current() -> Standing:
    """What stands now. One query; raises DatabaseError where there is no database."""
    global _known
    number = versions.number()
    if not (standing := _known).is_good(number):
        _known = standing = Standing(number)
    return standing


def current_or_last() -> Standing:
    """What stands now, or where the database cannot be asked, what stood when it last could."""
    try:
        return current()
    except DatabaseError:
        return _known


def forget() -> None:
    """Everything is read anew. For tests, whose databases come and go."""
    global _known
    _known = Standing(number=-1)
