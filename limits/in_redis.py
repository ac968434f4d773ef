"""Counts in Redis or Valkey: one step each, atomic there, and gone by itself when its window is over."""

import datetime
import functools
import os

import redis
from django.conf import settings
from django.utils import timezone

from limits.result import Result, day_of, digest

Error = redis.RedisError
SECONDS = 0.5  # to connect, and for an answer: somebody waits for it
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
    """Counted at once, whatever becomes of the transaction around it. Raises Error."""
    return _ask(scope, key, limit, window, count=True)


def peek(scope: str, key: str, *, limit: int, window: datetime.timedelta) -> Result:
    """Raises Error."""
    return _ask(scope, key, limit, window, count=False)


def clear(scope: str, key: str) -> None:
    """Raises Error."""
    _client(settings.REDIS_URL).delete(_name(scope, key, timezone.now()))


def _ask(scope: str, key: str, limit: int, window: datetime.timedelta, *, count: bool) -> Result:
    now = timezone.now()
    client = _client(settings.REDIS_URL)
    milliseconds, length = int(now.timestamp() * 1000), int(window.total_seconds() * 1000)
    allowed, hits, began = client.eval(_HIT, 1, _name(scope, key, now), milliseconds, length, limit, int(count))
    left = int(began) + length - milliseconds if hits else 0
    return Result(bool(allowed), hits, datetime.timedelta(milliseconds=left))


def _name(scope: str, key: str, now: datetime.datetime) -> str:
    return f"{PREFIX}:{digest(_salt(now), scope, key).hex()}"


def _salt(now: datetime.datetime) -> bytes:
    """The day's, made by whoever is first, gone a day after its day began to be used."""
    client, name = _client(settings.REDIS_URL), f"{PREFIX}:salt:{day_of(now)}"
    if salt := client.get(name):
        return salt
    client.set(name, os.urandom(32), nx=True, ex=24 * 60 * 60)
    return client.get(name) or b""


@functools.cache
def _client(url: str) -> redis.Redis:
    """One for all threads; its connections are made when first used, and after a fork anew."""
    return redis.Redis.from_url(url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS)
