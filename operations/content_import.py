"""Make rows what files say: each page with its rows in a revision of its own, and nothing left over."""

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import reversion
from django.core.exceptions import ValidationError
from django.db import models

from articles.models import Article, Topic
from editorial.loading.content_files import Entry, Values
from editorial.models import Clinic, GlossaryTerm, HelpLine, Source
from editorial.models.addresses import moved
from editorial.models.changes import ChangeRecord
from editorial.text.digests import NOT_SEEN
from editorial.workflow import revisions
from editorial.workflow.change_kinds import record
from editorial.workflow.publishing import ReviewedPage
from phases.models import Phase, Symptom, TreatmentOption
from translations.models import Translation

PAGES = (Article, Phase, TreatmentOption, Translation)
#: What goes if no file has it, in this order: what rests on others goes before them.
REMOVED = (*PAGES, Topic, HelpLine, GlossaryTerm, Source)
EMERGENCY_NUMBER = "911"


class ContentError(Exception):
    """The files cannot be taken as they are; nothing was changed. The message says why, a line for each reason."""


@dataclass(frozen=True)
class Outcome:
    """What an import does with a row: "added", "changed" with the names of its fields, "archived" or "deleted"."""

    what: str
    row: str
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.what:9}{self.row}{': ' if self.fields else ''}{', '.join(self.fields)}"


class Import:
    """One import, inside of a transaction. The revision of a page opens at the first change to it or its rows."""

    def __init__(self, note: str, kind: str) -> None:
        self.note, self.kind = note, kind
        self.outcomes: list[Outcome] = []
        self.last = ""  # what was taken last, for a message
        self._problems: list[str] = []
        self._named: dict[Any, set[Any]] = {model: set() for model in REMOVED}
        self._revision = ExitStack()
        self._begin(None, is_new=False)

    def take_all(self, entries: Iterable[Entry]) -> None:
        """Take entries in order, each before the next is read, as it may belong to a row of one before."""
        with self._revision:
            for entry in entries:
                self._take(entry)
            self._end()

    def finish(self) -> None:
        """Take away what no file has, and check every page as it is now. Raises ContentError."""
        with self._revision:
            for model in REMOVED:
                for row in model._default_manager.exclude(pk__in=self._named[model]):
                    self._remove(row)
        for page_model in PAGES:
            for page in page_model._default_manager.exclude(status=ReviewedPage.Status.ARCHIVED):
                self._check(page)
                for name in getattr(page, "kept_with", ()):
                    for row in getattr(page, name).all():
                        self._check(row)
        if self._problems:
            raise ContentError("\n".join(dict.fromkeys(self._problems)))

    def _take(self, entry: Entry) -> None:
        unknown = entry.values.keys() - _fields(entry)
        if unknown:
            raise ContentError(f"{entry.key} has no field named {', '.join(sorted(unknown))}.")
        if not entry.is_part:
            self._end()
        row = _renamed(entry) or entry.model._default_manager.filter(**entry.key).first()
        is_new = row is None
        row = row or entry.model(**entry.key)
        if not entry.is_part:
            self._begin(row, is_new=is_new)
        if is_new or (different := _different(row, entry)):
            self._open()
            self._is_told |= is_new or bool(set(different) - NOT_SEEN | set(different) & {"status"})
            for name in _fields(entry):
                setattr(row, name, _wanted(entry, name))
            self._check(row)
            row.save()
            _relate(row, entry)
            self.outcomes.append(
                Outcome("added", _label(row)) if is_new else Outcome("changed", _label(row), different)
            )
        self.last = _label(row)
        (self._parts if entry.is_part else self._named.get(entry.model, set())).add(row.pk)

    def _begin(self, page: Any, *, is_new: bool) -> None:
        self._page, self._is_new, self._is_open, self._is_told = page, is_new, False, False
        self._parts: set[Any] = set()

    def _open(self) -> None:
        """Open the revision of the page, unless it is open."""
        if self._is_open:
            return
        self._is_open = True
        if not self._is_new:
            revisions.keep(self._page)
        self._revision.enter_context(reversion.create_revision())
        reversion.set_comment(self.note or "From files.")

    def _end(self) -> None:
        """Take away rows of the page that its file does not have, record its change, and close its revision."""
        page = self._page
        if isinstance(page, Phase):
            for row in Symptom.objects.filter(phase=page).exclude(pk__in=self._parts):
                self._open()
                self._is_told = True
                self.outcomes.append(Outcome("deleted", _label(row)))
                row.delete()
        if self._is_open:
            if isinstance(page, Clinic):
                page.list_hours()
            page.save()
            if isinstance(page, ReviewedPage) and page.is_published() and self._is_told:
                record(page, ChangeRecord.Kind.NEW if self._is_new else self.kind, note=self.note)
            self._revision.close()
        self._begin(None, is_new=False)

    def _remove(self, row: Any) -> None:
        """Archive a page; delete another row, which its last revision can bring back."""
        if isinstance(row, HelpLine) and row.slug == EMERGENCY_NUMBER:
            self._problems.append("911 must stay among the help lines.")
        elif not isinstance(row, ReviewedPage):
            revisions.keep(row)
            self.outcomes.append(Outcome("deleted", _label(row)))
            row.delete()
        elif row.status != ReviewedPage.Status.ARCHIVED:
            revisions.keep(row)
            with reversion.create_revision():
                row.status = ReviewedPage.Status.ARCHIVED
                row.save()
                reversion.set_comment(self.note or "From files.")
                record(row, ChangeRecord.Kind.ARCHIVED, note=self.note)
            self.outcomes.append(Outcome("archived", _label(row)))

    def _check(self, row: Any) -> None:
        try:
            row.clean_fields()  # alone first: the rest may need dates to be dates
            row.full_clean()
        except ValidationError as error:
            for name, reasons in error.message_dict.items():
                self._problems += [f"{_label(row)}, {name}: {reason}" for reason in reasons]


