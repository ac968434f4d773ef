"""Queries that are composed once and asked often.

Django takes up to ten times as long to compose a query as the database takes to answer it, and a page that is made anew
asks the same few questions each time (docs/decisions/0012-a-page-made-anew.md).
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable

Value = int | str | datetime.datetime


class Prepared:
    """A query set whose values come later: `find = Prepared(lambda slug: Topic.objects.filter(slug=slug), slug=str)`.

    Each keyword names a value and its type: int, str or an aware datetime. A value is compared with columns only: the
    shape of the query must not depend on it, and it is never None. What comes are rows of the query set's model, whose
    other columns are read when they are asked for; `annotate`, `select_related` and `prefetch_related` add nothing.
    From `values_list` come tuples as the database has them, for texts and whole numbers.
    """

    def __init__(self, compose: Callable[..., QuerySet], **kinds: type[Value]) -> None:
        self._compose = compose
        self._markers = {name: _MARKERS[kind](number) for number, (name, kind) in enumerate(kinds.items())}

    def __call__(self, **values: Value) -> list[Model] | list[tuple]:
        """The rows for these values. One query; raises TypeError where a value is missing or unknown."""
        if values.keys() != self._markers.keys():
            raise TypeError(f"Needs {', '.join(self._markers)}, got {', '.join(values)}.")
        composed, database = self._composed, connections[DEFAULT_DB_ALIAS]
        adapted = {name: _adapted(value, database) for name, value in values.items()}
        params = [adapted[param.name] if isinstance(param, _Place) else param for param in composed.params]
        with database.cursor() as cursor:
            cursor.execute(composed.sql, params)
            rows = cursor.fetchall()
        return rows if composed.model is None else [composed.instance(row, database) for row in rows]

    @cached_property
    def _composed(self) -> "_Composed":
        """Composes with values that occur nowhere else, to see where each of them ends up."""
        database = connections[DEFAULT_DB_ALIAS]
        found = self._compose(**self._markers)
        compiler = found.query.get_compiler(connection=database)
        sql, params = compiler.as_sql()
        places = {_adapted(marker, database): _Place(name) for name, marker in self._markers.items()}
        params = [places.get(param, param) for param in params]
        if missing := self._markers.keys() - {param.name for param in params if isinstance(param, _Place)}:
            raise ValueError(f"The query does not compare {', '.join(sorted(missing))} with anything.")
        if not issubclass(found._iterable_class, ModelIterable):
            return _Composed(None, sql, params, [], [])
        columns = [compiler.select[index][0] for index in compiler.klass_info["select_fields"]]
        converters = compiler.get_converters(columns)
        return _Composed(
            compiler.query.model,
            sql,
            params,
            [column.target.attname for column in columns],
            [(index, convert, column) for index, (each, column) in converters.items() for convert in each],
        )


@dataclass(frozen=True)
class _Place:
    """Where the value of this name goes."""

    name: str


@dataclass(frozen=True)
class _Composed:
    model: type[Model] | None
    sql: str
    params: list[Any]
    names: list[str]
    converters: list[tuple[int, Callable, Any]]  # of the column at this index, as the database has it, to Python's

    def instance(self, row: tuple, database: BaseDatabaseWrapper) -> Model:
        values = list(row[: len(self.names)])
        for index, convert, column in self.converters:
            values[index] = convert(values[index], column, database)
        return self.model.from_db(database.alias, self.names, values)


_MARKERS: dict[type, Callable[[int], Value]] = {
    int: lambda number: 1_907_301_100 + number,
    str: lambda number: f"~value-{number}~",
    datetime.datetime: lambda number: datetime.datetime(1907, 3, 11, 1, 2, number, tzinfo=datetime.UTC),
}


def _adapted(value: Value, database: BaseDatabaseWrapper) -> Any:
    """As the database takes it."""
    return database.ops.adapt_datetimefield_value(value) if isinstance(value, datetime.datetime) else value
