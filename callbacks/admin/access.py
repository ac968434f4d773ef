"""Permissions for the staff pages, and their shared helpers."""

import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from callbacks.models import CallbackRequest

VIEW = "callbacks.view_callbackrequest"  # the queue and each request's page
WORK = "callbacks.work_callbackrequest"  # claim, see numbers, log calls, write notes, print, find by phone, download
ERASE = "callbacks.delete_callbackrequest"
EXPORT = "callbacks.export_callbackrequest"
ORIGINALS = "callbacks.download_original"
ACCESS_LOG = "callbacks.view_accessrecord"
COUNTS = "callbacks.view_callcount"

CANNOT_OPEN = "This cannot be opened: it was altered, or its key is missing. Tell the site's administrator."


class StaffRequest(HttpRequest):
    """For type checks: a request whose user is signed in."""

    user: User


def needs(*permissions: str) -> Callable[[Callable], Callable]:
    """Return 403 to users without all of these permissions, before any lookup."""
    return permission_required(permissions, raise_exception=True)


def find_request(pk: uuid.UUID | str) -> CallbackRequest:
    """Return a request with its claimer. Raises Http404."""
    try:
        return CallbackRequest.objects.select_related("claimed_by").get(pk=pk)
    except (CallbackRequest.DoesNotExist, ValidationError):
        raise Http404 from None


def to_queue() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:callbacks_callbackrequest_changelist"), status=303)


def to_page(callback: CallbackRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:callbacks_callbackrequest_change", args=[callback.pk]), status=303)


def back_to_queue(request: HttpRequest, warning: str) -> HttpResponse:
    messages.warning(request, warning)
    return to_queue()


def session_left(request: HttpRequest) -> dict[str, int]:
    """Return the seconds until the session ends when idle, and at the latest, for a warning (see accounts.sessions)."""
    at_all = settings.STAFF_SESSION_HOURS * 3600 - (time.time() - request.session.get("staff_began", 0))
    return {"idle": settings.STAFF_IDLE_MINUTES * 60, "at_all": max(0, int(at_all))}


def staff_page(request: HttpRequest, template: str, context: dict, status: int = 200) -> HttpResponse:
    """Render a page in the admin's frame, without its side bar."""
    frame = admin.site.each_context(request) | {
        "is_nav_sidebar_enabled": False,
        "opts": CallbackRequest._meta,
        "cannot_open": CANNOT_OPEN,
        "session": session_left(request),
    }
    return render(request, f"callbacks/staff/{template}", frame | context, status=status)
