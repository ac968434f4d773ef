"""Inspect each file on arrival, to tell the sender at once if it cannot be opened.

An inspection runs in a separate process, for most files less than a second. Each server process runs one at a time;
other files are inspected later, by the schedule.
"""

import logging
import threading

from callbacks.files import sandbox
from callbacks.models import Attachment
from callbacks.values.marks import Mark
from callbacks.values.upload_rules import Kind
from vault import sealed_files
from vault.keyring import MissingKey, VaultError

log = logging.getLogger(__name__)

INTERACTIVE_TIMEOUT = 4  # seconds
BACKGROUND_TIMEOUT = 60  # seconds
BATCH = 200  # files in one run of the schedule
_lock = threading.Lock()


def inspect_now(object_name: str, kind: Kind) -> str:
    """Return the codes of findings in a stored file, or Mark.UNCHECKED. Never raises, as that would cost the file."""
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
    """Inspect scanned files that had to wait; return how many. Others wait for the store or their key to come back."""
    inspected = 0
    # In no order, so that files whose key is lost do not keep others waiting.
    waiting = Attachment.objects.readable().filter(found=Mark.UNCHECKED).order_by("?")
    for pk, object_name, kind in waiting.values_list("pk", "object_name", "kind")[:BATCH]:
        try:
            found = _inspect(object_name, Kind(kind), BACKGROUND_TIMEOUT)
        except (VaultError, OSError) as error:
            log.warning("A file could not be inspected: %s", type(error).__name__)
            if isinstance(error, MissingKey):
                continue
            if not isinstance(error, VaultError | FileNotFoundError):
                break  # the store is down, and each file would wait for its timeout
            found = ""  # erased in the meantime, or damaged, which shows at download
        inspected += Attachment.objects.filter(pk=pk, object_name=object_name).update(found=found)
    return inspected


def _inspect(object_name: str, kind: Kind, seconds: float) -> str:
    try:
        found, _ = sandbox.run("inspect", kind.value, sealed_files.plain_chunks(object_name), seconds)
    except sandbox.TooSlow:  # a picture is perhaps just large
        if kind is Kind.PDF:
            return Mark.OPAQUE
        return Mark.UNCHECKED if seconds == INTERACTIVE_TIMEOUT else ""
    return " ".join(code for code in found if code in Mark.values)
