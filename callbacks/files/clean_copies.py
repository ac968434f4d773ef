"""What staff are given when they download a file: a picture drawn anew without its location, or the original.

Not a byte of either leaves before the whole of the stored file was checked. Nothing is written to disk.
"""

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from callbacks.files import sandbox
from callbacks.models import Attachment
from callbacks.values.marks import Mark
from callbacks.values.upload_rules import Kind
from vault import sealed_files

log = logging.getLogger(__name__)

#: Seconds that a picture may take.
LIMIT = 60
#: One at a time in each server process: a decoded picture is hundreds of megabytes.
_one_at_a_time = threading.Lock()

_OR_THE_ORIGINAL = "Ask a colleague who may download originals to open it, or ask the person for another photo."
_WHY = {
    Mark.HUGE: "This picture has too many pixels, or takes more memory than we can give it.",
    Mark.UNREADABLE: "This picture is damaged or cut off.",
}


class CannotClean(Exception):
    """There is no copy without location. The message is for staff: why, and what to do."""


class Busy(Exception):
    """Another picture is being drawn. Nobody waits for it here: that would take a thread from readers."""


@dataclass(frozen=True)
class Copy:
    """A file for staff. `name` is made by us; `size` is in bytes."""

    chunks: Iterable[bytes]
    size: int
    media_type: str
    extension: str
    name: str


def for_staff(attachment: Attachment, *, original: bool = False) -> Copy:
    """What to send to staff; with `original`, the file as it came, location and all.

    PDFs are always given as they came. Raises CannotClean; Busy; VaultError where the file was changed; OSError where
    it cannot be read; ValueError for a file that nobody may open.
    """
    if not attachment.is_readable:
        raise ValueError("This file was not taken, or not scanned yet.")
    kind = Kind(attachment.kind)
    if original or not attachment.is_picture:
        size = sealed_files.verify(attachment.object_name)
        chunks = sealed_files.plain_chunks(attachment.object_name)
        return Copy(chunks, size, kind.media_type, kind, attachment.download_name)
    found, picture = clean_copy(attachment.object_name, kind)
    if found != attachment.found:  # it came before files were looked into, or there was no time to
        attachment.found = found
        attachment.save(update_fields=["found"])
    clean = Kind.PNG if kind is Kind.PNG else Kind.JPEG
    name = attachment.download_name.removesuffix(kind) + clean.value
    return Copy((picture,), len(picture), clean.media_type, clean.value, name)


def clean_copy(object_name: str, kind: Kind) -> tuple[str, bytes]:
    """A picture with nothing but its pixels, upright, and the codes of what is wrong with it.

    PNG stays PNG, the others become JPEG. Raises CannotClean, Busy, VaultError, or OSError where it cannot be read.
    """
    if not _one_at_a_time.acquire(blocking=False):
        raise Busy
    try:
        found, picture = sandbox.run("draw", kind.value, sealed_files.plain_chunks(object_name), LIMIT)
    except sandbox.Failed as error:
        if error.too_slow:
            raise CannotClean(f"This picture takes too long to open. {_OR_THE_ORIGINAL}") from None
        log.error("The process that draws a picture anew ended with %d.", error.code)
        found, picture = [Mark.UNREADABLE], b""
    finally:
        _one_at_a_time.release()
    if not picture:
        why = next((_WHY[code] for code in found if code in _WHY), _WHY[Mark.UNREADABLE])
        raise CannotClean(f"{why} {_OR_THE_ORIGINAL}")
    return " ".join(code for code in found if code in Mark.values), picture
