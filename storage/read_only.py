"""The read-only flag of this machine's database: set while `manage.py move` copies it, and for good after the move.

It is a file that the move keeps locked. If the move is killed, the lock is gone and the site takes requests again.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from storage import durable

_COPYING, _MOVED = b"copying", b"moved"
RETRY_AFTER_SECONDS = 120  # roughly how long a move stops the site


def is_on() -> bool:
    """Return whether nothing may be written on this machine."""
    if settings.HAS_SERVER:  # its database is not this machine's
        return False
    try:
        with _path().open("rb") as flag:
            state = flag.read()
            return state == _MOVED or (state == _COPYING and not durable.try_lock(flag.fileno(), fcntl.LOCK_SH))
    except OSError:
        return False


def is_moved() -> bool:
    """Return whether the state of this machine has been moved to servers."""
    with contextlib.suppress(FileNotFoundError):
        return _path().read_bytes() == _MOVED
    return False


@contextlib.contextmanager
def moving() -> Iterator[None]:
    """Let one process move at a time. Raises TimeoutError. The site takes requests until `begin`."""
    with durable.file_lock(_path(), timeout=2):
        yield


def begin() -> None:
    _write(_COPYING)


def end(*, moved: bool) -> None:
    """Clear the flag; with `moved`, keep this machine read-only for good."""
    _write(_MOVED if moved else b"")


def _write(state: bytes) -> None:
    _path().write_bytes(state)  # replacing the file would lose its lock
    durable.sync(_path())
    durable.sync(_path().parent)


def _path() -> Path:
    return settings.VAR_DIR / "moving"
