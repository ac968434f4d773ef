"""What staff can read of a request."""

from collections.abc import Callable

from callbacks.admin import access
from callbacks.admin.codes import FIELDS
from callbacks.admin.instructions import Instruction, instructions
from callbacks.casework import do_not_call
from callbacks.models import CallbackRequest, DoNotCall
from callbacks.values import consent
from callbacks.values.details import Details
from callbacks.values.safe_hours import SafeHours
from vault.keyring import VaultError


class Opened:
    """What could be decrypted of a request; `details` is None if they were altered or their key is missing."""

    def __init__(self, callback: CallbackRequest) -> None:
        self.notes = [(note, or_cannot_open(note.open_text)) for note in callback.notes.all()]
        self.files = [(file, or_cannot_open(file.open_name)) for file in callback.attachments.all()]
        self.details = callback.readable_details()
        self.unbarred: Details | None = None  # without the numbers that nobody may call
        self.barred: list[DoNotCall] = []
        self.instructions: list[Instruction] = []
        self.consent = ""  # the words that the person agreed to
        if self.details:
            self.unbarred, self.barred = do_not_call.without_barred(self.details)
            to_read = self.unbarred if self.unbarred.phones or self.unbarred.email else self.details
            self.instructions = instructions(to_read)
            if self.details.agreed:
                self.consent = consent.words(self.details.agreed, callback.days_kept)

    def add_prohibitions(self, others: list["Opened"]) -> None:
        """Add what the person forbade in the requests merged with this one, in place of what this one allows."""
        found = (each for other in others for each in other.instructions if each.forbids)
        forbidden = [each for each in dict.fromkeys(found) if each not in self.instructions]
        own = self.details and self.details.safe_hours
        hours = dict.fromkeys(each.details.safe_hours for each in others if each.details)
        forbidden += [_hours_too(each) for each in hours if each != own]
        words = {each.sentence for each in forbidden}
        kept = [each for each in self.instructions if each.sentence.replace("You may", "Do not", 1) not in words]
        self.instructions = [*kept, *forbidden]

    @property
    def changes(self) -> str:
        """Return in words what the person has changed since the first form; empty for changes of an earlier release."""
        changed = self.details.changed if self.details else ()
        return ", ".join(dict.fromkeys(FIELDS[name] for name in changed if name in FIELDS))

    @property
    def may_call_nobody(self) -> bool:
        return bool(self.barred and self.unbarred and not self.unbarred.phones)


def _hours_too(hours: SafeHours) -> Instruction:
    return Instruction(f"Do not call outside the safe hours of their other request either: {hours.in_words}.", True)


def or_cannot_open(open_text: Callable[[], str]) -> str:
    try:
        return open_text()
    except VaultError:
        return access.CANNOT_OPEN
