"""How the page behind the private link words states and times."""

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
    """The page's heading; a request that waits is simply one that we have."""
    return _TITLES.get(callback.state, "We have your request")


def their_time(at: datetime.datetime) -> str:
    """Like "Tuesday, November 24, 2:30 pm", on the clock that `at` carries: templates would move it to ours."""
    return format_date(at, "l, F j, P").replace("a.m.", "am").replace("p.m.", "pm")
