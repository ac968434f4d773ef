"""What staff are given when they download a file: a picture drawn anew without its location, or the original.

Not a byte of either leaves before the whole of the stored file was checked. Nothing is written to disk.
"""

import logging
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from callbacks import objects, redraw
from callbacks.models import Attachment
from callbacks.uploads import Kind

log = logging.getLogger(__name__)

#: Seconds that a picture may take, and that another may wait for its turn.
LIMIT = 60
#: One at a time in each server process: a decoded picture is hundreds of megabytes.
_one_at_a_time = threading.Lock()
_SCRIPT = Path(redraw.__file__)

_OR_THE_ORIGINAL = "Ask a colleague who may download originals to open it, or ask the person for another photo."
_WHY = {
    redraw.TOO_MANY_PIXELS: f"This picture has more than {redraw.MAX_PIXELS // 10**6} million pixels.",
    redraw.TOO_MUCH_MEMORY: "This picture takes more memory than we can give it.",
    redraw.DAMAGED: "This picture is damaged or cut off.",
}


class CannotClean(Exception):
    """There is no copy without location. The message is for staff: why, and what to do."""


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

    PDFs are always given as they came. Raises CannotClean; VaultError where the file was changed; OSError where it
    cannot be read; ValueError for a file that nobody may open.
    """
    if not attachment.is_readable:
        raise ValueError("This file was not taken, or not scanned yet.")
    kind = Kind(attachment.kind)
    if original or not attachment.is_picture:
        size = objects.verify(attachment.object_name)
        chunks = objects.plain_chunks(attachment.object_name)
        return Copy(chunks, size, kind.media_type, kind, attachment.download_name)
    picture, media_type, extension = clean_copy(attachment.object_name, kind)
    name = attachment.download_name.removesuffix(kind) + extension
    return Copy((picture,), len(picture), media_type, extension, name)


def clean_copy(object_name: str, kind: Kind) -> tuple[bytes, str, str]:
    """A picture with nothing but its pixels, upright: its bytes, media type and extension.

    PNG stays PNG, JPEG and HEIC become JPEG. Raises CannotClean, VaultError, or OSError where it cannot be read.
    """
    if not _one_at_a_time.acquire(timeout=LIMIT):
        raise CannotClean("Other pictures are being opened right now. Try again in a minute.")
    try:
        picture = _redraw(b"".join(objects.plain_chunks(object_name)), kind)
    finally:
        _one_at_a_time.release()
    clean = Kind.PNG if kind is Kind.PNG else Kind.JPEG
    return picture, clean.media_type, clean.value


def _redraw(data: bytes, kind: Kind) -> bytes:
    """Starts redraw.py with an empty environment: the keys may be in ours. A crash of a decoder ends there."""
    command = [sys.executable, "-IB", str(_SCRIPT), kind.value]
    few = {"MALLOC_ARENA_MAX": "2"}  # address space is limited, and each thread would take some for itself
    try:
        done = subprocess.run(command, input=data, capture_output=True, env=few, timeout=LIMIT, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise CannotClean(f"This picture takes too long to open. {_OR_THE_ORIGINAL}") from None
    if done.returncode:
        if done.returncode not in _WHY:
            log.error("The process that draws a picture anew ended with %d.", done.returncode)
        raise CannotClean(f"{_WHY.get(done.returncode, _WHY[redraw.DAMAGED])} {_OR_THE_ORIGINAL}")
    return done.stdout
