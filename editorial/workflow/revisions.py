"""Store, compare and restore revisions of pages with the rows in `versioned_rows`, by django-reversion."""

import difflib
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

import reversion
from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from reversion.models import Version

#: Not restored: publication is a decision of today, and public URLs must not change.
NOT_BROUGHT_BACK = ("slug", "status", "published_at")
NOT_COMPARED = {"updated_at", "source_seen", "source_digest"}
#: Words of a changed passage; comparing more by word takes seconds.
MAX_WORDS = 2_000


@dataclass(frozen=True)
class Change:
    """A field that differs between two revisions; `row` is the name of its related row, if any."""

    row: str
    field: str
    before: SafeString
    after: SafeString


def history(page: models.Model) -> QuerySet[Version]:
    """Return the versions of a page, newest first, with their texts deferred."""
    return Version.objects.get_for_object(page).select_related("revision__user").defer("serialized_data")


def deleted(model: type[models.Model]) -> QuerySet[Version]:
    """Return the last version of each deleted page."""
    return Version.objects.get_deleted(model).select_related("revision__user").defer("serialized_data").order_by("-pk")


def ensure_first_version(page: models.Model) -> None:
    """Store a page's first version before a change, if it has none yet."""
    if not Version.objects.get_for_object(page).exists():
        with reversion.create_revision():
            reversion.add_to_revision(page)
            reversion.set_comment("As it was before its first change here.")


def bring_back(version: Version) -> Any:
    """Restore a page and its rows, and return it. Slug and state do not change.

    A deleted page becomes a draft, with another slug if its own is taken. Links to rows deleted since, such as
    topics, are left out. Raises ValidationError, IntegrityError or RevertError, and then changes nothing.
    """
    model = _model_of(version)
    with transaction.atomic():
        now = model._default_manager.filter(pk=version.object_id).values().first()
        if now is None:
            now = {"status": "draft"}
            with suppress(ValueError):  # nothing can read it: to revert says so
                _free_slug(version)
        version.revert()
        page = model._default_manager.get(pk=version.object_id)
        for name in set(NOT_BROUGHT_BACK) & now.keys() & {field.name for field in model._meta.fields}:
            setattr(page, name, now[name])
        for field in model._meta.many_to_many:
            there = {f"{field.m2m_reverse_field_name()}__in": field.related_model._default_manager.all()}
            links = field.remote_field.through._default_manager.filter(**{field.m2m_field_name(): page})
            links.exclude(**there).delete()
        for accessor, rows in _rows_with(version).items():
            there, back = getattr(page, accessor).all(), [row.object_id for row in rows]
            there.exclude(pk__in=back).delete()
            # All at once, as names may have been swapped; without what refers to them, such as translations.
            there.filter(pk__in=back)._raw_delete(there.db)
            for row in rows:
                row.revert()
        clean(page)
        page.save()
    return page


def _free_slug(version: Version) -> None:
    """Change the slug of a deleted page's unsaved version if another page has it now."""
    manager, data = _model_of(version)._default_manager, json.loads(version.serialized_data)
    slug = data[0]["fields"].get("slug")
    others = count(2)
    while slug and manager.filter(slug=slug).exists():
        slug = f"{data[0]['fields']['slug'][:45]}-{next(others)}"
    if slug:
        data[0]["fields"]["slug"] = slug
        version.serialized_data = json.dumps(data, ensure_ascii=False)


def clean(page: Any) -> None:
    """Raise ValidationError for problems of a page or its saved rows, with fewer checks for a draft."""
    for row in with_rows(page):
        row.full_clean()


def with_rows(page: Any) -> list[Any]:
    """Return a page, and the rows that are kept with it."""
    return [page, *(row for name in getattr(page, "versioned_rows", ()) for row in getattr(page, name).all())]


def page_as_of(version: Version) -> Any:
    """Return a version's page with its rows, unsaved. Raises RevertError if it is from a release with other fields."""
    links = {
        field.name: field.related_model._default_manager.filter(pk__in=version.field_dict[field.name])
        for field in _model_of(version)._meta.many_to_many
        if field.name in version.field_dict
    }
    rows = {accessor: [_unsaved(row) for row in found] for accessor, found in _rows_with(version).items()}
    return in_memory(_unsaved(version), links, rows)


def _unsaved(version: Version) -> Any:
    fields = {field.attname for field in _model_of(version)._meta.concrete_fields}
    return _model_of(version)(**{name: value for name, value in version.field_dict.items() if name in fields})


