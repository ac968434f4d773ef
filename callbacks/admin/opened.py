"""What staff can read of a request."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from callbacks.admin import access
from callbacks.admin.codes import FIELDS
from callbacks.admin.instructions import Instruction, instructions
from callbacks.casework import do_not_call
from callbacks.models import Attachment, CallbackRequest, DoNotCall, Note
from callbacks.values import consent
from callbacks.values.details import Details
from vault.keyring import VaultError


@dataclass(frozen=True, repr=False)  # no repr: it holds what the person told us
class Opened:
    """What could be decrypted of a request; `details` is None if they were altered or their key is missing."""

    details: Details | None
    notes: list[tuple[Note, str]]
    files: list[tuple[Attachment, str]]
    instructions: list[Instruction] = field(default_factory=list)
    reach: Details | None = None  # without the numbers that nobody may call
    barred: list[DoNotCall] = field(default_factory=list)
    consent: str = ""  # the words that the person agreed to

    @classmethod
    def of(cls, callback: CallbackRequest) -> "Opened":
        try:
            details = callback.open_details()
        except VaultError:
            details = None
        reach, barred = do_not_call.without_barred(details) if details else (None, [])
        to_read = reach if reach and (reach.phones or reach.email) else details
        return cls(
            details,
            [(note, or_cannot_open(note.open_text)) for note in callback.notes.all()],
            [(file, or_cannot_open(file.open_name)) for file in callback.attachments.all()],
            instructions(to_read) if to_read else [],
            reach,
            barred,
            consent.words(details.agreed, callback.days_kept) if details and details.agreed else "",
        )

    def heeding(self, others: list["Opened"]) -> "Opened":
        """This request with what the person forbade in those merged with it, in place of what this one allows."""
        found = (each for other in others for each in other.instructions if each.forbids)
        forbidden = [each for each in dict.fromkeys(found) if each not in self.instructions]
        words = {each.sentence for each in forbidden}
        kept = [each for each in self.instructions if each.sentence.replace("You may", "Do not", 1) not in words]
        return replace(self, instructions=[*kept, *forbidden])

    @property
    def changes(self) -> str:
        """What the person has changed since they first sent it, in words; empty for changes of an earlier release."""
        changed = self.details.changed if self.details else ()
        return ", ".join(dict.fromkeys(FIELDS[name] for name in changed if name in FIELDS))

    @property
    def may_call_nobody(self) -> bool:
        return bool(self.barred and self.reach and not self.reach.phones)


def or_cannot_open(open_text: Callable[[], str]) -> str:
    try:
        return open_text()
    except VaultError:
        return access.CANNOT_OPEN
