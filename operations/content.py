"""Export content to files in the starter's format, and import it: in one transaction, each change a revision."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import NoReverseMatch

import articles.starter
import editorial.loading.starter
import phases.starter
import translations.starter
from editorial.loading.content_files import pages
from operations import content_pictures
from operations.content_import import ContentError, Import, Outcome

#: By folder, in reading order: articles refer to stages, and all cite sources.
FOLDERS = {
    "editorial": editorial.loading.starter,
    "phases": phases.starter,
    "articles": articles.starter,
    "translations": translations.starter,
}
#: What hand-edited files can raise.
UNREADABLE = (
    *(OSError, AttributeError, KeyError, TypeError, ValueError, ValidationError, yaml.YAMLError, DatabaseError),
    NoReverseMatch,  # of a slug that is none
)


def write(folder: Path) -> int:
    """Write all content to a folder and delete files of an earlier export. Returns the number of files.

    Raises ContentError for a file that it would delete and that no export wrote.
    """
    found = {path for name in FOLDERS for ending in ("md", "yaml") for path in (folder / name).rglob(f"*.{ending}")}
    if found and not (folder / "editorial" / "sources.yaml").exists():
        raise ContentError(f"{min(found)} would be lost, and no export wrote it. Name another folder.")
    count = 0
    for name, room in FOLDERS.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        written = {folder / name / path: text for path, text in room.files()}
        for path, text in written.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        found -= written.keys()
        count += len(written)
    for old in found:
        old.unlink()
    return count + content_pictures.write(folder / "pictures")


def read(folder: Path, *, note: str, kind: str, dry_run: bool) -> list[Outcome]:
    """Replace all content with the files', and return what changed; with `dry_run`, roll back.

    `kind` and `note` are recorded for published pages that change (editorial/models/changes.py). Raises ContentError.
    """
    if missing := [name for name in FOLDERS if not (folder / name).is_dir()]:
        raise ContentError(f"{folder / missing[0]} is missing: all of its pages would be archived.")
    importing = Import(note, kind)
    try:
        with transaction.atomic():
            importing.outcomes += content_pictures.read(folder / "pictures")
            for name, room in FOLDERS.items():
                for page in pages(room.entries(folder / name, by_name)):  # each read after the one before is stored
                    importing.import_page(page)
            importing.finish()
            if not dry_run:
                content_pictures.store(folder / "pictures")
            transaction.set_rollback(dry_run)
    except UNREADABLE as error:
        what = "missing" if isinstance(error, KeyError) else type(error).__name__
        unread = f"After {importing.last or 'nothing'}: {what}: {error}"
        raise ContentError("\n".join(importing.problems or [unread])) from error  # a problem is what it broke on
    return importing.outcomes


def by_name(model: Any, field: str, names: Iterable[str]) -> list[Any]:
    """Return the rows with these names. Raises ContentError if one is missing."""
    found = []
    for name in names:
        row = model._default_manager.filter(**{field: name}).first()
        if row is None:
            raise ContentError(f"There is no {model._meta.verbose_name} named {name}.")
        found.append(row)
    return found