def in_memory(page: Any, links: dict[str, QuerySet], rows: dict[str, list[Any]]) -> Any:
    """Attach links and rows to an unsaved page, in their models' order, as if prefetched."""
    loaded = dict(links)
    for accessor, found in rows.items():
        relation = page._meta.get_field(accessor)
        model = relation.related_model
        for row in found:
            setattr(row, relation.field.name, page)
        order = [name for name in model._meta.ordering if "__" not in name]
        loaded[accessor] = model._default_manager.none()
        loaded[accessor]._result_cache = sorted(found, key=lambda row: [getattr(row, name) for name in order])
    # As prefetch_related does it (docs/undocumented.md).
    page._prefetched_objects_cache = loaded
    return page


def changes(before: Version, after: Version) -> list[Change]:
    """Return the differences between two versions of a page: its fields, then those of its rows."""
    found = list(_changed_fields(before, after, ""))
    old, new = _rows_with(before), _rows_with(after)
    for accessor in new:
        was = {row.object_id: row for row in old[accessor]}
        is_now = {row.object_id: row for row in new[accessor]}
        for key in was | is_now:
            row = is_now.get(key) or was[key]
            found += _changed_fields(was.get(key), is_now.get(key), row.object_repr)
    return found


def _model_of(version: Version) -> Any:
    return version.content_type.model_class()


def _rows_with(version: Version) -> dict[str, list[Version]]:
    """Return the versions of the page's rows in the same revision, by accessor."""
    model, found = _model_of(version), {}
    for accessor in getattr(model, "versioned_rows", ()):
        relation = model._meta.get_field(accessor)
        rows = version.revision.version_set.get_for_model(relation.related_model)
        found[accessor] = [row for row in rows if str(row.field_dict[relation.field.attname]) == version.object_id]
    return found


def _changed_fields(before: Version | None, after: Version | None, row: str) -> Iterator[Change]:
    model = _model_of(before or after)
    old, new = (version.field_dict if version else {} for version in (before, after))
    for name in old | new:
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue  # an older release had it
        if field.name in NOT_COMPARED or field.primary_key or (row and field.is_relation):
            continue
        was, now = _shown(field, old.get(name)), _shown(field, new.get(name))
        if was != now:
            yield Change(row, capfirst(field.verbose_name), *compared(was, now))


def _shown(field: Any, value: Any) -> str:
    """Return a field's value in the words of its form."""
    if value in (None, ""):
        return ""
    if field.is_relation:
        keys = value if isinstance(value, list) else [value]
        names = {str(row.pk): str(row) for row in field.related_model._default_manager.filter(pk__in=keys)}
        return ", ".join(sorted(names.get(str(key), "(deleted)") for key in keys))
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateTimeField):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    # Line endings differ between browsers and files, and forms strip blanks.
    return str(formats.localize(value)).replace("\r\n", "\n").strip()


def compared(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Return both texts with the differences marked, without equal paragraphs."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    sides: tuple[list[SafeString], list[SafeString]] = ([], [])
    for kind, i, j, k, m in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            for side in sides:
                side.append(SafeString("<p>…</p>"))
        else:
            for side, text in zip(sides, _words_compared("".join(old[i:j]), "".join(new[k:m])), strict=True):
                side.append(text)
    return tuple(format_html_join("", "{}", ((part,) for part in side)) for side in sides)  # type: ignore[return-value]


def _words_compared(before: str, after: str) -> tuple[SafeString, SafeString]:
    old, new = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (before, after))
    if max(len(old), len(new)) > MAX_WORDS:
        old, new = [before], [after]
    was, now = [], []
    for kind, i, j, k, m in difflib.SequenceMatcher(None, old, new).get_opcodes():
        same = kind == "equal"
        was.append(format_html("{}" if same else "<del>{}</del>", _visible("".join(old[i:j]), same)) if i < j else "")
        now.append(format_html("{}" if same else "<ins>{}</ins>", _visible("".join(new[k:m]), same)) if k < m else "")
    return tuple(format_html_join("", "{}", ((part,) for part in side)) for side in (was, now))  # type: ignore[return-value]


def _visible(text: str, same: bool) -> str:
    """Return a passage so that a change of blanks and empty lines alone shows."""
    return text if same or text.strip() else text.replace(" ", "·").replace("\n", "¶\n")
