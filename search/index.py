"""The full-text index: the same functions for SQLite, where they are documented, and PostgreSQL."""

from types import ModuleType

from django.db import connection

from search import in_postgresql, in_sqlite
from search.models import Entry, SearchEntry, TranslatedEntry


def index() -> ModuleType:
    return {"sqlite": in_sqlite, "postgresql": in_postgresql}[connection.vendor]


def remove(entry: Entry) -> None:
    """Remove the entry's words."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {index().TABLE}{entry.suffix} WHERE {index().KEY} = %s", [entry.pk])  # noqa: S608 - our own SQL


def clear() -> None:
    """Remove all words."""
    with connection.cursor() as cursor:
        for kind in (SearchEntry, TranslatedEntry):
            cursor.execute(f"DELETE FROM {index().TABLE}{kind.suffix}")  # noqa: S608 - our own SQL
