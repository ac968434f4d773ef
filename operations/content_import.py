"""Import content from files: each page with its rows in one revision; rows in no file are removed."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import models

from articles.models import Article, Topic
from editorial.loading.content_files import Entry, Values
from editorial.loading.page_changes import PageChange
from editorial.models import Clinic, GlossaryTerm, HelpLine, Source
from editorial.models.addresses import add_redirect
from editorial.text.checks import check_doses, check_sources
from editorial.workflow import revisions
from editorial.workflow.publishing import ReviewedPage
from phases.models import Phase, Symptom, TreatmentOption
from translations.models import Translation

PAGES = (Article, Phase, TreatmentOption, Translation)
#: Models whose rows are removed if they are in no file; dependent ones first.
REMOVED = (*PAGES, Topic, HelpLine, GlossaryTerm, Source)
EMERGENCY_NUMBER = "911"


class ContentError(CommandError):
    """The files cannot be imported; nothing was changed. The message has a line for each reason."""


@dataclass(frozen=True)
class Outcome:
    """What an import does with a row: "added", "changed" with the names of its fields, "archived" or "deleted"."""

    what: str
    row: str
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.what:9}{self.row}{': ' if self.fields else ''}{', '.join(self.fields)}"


class Import:
    """One import, inside a transaction. A page is kept at the first change to it or its rows."""

    def __init__(self, note: str, kind: str) -> None:
        self.note, self.kind = note, kind
        self.outcomes: list[Outcome] = []
        self.last = ""  # the current entry, for error messages
        self.problems: list[str] = []
        self._named: dict[Any, set[Any]] = defaultdict(set)
        self._renamed: dict[tuple[Any, str], str] = {}  # who has it, by model and earlier slug

    def finish(self) -> None:
        """Remove rows that are in no file, and check every page. Raises ContentError."""
        for model in REMOVED:
            for row in model._default_manager.exclude(pk__in=self._named[model]):
                self._remove(row)
        for page_model in PAGES:
            for page in page_model._default_manager.exclude(status=ReviewedPage.Status.ARCHIVED):
                for row in revisions.with_rows(page):
                    self._check(row)
        if self.problems:
            raise ContentError("\n".join(dict.fromkeys(self.problems)))

    def import_page(self, entries: Iterator[Entry]) -> None:
        """Import a page with its rows, remove those that are not in its file, and record the change."""
        page: Any = None
        change, parts = self._change(), set[Any]()
        for entry in entries:
            if unknown := entry.values.keys() - _fields(entry):
                named = ", ".join(sorted(unknown))
                raise ContentError(f"{_label(entry.model(**entry.key))} has no field named {named}.")
            for name, value in (entry.key | entry.values).items():
                if isinstance(value, bool | float | list | dict):  # as YAML reads `no` and `1.10`
                    raise ContentError(f"After {self.last}, {name}: put the text in quotes, which reads as {value}.")
            seen = parts if entry.is_part else self._named[entry.model]
            rows = entry.model._default_manager
            row = rows.filter(**entry.key).first()
            if not row and entry.was:  # a page that has its earlier address now stays what it is
                row = rows.filter(slug__in=entry.was).exclude(pk__in=seen).first()
            is_new = row is None
            row = row or entry.model(**entry.key)
            if is_new and (other := self._renamed.get((entry.model, entry.key.get("slug", "")))):
                raise ContentError(f"{_label(row)} has a file, and {other} says that it was that: change one of them.")
            page = page or row
            different = () if is_new else _different(row, entry)
            if is_new or different:
                change.before_change(page)
                before = ""
                if "slug" in different:
                    before, self._renamed[entry.model, row.slug] = row.get_absolute_url(), entry.key["slug"]
                for name, value in (entry.key | {name: _wanted(entry, name) for name in _fields(entry)}).items():
                    setattr(row, name, value)
                self._check(row)
                row.save()
                if before:
                    add_redirect(before, row.get_absolute_url())
                _relate(row, entry)
                self.outcomes.append(Outcome("added" if is_new else "changed", _label(row), different))
            self.last = _label(row)
            if row.pk in seen:
                raise ContentError(f"{self.last} is in the files twice.")
            seen.add(row.pk)
        if isinstance(page, Phase):
            for row in Symptom.objects.filter(phase=page).exclude(pk__in=parts):
                change.before_change(page)
                self.outcomes.append(Outcome("deleted", _label(row)))
                row.delete()
        if change.page:
            if isinstance(page, Clinic):
                page.list_hours()
            page.save()
            change.record()

    def _change(self) -> PageChange:
        return PageChange(self.kind, self.note, self.note or "From files.")

    def _remove(self, row: Any) -> None:
        """Archive a page; delete any other row, which its last revision can restore."""
        if isinstance(row, HelpLine) and row.slug == EMERGENCY_NUMBER:
            self.problems.append("911 must stay among the help lines.")
        elif not isinstance(row, ReviewedPage):
            revisions.ensure_first_version(row)
            self.outcomes.append(Outcome("deleted", _label(row)))
            row.delete()
        elif row.status != ReviewedPage.Status.ARCHIVED:
            change = self._change()
            change.before_change(row)
            row.status = ReviewedPage.Status.ARCHIVED
            row.save()
            change.record()
            self.outcomes.append(Outcome("archived", _label(row)))

    def _check(self, row: Any) -> None:
        try:
            row.clean_fields()  # first, as the rest may need valid dates
            row.full_clean()
            if isinstance(row, GlossaryTerm):  # its form checks this; readers see it at once
                check_sources([row.meaning])
                check_doses(row.meaning, row.word)
        except ValidationError as error:
            for name, reasons in ValidationError(error.update_error_dict({})).message_dict.items():
                self.problems += [f"{_label(row)}, {name}: {reason}" for reason in reasons]


def _label(row: Any) -> str:
    return f"{row._meta.verbose_name} {getattr(row, 'slug', '') or getattr(row, 'key', '') or row}"


def _fields(entry: Entry) -> set[str]:
    """Return the fields that a file sets, some of them by omission."""
    fields = {field.name for field in entry.model._meta.concrete_fields if field.editable and not field.primary_key}
    return fields - entry.key.keys()


def _wanted(entry: Entry, name: str) -> Any:
    return entry.values[name] if name in entry.values else entry.model._meta.get_field(name).get_default()


def _different(row: models.Model, entry: Entry) -> tuple[str, ...]:
    """Return the names of fields that differ between a row and its file."""
    found = ["slug"] if entry.was and row.slug != entry.key["slug"] else []  # type: ignore[attr-defined]
    found += [name for name in sorted(_fields(entry)) if _plain(getattr(row, name)) != _plain(_wanted(entry, name))]
    found += [name for name, rows in entry.related.items() if set(getattr(row, name).all()) != set(rows)]
    return (*found, *(name for name, rows in entry.rows.items() if _rows_of(row, name) != rows))


def _plain(value: Any) -> Any:
    """Normalize a text, so that one from a file and one from a form compare equal."""
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
