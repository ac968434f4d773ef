"""Callback requests, their attachments, staff's work on them, and the access log.

What a person tells us is in sealed fields only. The fields in the clear hold what the queue orders and filters by:
times, states, the language of the call, and the kind of wish; nothing about who.
"""

from callbacks.models.attachments import Attachment
from callbacks.models.records import (
    AccessRecord,
    CallAttempt,
    CallCount,
    Disclosure,
    DoNotCall,
    Erasure,
    Note,
    Tombstone,
)
from callbacks.models.requests import CallbackRequest, default_erase_after, new_reference

__all__ = [
    "AccessRecord",
    "Attachment",
    "CallAttempt",
    "CallCount",
    "CallbackRequest",
    "Disclosure",
    "DoNotCall",
    "Erasure",
    "Note",
    "Tombstone",
    "default_erase_after",
    "new_reference",
]