def _label(row: Any) -> str:
    return f"{row._meta.verbose_name} {getattr(row, 'slug', '') or getattr(row, 'key', '') or row}"


def _fields(entry: Entry) -> set[str]:
    """Return the fields that a file decides on, by what it says or by leaving them out."""
    fields = {field.name for field in entry.model._meta.concrete_fields if field.editable and not field.primary_key}
    return fields - entry.key.keys()


def _wanted(entry: Entry, name: str) -> Any:
    return entry.values[name] if name in entry.values else entry.model._meta.get_field(name).get_default()


def _different(row: models.Model, entry: Entry) -> tuple[str, ...]:
    """Return the names of what differs between a row and its file."""
    found = [name for name in sorted(_fields(entry)) if _plain(getattr(row, name)) != _plain(_wanted(entry, name))]
    found += [name for name, rows in entry.related.items() if set(getattr(row, name).all()) != set(rows)]
    return (*found, *(name for name, rows in entry.rows.items() if _rows_of(row, name) != rows))


def _plain(value: Any) -> Any:
    """Return the same for a text from a file and for one that came through a form."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _rows_of(row: Any, accessor: str) -> list[Values]:
    rows = getattr(row, accessor)
    names = [field.name for field in rows.model._meta.concrete_fields if not (field.primary_key or field.is_relation)]
    return [{name: getattr(each, name) for name in names} for each in rows.all()]


def _relate(row: Any, entry: Entry) -> None:
    for name, rows in entry.related.items():
        getattr(row, name).set(rows)
    for name in entry.rows:
        related = getattr(row, name)
        related.all().delete()
        for values in entry.rows[name]:
            each = related.model(**{related.field.name: row}, **values)
            each.full_clean()
            each.save()


def _renamed(entry: Entry) -> Any:
    """Return the row under the slug that the file gave it earlier, with its new one; None if there is none."""
    rows = entry.model._default_manager
    for old in entry.was:
        row = rows.filter(slug=old).first()
        if row and not rows.filter(**entry.key).exists():
            before, row.slug = row.get_absolute_url(), entry.key["slug"]
            row.save()
            moved(before, row.get_absolute_url())
            return row
    return None
