"""How to call somebody, as short sentences shown before the number."""

from dataclasses import dataclass

from callbacks.values.details import Details, IfOtherAnswers
from callbacks.values.safe_hours import UNKNOWN
from editorial import phones


@dataclass(frozen=True, repr=False)  # no repr: it holds a name
class Instruction:
    """`forbids` highlights a sentence about what must not be done."""

    sentence: str
    forbids: bool = False


def instructions(details: Details) -> list[Instruction]:
    """Whom to ask for, what may be left behind, what to say to others. The page adds the safe hours."""
    if not details.phone:
        return [
            Instruction(f"Write to {details.name} by email. There is no phone number."),
            *_earlier_names(details),
            *_remark(details),
            Instruction("Do not say in the subject line where you write from.", forbids=True),
        ]
    found = [Instruction(f"Ask for {details.name}."), *_earlier_names(details), *_remark(details)]
    if details.place:
        unknown = details.safe_hours.zone == UNKNOWN
        first = "Work out their local time before you call. " if unknown else ""
        found.append(Instruction(f"{first}Where they are: “{phones.without_numbers(details.place)}”.", forbids=unknown))
    found.append(_may("leave a voicemail", allowed=details.voicemail))
    found.append(_may("send a text message", allowed=details.text_message))
    found.append(_IF_OTHER_ANSWERS[IfOtherAnswers(details.if_other_answers)])
    return found


def _earlier_names(details: Details) -> list[Instruction]:
    if not details.earlier_names:
        return []
    names = " and ".join(f"“{name}”" for name in details.earlier_names)
    sentence = (
        f"The same form was sent before with the name {names}: one person who corrected it, or two who share a "
        "phone and both want a call. Do not mention one to the other."
    )
    return [Instruction(sentence, forbids=True)]


def _remark(details: Details) -> list[Instruction]:
    """Without numbers, as those are shown only when the phone number is."""
    if not details.phone_remark:
        return []
    return [Instruction(f"With the number they wrote: “{phones.without_numbers(details.phone_remark)}”.")]


def _may(what: str, *, allowed: bool) -> Instruction:
    return Instruction(f"You may {what}.") if allowed else Instruction(f"Do not {what}.", forbids=True)


_IF_OTHER_ANSWERS = {
    IfOtherAnswers.QUIET: Instruction("If someone else answers, do not say where you call from.", forbids=True),
    IfOtherAnswers.WRONG_NUMBER: Instruction("If someone else answers, say it is a wrong number and hang up."),
    IfOtherAnswers.OPEN: Instruction("If someone else answers, you may say who you are."),
}
