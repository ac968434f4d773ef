"""Who may do what on the staff's pages, and what these pages share."""

import functools
import uuid
from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
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

CANNOT_OPEN = "This cannot be opened: it was changed, or its key is missing. Tell whoever runs the site."

Page = Callable[..., HttpResponse]


def needs(*permissions: str) -> Callable[[Page], Page]:
    """A staff page for those who have all of these rights; 403 for everybody else, before anything is looked up."""

    def decorate(view: Page) -> Page:
        @functools.wraps(view)
        def allowed(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not request.user.has_perms(permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return allowed

    return decorate


def find_request(pk: uuid.UUID | str) -> CallbackRequest:
    """Raises Http404 where there is none, or none any more."""
    try:
        return CallbackRequest.objects.select_related("claimed_by").get(pk=pk)
    except (CallbackRequest.DoesNotExist, ValidationError):
        raise Http404 from None


def queue_url() -> str:
    return reverse("admin:callbacks_callbackrequest_changelist")


def page_url(callback: CallbackRequest) -> str:
    return reverse("admin:callbacks_callbackrequest_change", args=[callback.pk])


def see_other(url: str) -> HttpResponse:
    """After a post: reloading the page that follows does nothing twice."""
    return HttpResponseRedirect(url, status=303)


def post_again(url: str) -> HttpResponse:
    """The browser posts to `url` what it posted here: reloading the page that follows repeats that step, not this."""
    return HttpResponseRedirect(url, status=307)


def back_to_queue(request: HttpRequest, warning: str) -> HttpResponse:
    messages.warning(request, warning)
    return see_other(queue_url())


def staff_page(request: HttpRequest, template: str, context: dict, status: int = 200) -> HttpResponse:
    """A page in the admin's frame, without its side bar: the queue needs the room."""
    frame = admin.site.each_context(request) | {
        "is_nav_sidebar_enabled": False,
        "opts": CallbackRequest._meta,
        "cannot_open": CANNOT_OPEN,
    }
    return render(request, f"callbacks/staff/{template}", frame | context, status=status)
