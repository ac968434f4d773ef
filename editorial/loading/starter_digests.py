"""Detect whether staff changed a row from the starter, by the digest of its values."""

import datetime
import hashlib
import json
from itertools import combinations
from typing import Any

from django.db import models

from editorial.loading.content_files import Related, Values


def untouched(row: models.Model, values: Values, related: Related, digest: str) -> bool:
    """Return whether the row still has the values it was loaded with.

    A column added since then is not in the digest, and has its default in the row. The digest's columns are not
    recorded, so every combination of columns at their default is tried as the added ones.
    """
    at_default = [name for name in values if _at_default(row, name)]
    for length in range(len(at_default) + 1):
        for added in combinations(at_default, length):
            before = {name: value for name, value in values.items() if name not in added}
            if _digest_of_row(row, before, related) == digest:
                return True
    return False


def _at_default(row: models.Model, name: str) -> bool:
    field: Any = row._meta.get_field(name)
    return field.has_default() and getattr(row, name) == field.get_default()


def _digest_of_row(row: models.Model, values: Values, related: Related) -> str:
    return digest_of_values(
        {name: getattr(row, name) for name in values}, {name: list(getattr(row, name).all()) for name in related}
    )


def digest_of_values(values: Values, related: Related) -> str:
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
