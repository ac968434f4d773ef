"""Load starter content without undoing what staff changed or removed, by the digest of the values last loaded."""

import datetime
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, combinations
from pathlib import Path
from typing import Any

from django.db import models, transaction

from editorial.loading.content_files import Entry, Find, Sentence, Values, as_yaml, pages, read_yaml, unless_default
from editorial.loading.page_changes import PageChange
from editorial.models import Clinic, GlossaryTerm, HelpLine, Source, StarterItem
from editorial.models.addresses import add_redirect
from editorial.models.changes import ChangeRecord
from editorial.text import snapshot
from editorial.workflow.publishing import ReviewedPage

STARTER = Path(__file__).parent.parent / "starter"
SOURCE_FIELDS = (
    *("key", "organization", "title", "kind", "year", "published_on", "url", "doi", "pmid", "pmcid", "isbn", "seen"),
    *("accessed_on", "archive_url", "status"),
)
RELEASE_NOTE = "Updated with a release of this guide."
ALWAYS_IN_SOURCE = {"key", "organization", "title", "year", "url", "seen"}


def load_item(entry: Entry, before_change: Callable[[models.Model], None] = lambda row: None) -> str:
    """Add or update a row; return "added", "updated", "unchanged" or "kept" (staff changed it)."""
    model, key, values, related = entry.model, entry.key, entry.values, entry.related
    _rename(model, key, entry.was)
    wanted = _digest_of_values(values, related)
    item = _item(model, key)
    row = _row(model, item, key)
    if bool(item) != bool(row):  # staff added or removed it
        return "kept"
    if item and item.digest == wanted:
        return "unchanged"
    if item and row and not _untouched(row, values, related, item.digest):
        return "kept"
    row = row or model(**key)
    for field, value in values.items():
        setattr(row, field, value)
    # raises ValidationError for what a form would reject
    row.clean_fields(exclude={field.name for field in row._meta.fields} - values.keys())
    with transaction.atomic():
        before_change(row)
        row.save()
        for name, linked in related.items():
            getattr(row, name).set(linked)
        StarterItem.objects.update_or_create(**_identity(model, key), defaults={"object_id": row.pk, "digest": wanted})
    return "updated" if item else "added"


def rows(model: Any, field: str, names: Iterable[str]) -> list[Any]:
    """Return the rows with these names in files, including those that staff renamed but not those they removed."""
    found = (_row(model, _item(model, {field: name}), {field: name}) for name in names)
    return [row for row in found if row]


def load_all(entries: Iterable[Entry], note: str = "") -> Counter:
    """Load entries in order, each before the next is read. Returns a count of outcomes.

    Each page with its rows is one transaction and, if it changes, one revision; `note` is public.
    """
    outcomes: Counter = Counter()
    content = snapshot.ContentSnapshot()
    for page in pages(entries):
        with transaction.atomic():
            change = PageChange(ChangeRecord.Kind.UPDATE, note or RELEASE_NOTE, "Loaded with a release.", content)
            for entry in page:
                is_of_page = entry.is_part or issubclass(entry.model, ReviewedPage)
                outcomes[load_item(entry, change.before_change if is_of_page else lambda row: None)] += 1
            change.record()
    return outcomes


def load(room: Any, note: str = "") -> Counter:
    """Load an app's starter files, by its module `starter`. Returns a count of outcomes."""
    return load_all(room.entries(room.STARTER, rows), note)


def entries(folder: Path, find: Find) -> Iterator[Entry]:
    """Read sources, glossary, the clinic and help lines."""
    # a superseded one comes after its successor
    for entry in sorted(read_yaml(folder / "sources.yaml"), key=lambda entry: "superseded_by" in entry):
        values = {**entry, "url": entry["url"] or ""}
        if "superseded_by" in values:
            values["superseded_by"] = next(iter(find(Source, "key", [values["superseded_by"]])), None)
        yield Entry(Source, {"key": values.pop("key")}, values)
    for entry in read_yaml(folder / "glossary.yaml"):
        yield Entry(GlossaryTerm, {"slug": entry.pop("slug")}, entry)
    contacts = read_yaml(folder / "contacts.yaml")
    clinic = contacts["clinic"]
    hours = {name: [_with_times(row) for row in clinic.pop(name, ())] for name in Clinic.versioned_rows}
    yield Entry(Clinic, {"id": Clinic.ONLY}, clinic, rows=hours)
    for entry in contacts["help_lines"]:
        sources = find(Source, "key", filter(None, [entry["source"]]))
        values = {**entry, "source": next(iter(sources), None)}
        yield Entry(HelpLine, {"slug": values.pop("slug")}, values)


