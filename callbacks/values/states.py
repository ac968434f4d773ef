"""Choices of the models: states, outcomes and reasons."""

from django.db.models import TextChoices


class RequestState(TextChoices):
    NEW = "new", "New"
    CLAIMED = "claimed", "Claimed"
    ATTEMPTED = "attempted", "Attempted"
    REACHED = "reached", "Reached"
    CLOSED = "closed", "Closed"
    WITHDRAWN = "withdrawn", "Withdrawn"


#: The person is still waiting for a call.
WAITING = (RequestState.NEW, RequestState.CLAIMED, RequestState.ATTEMPTED)


class Suspicion(TextChoices):
    """Why a request may be spam. It is only flagged; staff decide."""

    HIDDEN_FIELD = "hidden_field", "Filled in a field that people do not see"
    TOO_FAST = "too_fast", "Sent within seconds of opening the form"
    BUSY_ADDRESS = "busy_address", "Sent from an address that sent many others"


class FileState(TextChoices):
    STORED = "stored", "Stored"
    #: Arrived while the scanner was down; cannot be opened until scanned.
    HELD = "held", "Held until scanned"
    REFUSED = "refused", "Not taken"


ARRIVED = (FileState.STORED, FileState.HELD)


class Outcome(TextChoices):
    REACHED = "reached", "Talked to them"
    NO_ANSWER = "no_answer", "No answer"
    SOMEONE_ELSE = "someone_else", "Someone else answered"
    LEFT_MESSAGE = "left_message", "Left a message or sent a text, as agreed"
    CALL_LATER = "call_later", "They asked us to call later"
    WROTE = "wrote", "Wrote an email"
    WRONG_CONTACT = "wrong_contact", "Wrong number or address"


class Access(TextChoices):
    VIEWED = "viewed", "Viewed"
    REVEALED = "revealed", "Saw the number"
    PRINTED = "printed", "Opened the printable sheet"
    DOWNLOADED = "downloaded", "Downloaded a file"
    ORIGINAL = "original", "Downloaded an original"
    SEARCHED = "searched", "Searched for a phone number"
    EXPORTED = "exported", "Exported"
    ERASED = "erased", "Erased"


class ErasureReason(TextChoices):
    DUE = "due", "Retention period ended"
    WITHDRAWN = "withdrawn", "Withdrawn by the person"
    STAFF = "staff", "Erased by staff"
