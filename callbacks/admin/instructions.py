"""Calling instructions: short sentences shown before the number."""

from dataclasses import dataclass

from callbacks.values.details import Channel, Details, IfOtherAnswers, Language
from callbacks.values.safe_hours import UNKNOWN
from editorial.values import phones


@dataclass(frozen=True, repr=False)  # no repr: it holds a name
class Instruction:
    """`forbids` marks what must not be done, `careful` what to weigh first."""

    sentence: str
    forbids: bool = False
    careful: bool = False


def instructions(details: Details) -> list[Instruction]:
    """Return how to reach the person, in which language, whom to ask for, what to leave, and what to tell others."""
    if not details.phones:
        return [
            Instruction(f"Write to {details.name} by email. There is no number to call."),
            *_language(details),
            *_earlier_names(details),
            *_remark(details),
            _SUBJECT,
        ]
    found = [*_FIRST.get(details.channel, []), *_language(details)]
    found += [Instruction(f"Ask for {details.name.removesuffix('.')}."), *_earlier_names(details), *_remark(details)]
    if details.second_phone:
        found.append(_second_number(details))
    if details.place:
        unknown = details.safe_hours.zone == UNKNOWN
        first = "Work out their local time before you call. " if unknown else ""
        found.append(Instruction(f"{first}Where they are: “{phones.without_numbers(details.place)}”.", careful=unknown))
    found.append(_may("leave a voicemail", allowed=details.voicemail))
    found.append(_may("send a text message", allowed=details.text_message))
    others, may_tell = IfOtherAnswers(details.if_other_answers), phones.without_numbers(details.may_tell)
    unless = f", unless it is “{may_tell}”" if may_tell and others != IfOtherAnswers.OPEN else ""
    action, forbids = _IF_OTHER_ANSWERS[others]
    found.append(Instruction(f"If someone else answers, {action}{unless}.", forbids))
    if may_tell:
        found.append(Instruction(f"You may talk about it with: “{may_tell}”."))
    else:
        found.append(Instruction("Do not talk about it with anyone else.", forbids=True))
    return found


def _language(details: Details) -> list[Instruction]:
    """Return nothing for English alone without an interpreter."""
    if not details.language and details.language_or_default:
        return [Instruction("They wrote from the Spanish page: begin in Spanish.")]
    if details.language in {"", Language.ENGLISH} and not (details.other_language or details.interpreter):
        return []
    ready = " Have the interpreter ready before you call." if details.interpreter else ""
    return [Instruction(f"Language: {details.language_in_words}.{ready}")]


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
    """Hide numbers, which are shown only with the phone number."""
    if not details.phone_remark:
        return []
    return [Instruction(f"With the number they wrote: “{phones.without_numbers(details.phone_remark)}”.")]


def _second_number(details: Details) -> Instruction:
    if not (remark := phones.without_numbers(details.second_phone_remark)):
        when = "try it if nobody answers at the first" if details.phone else "call that one"
        return Instruction(f"They left a second number: {when}.")
    return Instruction(f"They left a second number and wrote: “{remark}”. Try it only if that allows it.", careful=True)


def _may(what: str, *, allowed: bool) -> Instruction:
    return Instruction(f"You may {what}.") if allowed else Instruction(f"Do not {what}.", forbids=True)


_IF_OTHER_ANSWERS = {
    IfOtherAnswers.QUIET: ("do not say where you call from", True),
    IfOtherAnswers.WRONG_NUMBER: ("say it is a wrong number and hang up", False),
    IfOtherAnswers.OPEN: ("you may say who you are", False),
}
_NO_VOICE = Instruction("Do not make a voice call unless they agree to one.", forbids=True)
_SUBJECT = Instruction("Do not say in the subject line where you write from.", forbids=True)
_FIRST: dict[str, list[Instruction]] = {
    Channel.TEXT: [Instruction("Send a text first."), _NO_VOICE],
    Channel.EMAIL: [Instruction("Write an email first."), _NO_VOICE, _SUBJECT],
    Channel.RELAY: [
        Instruction("Call through relay: dial 711 and give the operator the number."),
        Instruction("Do not call without relay.", forbids=True),
    ],
    Channel.VIDEO: [
        Instruction(
            "They use video relay: dial the number, and a sign language interpreter joins. Talk to the person, not to "
            "the interpreter."
        )
    ],
}
