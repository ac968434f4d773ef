"""A callback request, its attachments, what staff did about it, and the record of who read what.

What a person tells us is in sealed fields only. What stands beside them in the clear says when and how far, not who.
"""

from callbacks.models.attachments import Attachment
from callbacks.models.records import AccessRecord, CallAttempt, Erasure, Note, Tombstone
from callbacks.models.requests import CallbackRequest, default_erase_after, new_reference

__all__ = [
    "AccessRecord",
    "Attachment",
    "CallAttempt",
    "CallbackRequest",
    "Erasure",
    "Note",
    "Tombstone",
    "default_erase_after",
    "new_reference",
]
