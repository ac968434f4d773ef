"""Presses the buttons of a request's page as the page has them, with what they bring back of it."""

import html
import re

from callbacks.casework import actions
from callbacks.models import CallbackRequest
from tests.callbacks.helpers import page_of, step


def press(client, name: str, request: CallbackRequest):
    """Opens the page and presses this button, with the hidden field that the page gave it."""
    return client.post(step(name, request), shown_on(client.get(page_of(request))))


def shown_on(response) -> dict[str, str]:
    """What buttons that end the work on a request bring back of this page."""
    found = re.search(r'name="shown" value="([^"]*)"', response.content.decode())
    return {"shown": html.unescape(found[1])} if found else {}


def now_on(request: CallbackRequest) -> dict[str, str]:
    """What they bring back of a page that was opened just now."""
    return {"shown": actions.stamp(CallbackRequest.objects.get(pk=request.pk))}
