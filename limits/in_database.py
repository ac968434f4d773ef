"""Counts in the database, where no Redis is named or it is away."""

import contextlib
import datetime
import os
from collections.abc import Iterator

from django.db import connection, transaction
from django.utils import timezone

from limits.models import Counter, Salt
from limits.result import Result, day_of, digest


def hit(scope: str, key: str, *, limit: int, window: datetime.timedelta) -> Result:
    """Called inside a transaction that is rolled back, the hit is rolled back too."""
    now = timezone.now()
    if not (before := peek(scope, key, limit=limit, window=window)):
        return before  # refused without a write: an attack costs a read each
    with _lightly(), transaction.atomic():
        row, new = Counter.objects.select_for_update().get_or_create(
            digest=_digest(scope, key, now), defaults={"began_at": now, "forget_at": now + window}
        )
        if row.began_at + window <= now:
            row.hits, row.began_at, row.forget_at = 0, now, now + window
        allowed = row.hits < limit
        if allowed:
            row.hits += 1
            row.save()
        if new:
            forget_old()
    return Result(allowed, row.hits, row.began_at + window - now)


def peek(scope: str, key: str, *, limit: int, window: datetime.timedelta) -> Result:
    now = timezone.now()
    row = Counter.objects.filter(digest=_digest(scope, key, now), began_at__gt=now - window).first()
    if row is None:
        return Result(limit > 0, 0, datetime.timedelta(0))
    return Result(row.hits < limit, row.hits, row.began_at + window - now)


def clear(scope: str, key: str) -> None:
    Counter.objects.filter(digest=_digest(scope, key, timezone.now())).delete()


def forget_old() -> int:
    now = timezone.now()
    Salt.objects.filter(day__lt=day_of(now)).delete()
    # Locked in one order, and what another process is at is left to it: two of these never wait for each other.
    old = Counter.objects.filter(forget_at__lte=now)
    if connection.features.has_select_for_update_skip_locked:
        with transaction.atomic():
            old = Counter.objects.filter(
                pk__in=list(old.select_for_update(skip_locked=True).values_list("pk", flat=True))
            )
            return old.delete()[0]
    return old.delete()[0]


@contextlib.contextmanager
def _lightly() -> Iterator[None]:
    """Without waiting for the disk at the commit: a count may be lost in a power cut, and is no loss."""
    if connection.in_atomic_block:
        yield
        return
    light, full = {
        "sqlite": ("PRAGMA synchronous=NORMAL", "PRAGMA synchronous=FULL"),
        "postgresql": ("SET synchronous_commit TO off", "SET synchronous_commit TO on"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(light)
        try:
            yield
        finally:
            cursor.execute(full)


def _digest(scope: str, key: str, now: datetime.datetime) -> bytes:
    salt, _ = Salt.objects.get_or_create(day=day_of(now), defaults={"value": os.urandom(32)})
    return digest(bytes(salt.value), scope, key)
