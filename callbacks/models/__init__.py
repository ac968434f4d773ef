"""Callback requests, their attachments, staff's work on them, and the access log.

What a person tells us is only in sealed fields. Fields in the clear are what the queue sorts and filters by: times,
states, the language of the call and other choices; nothing that identifies anyone.
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
