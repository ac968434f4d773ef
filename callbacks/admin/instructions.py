"""How to call somebody, as short sentences that stand before the number."""

from dataclasses import dataclass

from callbacks.values.details import Details, IfOtherAnswers
from callbacks.values.safe_hours import UNKNOWN
from editorial import phones


@dataclass(frozen=True, repr=False)  # no repr: it holds a name
class Instruction:
    """`forbids` marks what must not be done; the sentence says so too."""

    sentence: str
    forbids: bool = False


def instructions(details: Details) -> list[Instruction]:
    """Whom to ask for, what may be left behind, what to say to others. Hours stand beside them on the page."""
    if not details.phone:
        return [
            Instruction(f"Write to {details.name} by email. There is no phone number."),
            *_earlier(details),
            *_beside_the_number(details),
            Instruction("Do not say in the subject line where you write from.", forbids=True),
        ]
    found = [Instruction(f"Ask for {details.name}."), *_earlier(details), *_beside_the_number(details)]
    if details.place:
        unknown = details.safe_hours.zone == UNKNOWN
        first = "Work out their clock before you call. " if unknown else ""
        found.append(Instruction(f"{first}Where they are: “{phones.without_numbers(details.place)}”.", forbids=unknown))
    found.append(_may("leave a voicemail", allowed=details.voicemail))
    found.append(_may("send a text message", allowed=details.text_message))
    found.append(_IF_OTHER_ANSWERS[IfOtherAnswers(details.if_other_answers)])
    return found


def _earlier(details: Details) -> list[Instruction]:
    if not details.earlier_names:
        return []
    said = " and ".join(f"“{name}”" for name in details.earlier_names)
    sentence = (
        f"The same form was sent before by the name {said}: one person who put it right, or two who share a phone and "
        "both want a call. Do not tell one of the other."
    )
    return [Instruction(sentence, forbids=True)]


def _beside_the_number(details: Details) -> list[Instruction]:
    """A second number in it shows only where the first one does."""
    if not details.phone_remark:
        return []
    return [Instruction(f"Beside the number they wrote: “{phones.without_numbers(details.phone_remark)}”.")]


def _may(what: str, *, allowed: bool) -> Instruction:
    return Instruction(f"You may {what}.") if allowed else Instruction(f"Do not {what}.", forbids=True)


_IF_OTHER_ANSWERS = {
    IfOtherAnswers.QUIET: Instruction("If someone else answers, do not say where you call from.", forbids=True),
    IfOtherAnswers.WRONG_NUMBER: Instruction("If someone else answers, say it is a wrong number and hang up."),
    IfOtherAnswers.OPEN: Instruction("If someone else answers, you may say who you are."),
}
