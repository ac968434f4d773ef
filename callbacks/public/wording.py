"""The words for states and times on the public pages."""

import datetime

from django.utils.dateformat import format as format_date

from callbacks.models import CallbackRequest

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
