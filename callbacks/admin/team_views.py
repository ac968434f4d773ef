"""Buttons to reassign or merge requests and bar numbers; and the heartbeat of an open page."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from callbacks.admin import access
from callbacks.admin.access import StaffRequest
from callbacks.admin.action_views import action
from callbacks.admin.forms import AssignForm, HandOverForm
from callbacks.admin.opened import Opened
from callbacks.casework import actions, do_not_call, merging
from callbacks.models import AccessRecord, CallbackRequest
from vault.keyring import VaultError

NOT_HANDED_OVER = "Nothing was handed over. Choose a colleague in the list, and a note of 4,000 characters at most."


@require_safe
@access.needs(access.VIEW)
def awake(request: HttpRequest) -> HttpResponse:
    """Count as activity, and return a CSRF token, for a page that stayed open while its `user` signed in again."""
    if request.GET.get("user", str(request.user.pk)) != str(request.user.pk):
        raise PermissionDenied  # opened by a colleague at the same desk
    return JsonResponse({"token": get_token(request), "left": access.session_left(request)["at_all"]})


@action
def assign(request: StaffRequest, callback: CallbackRequest) -> HttpResponse | str:
    form = AssignForm(request.POST, who=request.user)
    if not form.is_valid():
        messages.warning(request, "Choose a colleague first.")
        return access.to_page(callback)
    to = form.cleaned_data["to"]
    actions.assign(callback, request.user, to)
    return f"{actions.name_of(to)} has it now."


@require_POST
@access.needs(access.VIEW, access.WORK)
def hand_over(request: StaffRequest) -> HttpResponse:
    form = HandOverForm(request.POST, who=request.user)
    if not form.is_valid():
        return _not_handed_over(request, form, NOT_HANDED_OVER)
    to = form.cleaned_data["to"]
    try:
        count = actions.hand_over(request.user, to, form.cleaned_data["note"])
    except VaultError:
        return _not_handed_over(request, form, f"Nothing was handed over. {access.CANNOT_OPEN}")
    has_them = f"{actions.name_of(to)} has" if to else "The queue has"
    messages.success(request, f"Handed over: {count}. {has_them} them now.")
    return access.to_queue()


def _not_handed_over(request: StaffRequest, form: HandOverForm, problem: str) -> HttpResponse:
    """Show the form again, with the note."""
    tally = CallbackRequest.objects.tally(timezone.now(), request.user.pk)
    context = {"hand_over_form": form, "problem": problem, "tally": tally, "title": "Hand over"}
    return access.staff_page(request, "hand_over.html", context, status=422)


@action
def merge(request: StaffRequest, callback: CallbackRequest) -> HttpResponse | str:
    """Merge the `other` request into this one, after a confirmation page with both."""
    try:
        other = access.find_request(uuid.UUID(request.POST.get("other", "")))
    except ValueError:
        return access.to_page(callback)
    if request.POST.get("confirmed") == "yes":
        merging.merge(other, callback, request.user)
        return f"{other.reference} is part of this request now."
    both = (callback, other)
    for each in both:
        actions.record(AccessRecord.Action.VIEWED, each, request.user)
    sides = [(each, Opened(each)) for each in both]
    context = {"callback": callback, "other": other, "sides": sides, "title": "Merge two requests"}
    return access.staff_page(request, "merge.html", context)


@action
def bar(request: StaffRequest, callback: CallbackRequest) -> str:
    if callback.claimed_by != request.user:
        raise actions.AlreadyTaken
    actions.check(callback, request.POST.get("shown", ""))  # the person may have corrected the number
    details = callback.open_details()
    do_not_call.add(details.second_phone if request.POST.get("number") == "second" else details.phone, request.user)
    return "Nobody is shown this number now. A lead can lift that."


@action
def lift_bar(request: StaffRequest, callback: CallbackRequest) -> str:
    if not actions.is_lead(request.user):
        raise actions.AlreadyTaken
    actions.check(callback, request.POST.get("shown", ""))
    for phone in callback.open_details().phones:
        do_not_call.lift(phone, request.user)
    return "The number can be called again."
