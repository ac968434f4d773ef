"""Lets one host at a time change the shared state, on PostgreSQL; SQLite is of one host and has a lock of its own."""

import contextlib
import time
from collections.abc import Iterator

from django.db import connection

#: Any number, the same in every version of the site: "guide" in ASCII.
LOCK = 0x6775696465
PATIENCE = 15 * 60  # seconds: longer than any migration of ours takes
PAUSE = 0.2  # seconds between two tries; waiting inside the server would hold up what another host builds


class StillBusy(Exception):
    """Another host has been at it for PATIENCE."""


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Holds a lock of the whole database, which ends with the connection at the latest. Raises StillBusy.

    What is done in it may take longer than what somebody waits for.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        deadline = time.monotonic() + PATIENCE
        while not _try(cursor):
            if time.monotonic() > deadline:
                raise StillBusy("Another host has been preparing the shared database for 15 minutes.")
            time.sleep(PAUSE)
        cursor.execute("SET statement_timeout TO 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _try(cursor) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
    return cursor.fetchone()[0]
