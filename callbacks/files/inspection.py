"""Looks into each file that arrived, so that what nobody will be able to open is said while the person is there.

A look takes a process of its own, a second at most for nearly all files, and only one runs at a time in each server
process: a file that comes meanwhile is looked into later, by the schedule.
"""

import logging
import threading

from callbacks.files import sandbox
from callbacks.models import Attachment
from callbacks.values.marks import Mark
from callbacks.values.upload_rules import Kind
from vault import sealed_files
from vault.keyring import VaultError

log = logging.getLogger(__name__)

WHILE_SOMEBODY_WAITS = 4  # seconds
IN_THE_BACKGROUND = 60
MOST_AT_ONCE = 200  # files in one round of the schedule
_one_at_a_time = threading.Lock()


def inspect_now(object_name: str, kind: Kind) -> str:
    """The codes of what is in a stored file, or that it has to wait. Raises nothing: it must not cost the file."""
    if not _one_at_a_time.acquire(blocking=False):
        return Mark.UNCHECKED
    try:
        return _look(object_name, kind, WHILE_SOMEBODY_WAITS)
    except Exception:
        log.exception("A file could not be looked into.")
        return Mark.UNCHECKED
    finally:
        _one_at_a_time.release()


def inspect_waiting() -> int:
    """Looks into the files that had to wait, those that have been scanned; returns how many."""
    looked = 0
    waiting = Attachment.objects.readable().filter(found=Mark.UNCHECKED).order_by("pk")
    for pk, object_name, kind in waiting.values_list("pk", "object_name", "kind")[:MOST_AT_ONCE]:
        try:
            found = _look(object_name, Kind(kind), IN_THE_BACKGROUND)
        except (VaultError, OSError) as error:  # erased meanwhile, or damaged in the store: staff are told at download
            log.warning("A file could not be looked into: %s", type(error).__name__)
            found = ""
        looked += Attachment.objects.filter(pk=pk, object_name=object_name).update(found=found)
    return looked


def _look(object_name: str, kind: Kind, seconds: float) -> str:
    try:
        found, _ = sandbox.run("look", kind.value, sealed_files.plain_chunks(object_name), seconds)
    except sandbox.Failed as error:
        if kind is Kind.PDF:
            return Mark.OPAQUE
        if error.too_slow:  # large, and perhaps good
            return Mark.UNCHECKED if seconds == WHILE_SOMEBODY_WAITS else ""
        log.error("A picture made its decoder end with %d.", error.code)
        return Mark.UNREADABLE
    return " ".join(code for code in found if code in Mark.values)
