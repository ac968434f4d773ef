"""The queue on the admin's front page."""

from django import template
from django.utils import timezone

from callbacks.casework import setup_gaps
from callbacks.models import CallbackRequest

register = template.Library()


@register.inclusion_tag("callbacks/staff/_summary.html", takes_context=True)
def queue_summary(context: dict) -> dict:
    """Counts and warnings for those who may see the queue; nothing, and no query, for others."""
    if not context["request"].user.has_perm("callbacks.view_callbackrequest"):
        return {}
    return {
        "tally": CallbackRequest.objects.tally(timezone.now()),
        "warnings": setup_gaps.warnings(),
        "shows_link": True,
    }