def files() -> Iterator[tuple[str, str]]:
    """Yield the name and text of each file that `entries` reads."""
    yield "sources.yaml", as_yaml([_of_source(row) for row in Source.objects.select_related("superseded_by")])
    terms = GlossaryTerm.objects.order_by("slug")
    words = [_of(row, "slug", "word", "also") | {"meaning": Sentence(row.meaning)} for row in terms]
    yield "glossary.yaml", as_yaml(words)
    help_lines = [
        _of(row, "slug", "name", "kind", "call", "call_label", "text_to", "text_body", "url", "description", "position")
        | {"source": row.source.key if row.source else None}
        | _of(row, "checked_on", "checked_note")
        for row in HelpLine.objects.select_related("source").order_by("position", "slug")
    ]
    yield "contacts.yaml", as_yaml({"clinic": _of_clinic(), "help_lines": help_lines})


def _of_source(row: Source) -> Values:
    filled = ALWAYS_IN_SOURCE | dict(unless_default(row, *SOURCE_FIELDS)).keys()
    newer = {"superseded_by": row.superseded_by.key} if row.superseded_by else {}
    return {name: getattr(row, name) or None for name in SOURCE_FIELDS if name in filled} | newer | {"note": row.note}


def _of_clinic() -> Values:
    row = Clinic.objects.first()
    if row is None:
        return {}
    hours = {
        "opening_times": [_of(time, "weekday", "opens", "closes") for time in row.opening_times.all()],
        "special_days": [_of(day, "day", "opens", "closes") for day in row.special_days.all()],
    }
    known = _of(row, "name", "phone", "hours", "answered_by", "cost", "checked_on")
    known |= dict(unless_default(row, "call_within_hours", "speaks"))
    return known | {name: rows for name, rows in hours.items() if rows}


def _of(row: models.Model, *names: str) -> Values:
    return {name: getattr(row, name) for name in names}


def _with_times(row: Values) -> Values:
    """Parse the times in a row of opening times, which YAML has no type for."""
    times = {name: datetime.time.fromisoformat(row[name]) for name in ("opens", "closes") if row[name]}
    return row | times


def _identity(model: type[models.Model], key: Values) -> Values:
    return {"kind": model._meta.label_lower, "key": "/".join(str(part) for part in key.values())}


def _item(model: type[models.Model], key: Values) -> StarterItem | None:
    return StarterItem.objects.filter(**_identity(model, key)).first()


def _row(model: Any, item: StarterItem | None, key: Values) -> Any:
    return model._default_manager.filter(**({"pk": item.object_id} if item else key)).first()


def _rename(model: type[models.Model], key: Values, was: Iterable[str]) -> None:
    for old in was:
        item = _item(model, {"slug": old})
        if item is None or _item(model, key):
            continue
        with transaction.atomic():
            row: Any = model._default_manager.filter(pk=item.object_id, slug=old).first()
            if row:  # unless staff changed its slug or removed it
                before, row.slug = row.get_absolute_url(), key["slug"]
                row.save()
                add_redirect(before, row.get_absolute_url())
            item.key = key["slug"]
            item.save(update_fields=["key"])


def _untouched(row: models.Model, values: Values, related: dict[str, list[Any]], digest: str) -> bool:
    """Return whether the row still has the values it was loaded with.

    A column added since then is not in the digest, and has its default in the row. The digest's columns are not
    recorded, so every combination of columns at their default is tried as the added ones.
    """
    now = {name: getattr(row, name) for name in values}
    links = {name: list(getattr(row, name).all()) for name in related}
    fields: dict[str, Any] = {name: row._meta.get_field(name) for name in values}
    at_default = [name for name, field in fields.items() if field.has_default() and now[name] == field.get_default()]
    for added in chain.from_iterable(combinations(at_default, length) for length in range(len(at_default) + 1)):
        if _digest_of_values({name: now[name] for name in values if name not in added}, links) == digest:
            return True
    return False


def _digest_of_values(values: Values, related: dict[str, list[Any]]) -> str:
    plain = {name: _plain(value) for name, value in values.items()}
    plain |= {name: sorted(row.pk for row in rows) for name, rows in related.items()}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _plain(value: object) -> object:
    """Normalize a value, so that one from a file and one from the database, with times in UTC, compare equal."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    return str(value)
