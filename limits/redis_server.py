"""The one way to Redis or Valkey, for this process: short waits, and a server that is away is left alone for a while.

Redis is never needed. Whoever asks it has another way, and takes that as soon as `Away` is raised.
"""

import functools
import logging
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings

if TYPE_CHECKING:
    import redis  # otherwise loaded only where it is in use

log = logging.getLogger(__name__)
SECONDS = 0.5  # to connect, and for an answer: somebody waits for it
#: Seconds for which a Redis that did not answer is not asked again: nobody else waits for it. Then one tries.
REST = 10
_rests_until = 0.0  # by the clock that only runs on; 0: it answered when last asked
_refused_at = float("-inf")
T = TypeVar("T")


class Away(Exception):
    """No Redis is named, or it does not answer."""


class Refused(Away):
    """It answers, but not so: it is full, say, or its user lacks a right, or something else stands under that name."""


def ask(question: Callable[["redis.Redis"], T]) -> T:
    """What Redis answers. Raises Away, after a second at most for each thing that `question` asks, and where `question`
    can make nothing of an answer."""
    global _rests_until
    began = time.monotonic()
    if not settings.REDIS_URL or began < _rests_until:
        raise Away
    import redis

    if _rests_until:
        _rests_until = began + REST  # the others go on without, until it is known to be back
    try:
        answer = question(_client(settings.REDIS_URL, os.getpid()))
    except (redis.ConnectionError, redis.TimeoutError) as error:
        _say_away(type(error).__name__)
        leave_alone()
        raise Away from error
    except redis.RedisError as error:
        _say_refused(type(error).__name__)
        raise Refused from error
    except Exception as error:  # no such answer is Redis's: something broken, or something else, listens there
        _say_away(type(error).__name__)
        leave_alone()
        raise Away from error
    if time.monotonic() - began > 2 * SECONDS:  # all of it came, drop by drop
        _say_away("too slow")
        leave_alone()
    elif _rests_until:
        _rests_until = 0.0
        log.warning("Redis answers again.")
    return answer


def leave_alone() -> None:
    """Nobody in this process asks for a while."""
    global _rests_until
    _rests_until = time.monotonic() + REST


def client_for(url: str, **options: object) -> "redis.Redis":
    """A client of its own, for who holds a connection for long."""
    import redis

    return redis.Redis.from_url(url, socket_connect_timeout=SECONDS, **{"socket_timeout": SECONDS} | options)


@functools.lru_cache(maxsize=2)
def _client(url: str, pid: int) -> "redis.Redis":
    """One for all threads of a process: connections made before a fork are not used after it."""
    return client_for(url)


def _say_away(why: str) -> None:
    """The first time, and not every ten seconds of a night without it."""
    if not _rests_until:
        log.warning("Redis does not answer (%s). Limits count in the database, and each process makes its pages.", why)


def _say_refused(why: str) -> None:
    global _refused_at
    if time.monotonic() > _refused_at + REST:
        _refused_at = time.monotonic()
        log.warning("Redis refuses what is asked of it (%s). It may be full, or its user may lack a right.", why)
