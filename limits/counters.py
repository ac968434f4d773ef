"""Counts what may be done only so often: the same for all processes, kept in the database, soon forgotten.

A window begins with its first hit. What is refused is not counted, so a window ends on time however long somebody
keeps trying. Keys are hashed under the site's secret and a salt that lives for one day (UTC), so a stolen copy of the
database names nobody; a count therefore starts anew at midnight.
"""

import contextlib
import datetime
import hashlib
import hmac
import ipaddress
import os
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from limits.models import Counter, Salt

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Result:
    """Whether it may be done, how often it was in this window, and how long until the window ends. True if allowed."""

    allowed: bool
    hits: int
    retry_after: datetime.timedelta

    def __bool__(self) -> bool:
        return self.allowed


def hit(scope: str, key: str, *, limit: int, window: datetime.timedelta) -> Result:
    """Counts one more of `scope` (what is limited) for `key` (whom), or refuses it once `limit` is reached.

    Of any number that come at once, exactly `limit` are allowed. Called inside a transaction that is rolled back, the
    hit is rolled back too.
    """
    now = timezone.now()
    if not (before := peek(scope, key, limit=limit, window=window)):
        return before  # refused without a write: an attack costs a read each
    with _lightly(), transaction.atomic():
        digest = _digest(scope, key, now)
        row, new = Counter.objects.select_for_update().get_or_create(
            digest=digest, defaults={"began_at": now, "forget_at": now + window}
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
    """What `hit` would answer, without counting."""
    now = timezone.now()
    row = Counter.objects.filter(digest=_digest(scope, key, now), began_at__gt=now - window).first()
    if row is None:
        return Result(limit > 0, 0, datetime.timedelta(0))
    return Result(row.hits < limit, row.hits, row.began_at + window - now)


def clear(scope: str, key: str) -> None:
    """Forgets the count, as after a success."""
    Counter.objects.filter(digest=_digest(scope, key, timezone.now())).delete()


def forget_old() -> int:
    """Deletes counters whose window is over and the salts of former days. Returns how many counters.

    `hit` calls it whenever it counts somebody new; a scheduled call covers quiet days.
    """
    now = timezone.now()
    Salt.objects.filter(day__lt=_day(now)).delete()
    return Counter.objects.filter(forget_at__lte=now).delete()[0]


def client_address(request: HttpRequest) -> str:
    """The sender's address as limits see it: an IPv4 address, or the /64 of an IPv6 one, as a household has it.

    With settings.PROXY_HOPS trusted proxies in front, it is the entry of X-Forwarded-For that the outermost of them
    wrote; what a sender put there stands further left. A malformed entry counts as the proxy's own address.
    """
    hops = settings.PROXY_HOPS
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hops else []
    claimed = entries[-hops] if len(entries) >= hops > 0 else ""
    return _bucket(claimed) or _bucket(request.META.get("REMOTE_ADDR", "")) or UNKNOWN


@contextlib.contextmanager
def _lightly() -> Iterator[None]:
    """On SQLite, without waiting for the disk at the commit: a count may be lost in a power cut, and is no loss."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=NORMAL")
        try:
            yield
        finally:
            cursor.execute("PRAGMA synchronous=FULL")


def _bucket(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address), 64), strict=False))


def _digest(scope: str, key: str, now: datetime.datetime) -> bytes:
    secret = _salt(now) + settings.SECRET_KEY.encode()
    return hmac.digest(secret, f"{scope}\0{key}".encode(), hashlib.sha256)


def _salt(now: datetime.datetime) -> bytes:
    salt, _ = Salt.objects.get_or_create(day=_day(now), defaults={"value": os.urandom(32)})
    return bytes(salt.value)


def _day(now: datetime.datetime) -> datetime.date:
    return now.astimezone(datetime.UTC).date()
