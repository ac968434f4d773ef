"""The files that staff download: re-encoded pictures, or originals. Verified before they are sent; never on disk."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from callbacks.files import sandbox
from callbacks.models import Attachment
from callbacks.values.marks import Mark
from callbacks.values.upload_rules import Kind
from vault import sealed_files

TIMEOUT_SECONDS = 60
#: One picture at a time in each process, as it takes hundreds of megabytes decoded.
_lock = threading.Lock()

_OR_THE_ORIGINAL = "Ask a colleague who may download originals to open it, or ask the person for another photo."
_TOO_LARGE = "This picture has too many pixels, or takes more memory than we can give it."
_DAMAGED = "This picture is damaged or cut off."


class CannotClean(Exception):
    """No clean copy can be made. The message tells staff why, and what to do."""


class Busy(Exception):
    """Another picture is being re-encoded. Waiting would block a thread."""


@dataclass(frozen=True)
class Copy:
    """A file for staff, under a generated name."""

    chunks: Iterable[bytes]
    size: int  # bytes
    media_type: str
    name: str


def for_staff(attachment: Attachment, *, original: bool = False) -> Copy:
    """Return the clean copy; with `original`, and for PDFs, the original file.

    Raises CannotClean; Busy; VaultError if the file was changed; OSError if it cannot be read; ValueError for a file
    that must not be opened.
    """
    if not attachment.is_readable:
        raise ValueError("This file was not taken, or not scanned yet.")
    kind = Kind(attachment.kind)
    if original or not attachment.is_picture:
        size = sealed_files.verify(attachment.object_name)
        chunks = sealed_files.plain_chunks(attachment.object_name)
        return Copy(chunks, size, kind.media_type, attachment.download_name)
    found, picture = clean_copy(attachment.object_name, kind)
    if found != attachment.found:  # it was not inspected before
        attachment.found = found
        attachment.save(update_fields=["found"])
    clean = Kind.PNG if kind is Kind.PNG else Kind.JPEG
    name = attachment.download_name.removesuffix(kind) + clean.value
    return Copy((picture,), len(picture), clean.media_type, name)


def clean_copy(object_name: str, kind: Kind) -> tuple[str, bytes]:
    """Return the codes of problems with a picture, and an upright copy of its pixels only.

    PNG stays PNG, the others become JPEG. Raises CannotClean, Busy, VaultError, or OSError if it cannot be read.
    """
    if not _lock.acquire(blocking=False):
        raise Busy
    try:
        found, picture = sandbox.run("reencode", kind.value, sealed_files.plain_chunks(object_name), TIMEOUT_SECONDS)
    except sandbox.TooSlow:
        raise CannotClean(f"This picture takes too long to open. {_OR_THE_ORIGINAL}") from None
    finally:
        _lock.release()
    if not picture:
        why = _TOO_LARGE if Mark.HUGE in found else _DAMAGED
        raise CannotClean(f"{why} {_OR_THE_ORIGINAL}")
    return " ".join(code for code in found if code in Mark.values), picture
