"""The start page of staff and the weekly mail: what needs this colleague now, by their roles; a template library."""

from django import template
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from callbacks.casework import notices, setup_gaps
from callbacks.models import CallbackRequest
from editorial.workflow.needs import Line, counted, other_lines, page_lines
from operations import broken_links, worker_status
from operations.readiness import MAIL_SLOW_AFTER
from translations import table

register = template.Library()


@register.simple_tag(name="what_needs_me")
def lines_for(user: User) -> list[Line]:
    """Return a user's lines, without callback requests, late ones first."""
    lines = [*table.lines(user), *_failures(user), *_broken_links(user), *page_lines(user), *other_lines(user)]
    return sorted(lines, key=lambda line: not line.is_late)


@register.inclusion_tag("callbacks/staff/_summary.html", takes_context=True)
def queue_summary(context: dict) -> dict:
    """Return counts and warnings for users who may see the queue; for others nothing, without a query."""
    user = context["request"].user
    if not user.has_perm("callbacks.view_callbackrequest"):
        return {}
    tally = CallbackRequest.objects.tally(timezone.now())
    return setup_gaps.messages_for(user) | {"tally": tally, "shows_link": True}


def waiting_calls(user: User) -> list[Line]:
    """Return a line with how many people wait for a call, for users who may see the queue; for the mail only."""
    if not user.has_perm("callbacks.view_callbackrequest"):
        return []
    queue = reverse("admin:callbacks_callbackrequest_changelist")
    tally = CallbackRequest.objects.tally(timezone.now())
    late, waiting = "overdue for a call", "waiting for a call"
    lines = counted(tally["overdue"], late, late, f"{queue}?time=overdue", is_late=True)
    return [*lines, *counted(tally["waiting"], waiting, waiting, queue)]


def _failures(user: User) -> list[Line]:
    if not user.has_perm("detoxsite.view_readiness"):
        return []
    now = timezone.now()
    status = reverse("readiness")
    jobs = {*worker_status.failing_jobs(), *worker_status.late_jobs(now)}
    unsent = CallbackRequest.objects.unannounced(now - MAIL_SLOW_AFTER).count() if notices.enabled() else 0
    counts = [
        (len(jobs), "background job failed or is late", "background jobs failed or are late"),
        (unsent, "callback request that no mail told staff of", "callback requests that no mail told staff of"),
    ]
    return [line for each in counts for line in counted(*each, status, is_late=True)]


def _broken_links(user: User) -> list[Line]:
    if not user.has_perm("articles.change_article"):
        return []
    one, many = "broken link in a published page", "broken links in published pages"
    return counted(broken_links.last_count(), one, many, reverse("broken_links"))
