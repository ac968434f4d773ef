"""Counts what may be done only so often: the same for all processes, in Redis or the database, soon forgotten.

A window begins with its first hit. What is refused is not counted, so a window ends on time however long somebody
keeps trying. Keys are hashed under the site's secret and a salt that lives for one day (UTC), so a stolen copy of what
is kept names nobody; a count therefore starts anew at midnight.

Without an answer from Redis the database counts, from nothing: a server that is away never refuses anybody.
"""

import datetime
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings

from limits import in_database, in_redis, redis_server
from limits.addresses import client_address
from limits.redis_server import Away, Refused
from limits.result import Result

__all__ = ["Result", "clear", "client_address", "forget_old", "hit", "peek"]

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
    if settings.REDIS_URL:
        try:
            return question(in_redis)
        except Refused:  # to count only: it would go on to say that nobody has reached a limit
            redis_server.leave_alone()
        except Away:
            pass
    return question(in_database)
