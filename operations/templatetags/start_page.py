"""The queue's summary and the user's lines on the admin's start page."""

from django import template
from django.utils import timezone

from callbacks.casework import setup_gaps
from callbacks.models import CallbackRequest
from operations.start_page import lines_for

register = template.Library()
register.simple_tag(lines_for, name="what_needs_me")


@register.inclusion_tag("callbacks/staff/_summary.html", takes_context=True)
def queue_summary(context: dict) -> dict:
    """Return counts and warnings for users who may see the queue; for others nothing, without a query."""
    user = context["request"].user
    if not user.has_perm("callbacks.view_callbackrequest"):
        return {}
    tally = CallbackRequest.objects.tally(timezone.now())
    return setup_gaps.said_to(user) | {"tally": tally, "shows_link": True}
