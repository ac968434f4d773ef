"""Counts what may be done only so often: the same for all processes, in Redis or the database, soon forgotten.

A window begins with its first hit. What is refused is not counted, so a window ends on time however long somebody
keeps trying. Keys are hashed under the site's secret and a salt that lives for one day (UTC), so a stolen copy of what
is kept names nobody; a count therefore starts anew at midnight.

Without an answer from Redis the database counts, from nothing: a server that is away never refuses anybody.
"""

import datetime
import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings

from limits import in_database
from limits.addresses import client_address
from limits.result import Result

__all__ = ["Result", "clear", "client_address", "forget_old", "hit", "peek"]

log = logging.getLogger(__name__)
#: Seconds for which a Redis that did not answer is not asked again: nobody else waits for it.
REST = 10
_rests_until = 0.0
T = TypeVar("T")


def hit(scope: str, key: str, *, limit: int, window: datetime.timedelta) -> Result:
    """Counts one more of `scope` (what is limited) for `key` (whom), or refuses it once `limit` is reached.

    Of any number that come at once, exactly `limit` are allowed. Raises DatabaseError.
    """
    return _ask(lambda place: place.hit(scope, key, limit=limit, window=window))


def peek(scope: str, key: str, *, limit: int, window: datetime.timedelta) -> Result:
    """What `hit` would answer, without counting. Raises DatabaseError."""
    return _ask(lambda place: place.peek(scope, key, limit=limit, window=window))


def clear(scope: str, key: str) -> None:
    """Forgets the count, as after a success. Raises DatabaseError."""
    _ask(lambda place: place.clear(scope, key))


def forget_old() -> int:
    """Deletes counters whose window is over and the salts of former days. Returns how many counters.

    `hit` does so whenever it counts somebody new in the database; a scheduled call covers quiet days. Redis forgets by
    itself.
    """
    return in_database.forget_old()


def _ask(question: Callable[..., T]) -> T:
    global _rests_until
    if settings.REDIS_URL and time.monotonic() >= _rests_until:
        from limits import in_redis  # its library is loaded only where it is in use

        try:
            return question(in_redis)
        except in_redis.Error as error:
            _rests_until = time.monotonic() + REST
            log.warning("Redis does not answer (%s); limits count in the database.", type(error).__name__)
    return question(in_database)
