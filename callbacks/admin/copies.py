"""What staff are given when they download a file. The same names and promises as `callbacks.copies`, whose place it
holds: each file goes out as it came."""

from collections.abc import Iterable
from dataclasses import dataclass

from callbacks import objects
from callbacks.models import Attachment


class CannotClean(Exception):
    """There is no copy without location. The message is for staff: why, and what to do."""


@dataclass(frozen=True, repr=False)
class Copy:
    """A file for staff. `name` is made by us; `size` is in bytes."""

    chunks: Iterable[bytes]
    size: int
    media_type: str
    extension: str
    name: str


def for_staff(attachment: Attachment, *, original: bool = False) -> Copy:
    """The whole file was checked when this returns. Raises VaultError, or OSError where it cannot be read."""
    size = objects.verify(attachment.object_name)
    chunks = objects.plain_chunks(attachment.object_name)
    return Copy(chunks, size, attachment.media_type, attachment.kind, attachment.download_name)
