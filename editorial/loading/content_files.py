"""The file format of content, as in the starter guide: each app's `starter.entries` reads it, `files` writes it."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml
from django.db import models
from django.utils import timezone

Values = dict[str, Any]
Related = dict[str, list[Any]]
#: Finds a model's rows by a field's values in files: `find(Topic, "slug", ["staying-safe"])`.
Find = Callable[[Any, str, Iterable[str]], list[Any]]

MAX_NAME_LENGTH = 80  # characters; a longer field holds sentences


@dataclass(frozen=True)
class Entry:
    """A row in a file: its key, fields, many-to-many relations and earlier slugs."""

    model: Any
    key: Values
    values: Values
    related: Related = field(default_factory=dict)
    was: tuple[str, ...] = ()
    rows: dict[str, list[Values]] = field(default_factory=dict)  # that belong to it alone, by accessor
    is_part: bool = False  # of the page of the entry before it


def pages(entries: Iterable[Entry]) -> Iterator[Iterator[Entry]]:
    """Group the entry of each page with those of its rows. Reads one only after the one before it was taken."""
    number = 0

    def page_of(entry: Entry) -> int:
        nonlocal number
        number += not entry.is_part
        return number

    return (page for _, page in groupby(entries, page_of))


class Sentence(str):
    """Text that is always quoted."""


class Lines(str):
    """Text that is always a block."""


class Row(list):
    """A list on one line."""


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def choose_scalar_style(self) -> str:
        """Prefer double quotes where quotes are needed, unless the text has some."""
        style = super().choose_scalar_style()
        return '"' if style == "'" and '"' not in getattr(self.event, "value", "") else style


_Dumper.add_representer(Sentence, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, '"'))
_Dumper.add_representer(Lines, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, "|"))
_Dumper.add_representer(Row, lambda dumper, row: dumper.represent_sequence("tag:yaml.org,2002:seq", row, True))
_Dumper.add_representer(datetime.time, lambda dumper, at: dumper.represent_data(Sentence(f"{at:%H:%M}")))


def as_yaml(data: Any) -> str:
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=float("inf"))


def as_page(head: Values, body: str) -> str:
    """Return a Markdown file with front matter."""
    return f"---\n{as_yaml(head)}---\n{lines(body)}"


def read_yaml(path: Path) -> Any:
    with _naming(path):
        return _load(path.read_text(encoding="utf-8"))


def read_page(path: Path) -> dict:
    """Read a Markdown file with YAML front matter: its keys, and the text under "body"."""
    with _naming(path):
        _, *parts = path.read_text(encoding="utf-8").split("---\n", 2)
        if len(parts) != len(("head", "body")):
            raise ValueError("The fields of the page come first, between two lines of ---")
        head, body = parts
        return {**_load(head), "body": body.strip() + "\n"}


def _load(text: str) -> Any:
    found = yaml.load(text, Loader=yaml.CSafeLoader)  # in a tenth of the time of SafeLoader
    if not isinstance(found, dict | list):
        raise ValueError("There are no fields and no list in it")
    return found


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Put the file's name into its errors, as hundreds are read."""
    try:
        yield
    except (TypeError, ValueError, yaml.YAMLError) as error:
        raise ValueError(f"{path.parent.name}/{path.name}: {error}") from error


def lines(text: str) -> Lines:
    """Normalize a text for files: line endings, and blanks at both ends."""
    text = text.replace("\r\n", "\n").strip()
    return Lines(f"{text}\n" if text else "")


def listed(words: str) -> Any:
    """Split comma-separated words into a list, unless `joined` would not restore the text."""
    split = Row(words.split(", ")) if words else Row()
    return split if all(split) and not any("," in word for word in split) else words


def joined(words: list[str] | str) -> str:
    """Undo `listed`."""
    return words if isinstance(words, str) else ", ".join(words)


def unless_default(row: models.Model, *names: str) -> Iterator[tuple[str, Any]]:
    """Yield the name and value of each field that is not at its default."""
    for name in names:
        value, model_field = getattr(row, name), row._meta.get_field(name)
        if value not in (None, "", model_field.get_default()):  # type: ignore[union-attr]
            yield name, value


def at_start_of(day: datetime.date | None) -> Any:
    """Return midnight of a day in the site's time zone: when a starter page with that review date is published."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min)) if day else None


def publishing(page: Any, usual: datetime.datetime | None) -> Values:
    """Return a page's state and dates, each only if it differs from being published at the `usual` time."""
    found = {} if page.status == "published" else {"status": page.status}
    if page.published_at != usual:
        found["published_at"] = page.published_at
    found |= {"reviewed_on": page.reviewed_on, "review_due_on": page.review_due_on}
    return found | dict(unless_default(page, "medical_reviewer"))


def with_publishing(values: Values) -> Values:
    """Return a page's values with its state and time, if its file leaves them out."""
    return {"status": "published", "published_at": at_start_of(values["reviewed_on"])} | values


def entry_of(model: Any, values: Values, related: Related | None = None, *, is_part: bool = False) -> Entry:
    """Return the entry of a row with a slug, from the values in its file."""
    if "also_called" in values:
        values["also_called"] = joined(values["also_called"])
    key, was = {"slug": values.pop("slug")}, tuple(values.pop("was", ()))
    return Entry(model, key, values, related or {}, was, is_part=is_part)


def written(row: models.Model, *names: str) -> Values:
    """Return fields in the style of files: Markdown as blocks, long texts quoted, search words as a list."""
    found: Values = {}
    for name in names:
        value, kind = getattr(row, name), row._meta.get_field(name)
        if name == "also_called":
            value = listed(value)
        elif isinstance(kind, models.TextField):
            value = lines(value)
        elif isinstance(kind, models.CharField) and not kind.choices and (kind.max_length or 0) > MAX_NAME_LENGTH:
            value = Sentence(value)
        found[name] = value
    return found
