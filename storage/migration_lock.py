"""Let one process at a time change shared state: on PostgreSQL of all hosts, on SQLite of this one."""

import contextlib
import time
from collections.abc import Iterator

from django.conf import settings
from django.core.management import CommandError
from django.db import connection
from django.db.backends.utils import CursorWrapper

from storage import durable

LOCK = 0x6775696465  # the same in every version of the site: "guide" in ASCII
TIMEOUT_SECONDS = 15 * 60  # longer than any migration takes
RETRY_SECONDS = 0.2  # a wait inside the server would hold up an index that another host builds concurrently


@contextlib.contextmanager
def migration_lock() -> Iterator[None]:
    """Hold a database-wide lock, without a statement timeout. It ends with the connection. Raises CommandError."""
    if connection.vendor != "postgresql":
        with durable.file_lock(settings.VAR_DIR / "prepare.lock"):
            yield
        return
    deadline = time.monotonic() + TIMEOUT_SECONDS
    with connection.cursor() as cursor:
        while not _try_lock(cursor):
            if time.monotonic() > deadline:
                raise CommandError("Another host has been preparing the shared database for 15 minutes.")
            time.sleep(RETRY_SECONDS)
        cursor.execute("SET statement_timeout TO 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _try_lock(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
    return bool(cursor.fetchone()[0])
