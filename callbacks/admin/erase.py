"""Erase requests after a confirmation page."""

import contextlib

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from callbacks.admin import access
from callbacks.admin.access import StaffRequest
from callbacks.casework import erasure
from callbacks.models import CallbackRequest


@access.needs(access.VIEW, access.ERASE)
def confirm(request: StaffRequest, object_id: str) -> HttpResponse:
    return _confirm(request, [access.find_request(object_id)])


@require_POST
@access.needs(access.VIEW, access.ERASE)
def erase_selected(request: StaffRequest) -> HttpResponse:
    """Erase the `selected` requests, once confirmed (`post`)."""
    chosen: list[CallbackRequest] = []
    with contextlib.suppress(ValidationError):  # invalid keys select nothing
        chosen += CallbackRequest.objects.filter(pk__in=request.POST.getlist("selected"))
    if not chosen:
        return access.back_to_queue(request, "Choose the requests first.")
    if request.POST.get("post") != "yes":
        return _confirm(request, chosen)
    for callback in chosen:
        erasure.erase(callback, by=request.user)
    messages.success(request, f"Erased: {', '.join(callback.reference for callback in chosen)}.")
    return access.to_queue()


def _confirm(request: StaffRequest, chosen: list[CallbackRequest]) -> HttpResponse:
    waiting = sum(callback.is_waiting for callback in chosen)
    context = {"chosen": chosen, "waiting": waiting, "title": "Erase for good"}
    return access.staff_page(request, "erase.html", context)
