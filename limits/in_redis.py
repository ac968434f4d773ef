"""Counts in Redis or Valkey: one step each, atomic there, and gone by itself when its window is over."""

import datetime
import os
from typing import TYPE_CHECKING

from django.utils import timezone

from limits import redis_server
from limits.result import Result, day_of, digest

if TYPE_CHECKING:
    import redis

PREFIX = "limits"
#: The clock is ours, in milliseconds, so that all hosts' windows end as they do in the database.
_HIT = """
local kept = redis.call('HMGET', KEYS[1], 'hits', 'began')
local hits, began = tonumber(kept[1] or 0), tonumber(kept[2])
local now, window, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if not began or began + window <= now then hits, began = 0, now end
if hits >= limit then return {0, hits, string.format('%.0f', began)} end
if ARGV[4] == '1' then
    redis.call('HSET', KEYS[1], 'hits', hits + 1, 'began', string.format('%.0f', began))
    redis.call('PEXPIRE', KEYS[1], math.max(1, began + window - now))
    hits = hits + 1
end
return {1, hits, string.format('%.0f', began)}
"""


def hit(scope: str, key: str, *, limit: int, window: datetime.timedelta) -> Result:
    """Counted at once, whatever becomes of the transaction around it. Raises Away."""
    return _ask(scope, key, limit, window, count=True)


def peek(scope: str, key: str, *, limit: int, window: datetime.timedelta) -> Result:
    """Raises Away."""
    return _ask(scope, key, limit, window, count=False)


def clear(scope: str, key: str) -> None:
    """Raises Away."""
    now = timezone.now()
    redis_server.ask(lambda client: client.delete(_name(client, scope, key, now)))


def _ask(scope: str, key: str, limit: int, window: datetime.timedelta, *, count: bool) -> Result:
    now = timezone.now()
    milliseconds, length = int(now.timestamp() * 1000), int(window.total_seconds() * 1000)

    def question(client: "redis.Redis") -> Result:
        name = _name(client, scope, key, now)
        allowed, hits, began = client.eval(_HIT, 1, name, milliseconds, length, limit, int(count))
        left = int(began) + length - milliseconds if hits else 0
        return Result(bool(allowed), hits, datetime.timedelta(milliseconds=left))

    return redis_server.ask(question)


def _name(client: "redis.Redis", scope: str, key: str, now: datetime.datetime) -> str:
    return f"{PREFIX}:{digest(_salt(client, now), scope, key).hex()}"


def _salt(client: "redis.Redis", now: datetime.datetime) -> bytes:
    """The day's, made by whoever is first, gone a day after its day began to be used."""
    name = f"{PREFIX}:salt:{day_of(now)}"
    if salt := client.get(name):
        return salt
    client.set(name, os.urandom(32), nx=True, ex=24 * 60 * 60)
    return client.get(name) or b""
