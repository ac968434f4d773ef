"""The full-text index: the same functions for SQLite, where they are documented, and PostgreSQL."""

from types import ModuleType

from django.db import connection

from search import in_postgresql, in_sqlite


def index() -> ModuleType:
    return {"sqlite": in_sqlite, "postgresql": in_postgresql}[connection.vendor]
