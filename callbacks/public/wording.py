"""Wording of states and times on the public pages."""

import datetime
from dataclasses import replace

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from callbacks.models import CallbackRequest
from callbacks.values import consent
from callbacks.values.details import Channel, Details, IfOtherAnswers
from editorial.values import phones

Facts = list[tuple[str, str]]

_TITLES = {
    CallbackRequest.State.ATTEMPTED: _("We tried to reach you"),
    CallbackRequest.State.REACHED: _("We talked"),
    CallbackRequest.State.CLOSED: _("Your request is closed"),
    CallbackRequest.State.WITHDRAWN: _("Your request is erased"),
}


def state_title(callback: CallbackRequest) -> str | Promise:
    return _TITLES.get(CallbackRequest.State(callback.state), _("We have your request"))


def their_time(at: datetime.datetime) -> str:
    """Format as "Tuesday, November 24, 2:30 pm" in the zone of `at`; template filters would use ours."""
    said = format_date(at, pgettext("date and time", "l, F j, P"))
    return said.replace("a.m.", pgettext("half of the day", "am")).replace("p.m.", pgettext("half of the day", "pm"))


def how_to_reach(details: Details) -> Facts:
    """Return the name, and the numbers and addresses in the order in which we try them."""
    return _said(
        (gettext("Name"), details.name),
        (gettext("First"), str(Channel(details.channel).label) if details.channel else ""),
        (gettext("Phone"), details.phone_for_people),
        (gettext("You also wrote"), details.phone_remark),
        (gettext("Second number"), phones.for_people(details.second_phone)),
        (gettext("Beside it"), details.second_phone_remark),
        (gettext("Email"), details.email),
    )


def what_else(details: Details) -> Facts:
    """Return the rest of what the person told us."""
    allowed = [
        what
        for what, may in ((gettext("a voicemail"), details.voicemail), (gettext("a text"), details.text_message))
        if may
    ]
    leave = gettext("We leave no message")
    if allowed:
        leave = gettext("We may leave %(what)s") % {"what": (" " + gettext("or") + " ").join(allowed)}
    return _said(
        (gettext("Safe hours"), details.safe_hours.in_words),
        (gettext("Where you are"), details.place),
        (gettext("If you do not pick up"), leave),
        (gettext("If someone else answers"), str(IfOtherAnswers(details.if_other_answers).label)),
        (gettext("We may talk to"), details.may_tell or gettext("No one but you")),
        (gettext("Language"), replace(details, language=details.language_or_default).language_in_words),
        (pgettext("who a request is for", "About"), details.about_in_words if details.about else ""),
        (gettext("Message"), details.message),
    )


def agreed(details: Details, callback: CallbackRequest) -> Facts:
    """Return the consent's words, date and end; empty if the form had none."""
    if not details.agreed:
        return []
    return [
        (gettext("What"), consent.words(details.agreed, callback.days_kept)),
        (gettext("When"), their_time(callback.received_at.astimezone(callback.clock))),
        (gettext("Expires"), date_format(timezone.localtime(callback.erase_after))),
        (gettext("Version"), str(details.agreed)),
    ]


def _said(*facts: tuple[str, str]) -> Facts:
    return [(label, value) for label, value in facts if value]
