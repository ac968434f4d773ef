"""Callback requests, their attachments, staff's work on them, and the access log.

What a person tells us is in sealed fields only; the fields in the clear hold times and states, nothing about who.
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
