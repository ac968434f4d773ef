"""Copy every row to another database in one transaction, and verify by reading them back."""

import hashlib
import json
from collections.abc import Iterator

from django.apps import apps
from django.core.management.color import no_style
from django.db import DataError, IntegrityError, connection, connections, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from operations.moving.target import ALIAS, MARK, MoveError

CHUNK = 1000


def tables() -> list[type[models.Model]]:
    """Return all models to copy: not the search index, which is rebuilt from the pages."""
    found = apps.get_models(include_auto_created=True)
    return [m for m in found if m._meta.managed and not m._meta.proxy and m._meta.app_label != "search"]


def copy_all() -> None:
    """Replace all rows there by those here, all or nothing. Raises MoveError."""
    if _migrations(connection.alias) != _migrations(ALIAS):
        raise MoveError("The two databases are not at the same migration. Run `manage.py prepare` here first.")
    kept = {MARK, MigrationRecorder.Migration._meta.db_table}
    target = connections[ALIAS]
    with transaction.atomic(using=ALIAS), target.cursor() as cursor:
        emptied = [target.ops.quote_name(name) for name in target.introspection.table_names() if name not in kept]
        cursor.execute(f"TRUNCATE {', '.join(emptied)}")
        for model in tables():
            _copy(model)
        for statement in target.ops.sequence_reset_sql(no_style(), tables()):
            cursor.execute(statement)


def compare() -> dict[str, int]:
    """Return the number of rows by table, each row the same here and there. Raises MoveError."""
    here = {model._meta.db_table: _sum(model, connection.alias) for model in tables()}
    there = {model._meta.db_table: _sum(model, ALIAS) for model in tables()}
    if wrong := [table for table in here if here[table] != there[table]]:
        raise MoveError(f"These tables did not arrive as they were: {', '.join(wrong)}.")
    return {table: count for table, (count, _) in here.items()}


def _copy(model: type[models.Model]) -> None:
    target, fields = connections[ALIAS], _fields(model)
    columns = ", ".join(target.ops.quote_name(field.column) for field in fields)
    try:
        with (
            target.cursor() as cursor,
            cursor.copy(f"COPY {target.ops.quote_name(model._meta.db_table)} ({columns}) FROM STDIN") as copy,
        ):
            for row in _rows(model, connection.alias):
                copy.write_row([field.get_db_prep_save(v, target) for field, v in zip(fields, row, strict=True)])
    except (DataError, IntegrityError) as error:  # its message may quote a value
        raise MoveError(f"PostgreSQL refuses a row of {model._meta.db_table} ({type(error).__name__}).") from None


def _sum(model: type[models.Model], alias: str) -> tuple[int, int]:
    """Return the number of rows of a table, and an order-independent sum of their digests."""
    count = total = 0
    for row in _rows(model, alias):
        count += 1
        values = [bytes(value).hex() if isinstance(value, bytes | memoryview) else value for value in row]
        text = json.dumps(values, sort_keys=True, default=str)  # sorted, as a database may reorder the keys of JSON
        total += int.from_bytes(hashlib.sha256(text.encode()).digest())
    return count, total


def _rows(model: type[models.Model], alias: str) -> Iterator[tuple]:
    names = [field.attname for field in _fields(model)]
    return model._base_manager.using(alias).order_by().values_list(*names).iterator(chunk_size=CHUNK)


def _fields(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.local_concrete_fields if not field.generated]


def _migrations(alias: str) -> set[tuple[str, str]]:
    """Return those of installed apps: an app that an earlier release had leaves its own behind."""
    return {key for key in MigrationRecorder(connections[alias]).applied_migrations() if key[0] in apps.app_configs}
