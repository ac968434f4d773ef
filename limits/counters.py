"""Rate limits: count hits in a time window, in the database, so that all processes share one count.

A window begins with its first hit. Refused hits are not counted, so a window ends on time however long somebody keeps
trying, and nobody can lock out others for longer. Keys are hashed with SECRET_KEY and a random salt that is deleted
after its day (UTC), so a stolen database identifies nobody; counts therefore restart at midnight UTC.
"""

import contextlib
import datetime
import hashlib
import hmac
import os
from collections.abc import Iterator

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from limits.models import Counter, Salt


def hit(scope: str, key: str, *, limit: int, window: datetime.timedelta) -> bool:
    """Count a hit of `scope` (what is limited) for `key` (who is limited), or return False once `limit` is reached.

    Of concurrent hits exactly `limit` are allowed. A hit is rolled back with the transaction around it. Raises
    DatabaseError.
    """
    now = timezone.now()
    digest = _digest(scope, key, now)
    if not _is_below(limit, digest, now - window):
        return False  # refused without a write: an attack costs one read each
    with _without_sync(), transaction.atomic():
        row, new = Counter.objects.select_for_update().get_or_create(
            digest=digest, defaults={"hits": 1, "began_at": now, "forget_at": now + window}
        )
        if new:
            forget_old()
            return True
        if row.began_at + window <= now:
            row.hits, row.began_at, row.forget_at = 0, now, now + window
        if allowed := row.hits < limit:
            row.hits += 1
            row.save()
    return allowed


def peek(scope: str, key: str, *, limit: int, window: datetime.timedelta) -> bool:
    """Return what `hit` would, without counting. Raises DatabaseError."""
    now = timezone.now()
    return _is_below(limit, _digest(scope, key, now), now - window)


def _is_below(limit: int, digest: bytes, since: datetime.datetime) -> bool:
    row = Counter.objects.filter(digest=digest, began_at__gt=since).first()
    return (row.hits if row else 0) < limit


def clear(scope: str, key: str) -> None:
    """Reset the count, as after a success. Raises DatabaseError."""
    Counter.objects.filter(digest=_digest(scope, key, timezone.now())).delete()


def forget_old() -> int:
    """Delete counters whose window has ended and the salts of earlier days. Returns how many counters.

    `hit` does this for each new key; a scheduled call covers quiet days.
    """
    now = timezone.now()
    Salt.objects.filter(day__lt=_day(now)).delete()
    with transaction.atomic():  # rows that another process has locked are left to it, so that there is no deadlock
        old = Counter.objects.filter(forget_at__lte=now).select_for_update(skip_locked=True)
        return Counter.objects.filter(pk__in=old.values("pk")).delete()[0]


@contextlib.contextmanager
def _without_sync() -> Iterator[None]:
    """Do not wait for the disk on commit: losing a count in a power cut does no harm."""
    if connection.in_atomic_block:
        yield
        return
    off, on = {
        "sqlite": ("PRAGMA synchronous=NORMAL", "PRAGMA synchronous=FULL"),
        "postgresql": ("SET synchronous_commit TO off", "SET synchronous_commit TO on"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(off)
        try:
            yield
        finally:
            cursor.execute(on)


def _digest(scope: str, key: str, now: datetime.datetime) -> bytes:
    salt, _ = Salt.objects.get_or_create(day=_day(now), defaults={"value": os.urandom(32)})
    return hmac.digest(bytes(salt.value) + settings.SECRET_KEY.encode(), f"{scope}\0{key}".encode(), hashlib.sha256)


def _day(now: datetime.datetime) -> datetime.date:
    return now.astimezone(datetime.UTC).date()
