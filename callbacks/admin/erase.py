"""Erasing by a lead: one request or several at once, each only after a page that says what is lost."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from callbacks.admin.access import ERASE, VIEW, back_to_queue, find_request, needs, queue_url, see_other, staff_page
from callbacks.casework import erasure
from callbacks.models import CallbackRequest

NOTHING_CHOSEN = "Choose the requests first."


@needs(VIEW, ERASE)
def confirm(request: HttpRequest, object_id: str) -> HttpResponse:
    """What is lost with one request, and the button that erases it."""
    return _confirm(request, [find_request(object_id)])


@require_POST
@needs(VIEW, ERASE)
def erase_selected(request: HttpRequest) -> HttpResponse:
    """Erases the `selected` requests once the page that names them was `confirmed`."""
    chosen = list(CallbackRequest.objects.filter(pk__in=_ids(request)))
    if not chosen:
        return back_to_queue(request, NOTHING_CHOSEN)
    if request.POST.get("confirmed") != "yes":
        return _confirm(request, chosen)
    for callback in chosen:
        erasure.erase(callback, by=request.user)
    messages.success(request, f"Erased: {', '.join(callback.reference for callback in chosen)}.")
    return see_other(queue_url())


def _confirm(request: HttpRequest, chosen: list[CallbackRequest]) -> HttpResponse:
    context = {"chosen": chosen, "title": "Erase for good"}
    context["waiting"] = sum(callback.is_waiting for callback in chosen)
    return staff_page(request, "erase.html", context)


def _ids(request: HttpRequest) -> list[uuid.UUID]:
    found = []
    for text in request.POST.getlist("selected"):
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found
