"""Where a picture is used: in pages, drafts, unsaved forms, and old versions that readers can open."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Cast
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from reversion.models import Version

from editorial.admin.content import admin_address
from editorial.models.changes import ChangeRecord
from editorial.models.pictures import FOLDER, Picture
from editorial.models.unsaved import UnsavedForm
from editorial.models.versions import content_models

#: Length of the shortest Markdown for a picture: a field with a lower limit cannot have one.
MIN_LENGTH = len("![](/media/pictures/.jpg)") + 32
#: As in texts and in URL-encoded forms.
_NAMED = re.compile(rf"{FOLDER}(?:/|%2F)([0-9a-f]{{32}})")


@dataclass(frozen=True)
class Use:
    """A text with a picture, and its place in the admin. `is_old`: an old version, which cannot be edited."""

    what: str
    address: str
    is_old: bool = False


def uses(picture: Picture) -> list[Use]:
    """Return all uses, public ones first. A picture in use cannot be deleted."""
    return list(dict.fromkeys(_use(row) for rows, fields in _texts() for row in _naming(rows, fields, picture.stem)))


def used_stems() -> set[str]:
    """Return the stems of all pictures in use."""
    found: set[str] = set()
    for rows, fields in _texts():
        for texts in _naming(rows, fields, FOLDER).values_list(*fields):
            found.update(stem for text in texts for stem in _NAMED.findall(text or ""))
    return found


def _texts() -> Iterator[tuple[QuerySet[Any], list[str]]]:
    """Yield querysets of rows that may use a picture, with their text fields."""
    for model in content_models():
        if model not in {Picture, ChangeRecord} and (fields := _text_fields(model)):
            yield model._default_manager.all(), fields
    yield ChangeRecord.objects.exclude(typed="").select_related("by"), ["typed"]
    text = Cast("data", models.TextField())
    yield UnsavedForm.objects.annotate(text=text).select_related("user"), ["text"]
    seen = Version.objects.filter(revision__changes__number__isnull=False).select_related("revision").distinct()
    yield seen, ["serialized_data"]


def _naming(rows: QuerySet[Any], fields: list[str], name: str) -> QuerySet[Any]:
    return rows.filter(Q(*((f"{field}__contains", name) for field in fields), _connector=Q.OR))


def _text_fields(model: type[models.Model]) -> list[str]:
    return [
        field.attname
        for field in model._meta.concrete_fields
        if isinstance(field, models.TextField | models.CharField) and (field.max_length or MIN_LENGTH) >= MIN_LENGTH
    ]


def _use(row: Any) -> Use:
    if isinstance(row, UnsavedForm):
        return Use(f"What {row.user} is typing", row.page)
    if isinstance(row, ChangeRecord):
        by, kind = row.by or "someone", row.page_type
        if row.page is None:
            return Use(f"A draft of a deleted page by {by}", reverse(f"admin:{kind.app_label}_{kind.model}_deleted"))
        return Use(f"A draft of {_named(row.page)} by {by}", _address(row.page))
    if isinstance(row, Version):
        address = _address(row.content_type.model_class()(pk=row.object_id), "history")
        return Use(f"A version of {row.object_repr} that readers can open", address, is_old=True)
    return Use(f"{capfirst(_named(row))}{f': {row.state}' if hasattr(row, 'state') else ''}", _address(row))


def _named(page: models.Model) -> str:
    return f"{page._meta.verbose_name} “{page}”"


def _address(page: models.Model, view: str = "change") -> str:
    """Return the admin URL of a page, or of the page that a row belongs to."""
    try:
        return admin_address(page, view)
    except NoReverseMatch:
        owner = next((getattr(page, field.name) for field in page._meta.fields if field.many_to_one), None)
        return _address(owner) if owner else ""
