"""Inspect each file that arrived, to tell its sender at once if nobody will be able to open it.

An inspection takes a process of its own, for most files less than a second. Only one runs at a time in each server
process; a file that comes meanwhile is inspected later, by the schedule.
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

INTERACTIVE_TIMEOUT = 4  # seconds
BACKGROUND_TIMEOUT = 60  # seconds
BATCH = 200  # files in one run of the schedule
_lock = threading.Lock()


def inspect_now(object_name: str, kind: Kind) -> str:
    """Return the codes of what is in a stored file, or Mark.UNCHECKED. Raises nothing: it must not cost the file."""
    if not _lock.acquire(blocking=False):
        return Mark.UNCHECKED
    try:
        return _inspect(object_name, kind, INTERACTIVE_TIMEOUT)
    except Exception:
        log.exception("A file could not be inspected.")
        return Mark.UNCHECKED
    finally:
        _lock.release()


def inspect_waiting() -> int:
    """Inspect the files that had to wait and have been scanned; return how many."""
    inspected = 0
    waiting = Attachment.objects.readable().filter(found=Mark.UNCHECKED).order_by("pk")
    for pk, object_name, kind in waiting.values_list("pk", "object_name", "kind")[:BATCH]:
        try:
            found = _inspect(object_name, Kind(kind), BACKGROUND_TIMEOUT)
        except (VaultError, OSError) as error:  # erased meanwhile, or damaged, which staff are told at download
            log.warning("A file could not be inspected: %s", type(error).__name__)
            found = ""
        inspected += Attachment.objects.filter(pk=pk, object_name=object_name).update(found=found)
    return inspected


def _inspect(object_name: str, kind: Kind, seconds: float) -> str:
    try:
        found, _ = sandbox.run("inspect", kind.value, sealed_files.plain_chunks(object_name), seconds)
    except sandbox.Failed as error:
        if kind is Kind.PDF:
            return Mark.OPAQUE
        if error.too_slow:  # large, and perhaps good
            return Mark.UNCHECKED if seconds == INTERACTIVE_TIMEOUT else ""
        log.error("A picture crashed its decoder, which ended with %d.", error.code)
        return Mark.UNREADABLE
    return " ".join(code for code in found if code in Mark.values)
