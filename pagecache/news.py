"""Passes a change of content on to all processes at once, by Redis.

Each of them looks at the database in any case, every 0.4 seconds, and believes nothing else. News make it look now:
what gets lost costs that short while, and what somebody else tells costs a look.
"""

import contextlib
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings

from editorial import versions
from limits import redis_server
from limits.redis_server import Away
from pagecache import shared

if TYPE_CHECKING:
    import redis

QUIET = 20  # seconds without a word, after which Redis is asked whether it is still there
PAUSE = 5  # seconds before the next try, where it is away


def channel() -> str:
    return f"pages:{shared.secret('news').hex()}"


def follow_changes() -> None:
    """From now on this process tells of what is changed in it. Costs nothing where no Redis is named."""
    if settings.REDIS_URL:
        versions.content_changed.connect(_publish, dispatch_uid="page-news")


def forget_shared_pages() -> None:
    """No page that is in Redis is shown again. For a start, after which all is expected to be new: rows may have been
    changed by hand, or put back from a backup."""
    if settings.REDIS_URL:
        versions.changed()


def listen(wake: Callable[[], object]) -> None:
    """Calls `wake`, in a thread of its own, when there may be a change, wherever it was made."""
    if settings.REDIS_URL:
        threading.Thread(target=_listen, args=(wake,), name="page-news", daemon=True).start()


def _publish(sender: type, **kwargs: object) -> None:
    with contextlib.suppress(Away):
        redis_server.ask(lambda client: client.publish(channel(), b""))


def _listen(wake: Callable[[], object]) -> None:
    """Without a word to the log: who asks Redis says there that it is away, and here nothing depends on it."""
    client = redis_server.client_for(settings.REDIS_URL)
    while True:
        with contextlib.suppress(Exception), client.pubsub() as line:  # whatever it says, it is asked again later
            line.subscribe(channel())
            _hear(line, wake)
        time.sleep(PAUSE)


def _hear(line: "redis.client.PubSub", wake: Callable[[], object]) -> None:
    """Until the line is dead. Its beginning is news too: something may have been told before."""
    is_asked = False
    while True:
        message = line.get_message(timeout=QUIET)
        if message is None and is_asked:
            return
        is_asked = message is None
        if is_asked:
            line.ping()
        elif message["type"] in {"message", "subscribe"}:
            wake()
