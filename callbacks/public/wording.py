"""The words for states and times on the public pages."""

import datetime

from django.utils.dateformat import format as format_date

from callbacks.models import CallbackRequest
from callbacks.values.details import Channel, Details, IfOtherAnswers
from editorial import phones

Facts = list[tuple[str, str]]

_TITLES = {
    CallbackRequest.State.ATTEMPTED: "We tried to reach you",
    CallbackRequest.State.REACHED: "We talked",
    CallbackRequest.State.CLOSED: "Your request is closed",
    CallbackRequest.State.WITHDRAWN: "Your request is erased",
}


def state_title(callback: CallbackRequest) -> str:
    """Return the heading of the page behind the private link."""
    return _TITLES.get(CallbackRequest.State(callback.state), "We have your request")


def their_time(at: datetime.datetime) -> str:
    """Format like "Tuesday, November 24, 2:30 pm" in the zone of `at`; a template filter would convert it to ours."""
    return format_date(at, "l, F j, P").replace("a.m.", "am").replace("p.m.", "pm")


def how_to_reach(details: Details) -> Facts:
    """Return the name, and the numbers and addresses we use, in the order in which we try them."""
    return _said(
        ("Name", details.name),
        ("First", Channel(details.channel).label if details.channel else ""),
        ("Phone", details.phone_for_people),
        ("You also wrote", details.phone_remark),
        ("Second number", phones.for_people(details.second_phone)),
        ("Beside it", details.second_phone_remark),
        ("Email", details.email),
    )


def what_else(details: Details) -> Facts:
    """Return the rest of what the person told us."""
    allowed = [what for what, may in (("a voicemail", details.voicemail), ("a text", details.text_message)) if may]
    return _said(
        ("Safe hours", details.safe_hours.in_words),
        ("Where you are", details.place),
        ("If you do not pick up", f"We may leave {' or '.join(allowed)}" if allowed else "We leave no message"),
        ("If someone else answers", IfOtherAnswers(details.if_other_answers).label),
        ("We may talk to", details.may_tell or "No one but you"),
        ("Language", details.language_in_words),
        ("About", details.about_in_words if details.about else ""),
        ("Message", details.message),
    )


def _said(*facts: tuple[str, str]) -> Facts:
    return [(label, value) for label, value in facts if value]
