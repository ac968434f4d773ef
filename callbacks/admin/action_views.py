"""The buttons on a request's page. Each is a POST, and reports if a colleague was faster."""

import datetime
import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.forms import BaseForm
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_POST

from callbacks.admin import access
from callbacks.admin.access import StaffRequest
from callbacks.admin.forms import AttemptForm, DisclosureForm, NoteForm
from callbacks.admin.request_page import may_see_number, show
from callbacks.casework import actions, disclosures
from callbacks.models import AccessRecord, CallbackRequest
from vault.keyring import VaultError

#: A button pressed again within this time from the same page is one press.
SECOND_PRESS = datetime.timedelta(minutes=1)
NOT_SAVED = "Nothing is saved yet. {}"
GONE = "The request was erased in the meantime."
CHANGED = "Not done yet. Since you opened this page: {}. Review it, then try again if that is still right."
OUTSIDE = "Next try: {against}. The queue says Call now only when we are open and their hours are safe."


def action(view: Callable[[StaffRequest, CallbackRequest], HttpResponse | str]) -> Callable[..., HttpResponse]:
    """Make a view for POSTs by staff who may work on requests.

    `view` returns a response, or what to say on the request's page, and raises as casework.actions.
    """

    @functools.wraps(view)
    def on_request(request: StaffRequest, pk: uuid.UUID) -> HttpResponse:
        try:
            return _act(view, request, access.find_request(pk))
        except (Http404, CallbackRequest.DoesNotExist):
            return access.back_to_queue(request, GONE)

    return require_POST(access.needs(access.VIEW, access.WORK)(on_request))


def _act(view: Callable, request: StaffRequest, callback: CallbackRequest) -> HttpResponse:
    try:
        done = view(request, callback)
    except actions.AlreadyTaken:
        return _clash(request, callback)
    except actions.PageOutdated as outdated:
        return _read_first(request, callback, CHANGED.format(", ".join(outdated.changes)))
    except VaultError:
        return _not_done(request, callback, access.CANNOT_OPEN)
    if isinstance(done, HttpResponse):
        return done
    messages.success(request, done)
    return access.to_page(callback)


@action
def claim(request: StaffRequest, callback: CallbackRequest) -> str:
    actions.claim(callback, request.user)
    return "You have claimed it."


@action
def call(request: StaffRequest, callback: CallbackRequest) -> HttpResponse:
    """Claim the request, if needed, and show the instructions and the number: one press in the queue."""
    if callback.claimed_by != request.user:
        actions.claim(callback, request.user)
    return _again_at("reveal", callback)


@action
def release(request: StaffRequest, callback: CallbackRequest) -> str:
    actions.release(callback, request.user, shown=request.POST.get("shown", ""))
    return "It is back in the queue." if callback.is_waiting else "You no longer have it."


@action
def close(request: StaffRequest, callback: CallbackRequest) -> str:
    actions.close(callback, request.user, shown=request.POST.get("shown", ""))
    return "It is closed."


@action
def reopen(request: StaffRequest, callback: CallbackRequest) -> str:
    actions.reopen(callback, request.user)
    return "It is open again, and you have claimed it."


@action
def log_attempt(request: StaffRequest, callback: CallbackRequest) -> HttpResponse:
    if callback.claimed_by != request.user or not callback.is_waiting:
        raise actions.AlreadyTaken
    form = AttemptForm(_typed(request), request=callback, now=timezone.now())
    note_form = NoteForm(request.POST, is_optional=True)
    if not (form.is_valid() & note_form.is_valid()):
        return _invalid(request, callback, attempt_form=form, note_form=note_form)
    outcome, note = form.cleaned_data["outcome"], note_form.cleaned_data["text"]
    next_try_at, shown = form.cleaned_data["next_try_at"], request.POST.get("shown", "")
    try:
        actions.log_attempt(callback, request.user, outcome, next_try_at=next_try_at, note=note, shown=shown)
    except actions.PageOutdated:
        if not _is_second_press(callback, request.user, outcome, next_try_at, note):
            raise
    if form.against_next_try:
        messages.warning(request, OUTSIDE.format(against=form.against_next_try))
    words = f"{callback.reference}: the call is logged. Next try: {form.next_try_in_words}."
    link = access.to_page(callback).headers["Location"]
    messages.success(request, format_html('{} <a href="{}">Back to it</a>', words, link))
    return access.to_queue()


@action
def add_note(request: StaffRequest, callback: CallbackRequest) -> HttpResponse | str:
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _invalid(request, callback, note_form=form, kept=request.POST.dict())
    actions.add_note(callback, request.user, form.cleaned_data["text"])
    done = "Note saved."
    if _showed_number(request):  # have the browser post to the view that shows it, which checks and records that
        after = "reveal"
    elif "next_try" in request.POST:  # what was chosen of a call comes along
        after = "change"
    else:
        return done
    messages.success(request, done)
    return _again_at(after, callback)


@action
def add_disclosure(request: StaffRequest, callback: CallbackRequest) -> HttpResponse | str:
    form = DisclosureForm(request.POST)
    if not form.is_valid():
        return _invalid(request, callback, disclosure_form=form)
    disclosures.record(callback, request.user, disclosures.Entry(**form.cleaned_data))
    return "Recorded."


def _is_second_press(
    callback: CallbackRequest, who: User, outcome: str, next_try_at: datetime.datetime | None, note: str
) -> bool:
    """Return whether they logged just this, with the same next try and note. Raises VaultError."""
    lately = {"who": who, "at__gt": timezone.now() - SECOND_PRESS}
    same: dict[str, object] = {"next_try_at": None}
    if next_try_at:  # "In 1 hour" is computed for each press
        same = {"next_try_at__range": (next_try_at - SECOND_PRESS, next_try_at + SECOND_PRESS)}
    if not callback.attempts.filter(outcome=outcome, **same, **lately).exists():
        return False
    return not note or note in [each.open_text() for each in callback.notes.filter(**lately)]


def _typed(request: StaffRequest) -> dict:
    """Return what was posted; a button that logs a call in one press overrides the choices in the form."""
    posted = request.POST.dict()
    if "quick" in posted:
        posted |= {"outcome": posted["quick"], "next_try": posted.get("quick_next_try", ""), "at_0": "", "at_1": ""}
    return posted


def _again_at(name: str, callback: CallbackRequest) -> HttpResponse:
    """Redirect so that the browser repeats the POST to the view `name`."""
    return HttpResponseRedirect(reverse(f"admin:callbacks_callbackrequest_{name}", args=[callback.pk]), status=307)


def _showed_number(request: StaffRequest) -> bool:
    return request.POST.get("number") == "shown"


def _invalid(request: StaffRequest, callback: CallbackRequest, **form) -> HttpResponse:
    """Show the page with the form's errors, on top too for phones. A number that was shown stays, recorded again."""
    fields = [field for each in form.values() if isinstance(each, BaseForm) for field in each]
    wrong = [(field.id_for_label or f"{field.auto_id}_0", error) for field in fields for error in field.errors]
    problem = format_html(NOT_SAVED, format_html_join(" ", '<a href="#{}">{}</a>', wrong))
    reveals = _showed_number(request) and may_see_number(callback, request.user)
    actions.record(AccessRecord.Action.REVEALED if reveals else AccessRecord.Action.VIEWED, callback, request.user)
    return show(request, callback, reveals=reveals, problem=problem, status=422, **form)


def _read_first(request: StaffRequest, callback: CallbackRequest, problem: str) -> HttpResponse:
    """Show the current page instead of acting from an outdated one; the forms stay filled in."""
    callback = access.find_request(callback.pk)
    actions.record(AccessRecord.Action.VIEWED, callback, request.user)
    typed = _typed(request)
    forms: dict[str, Any] = {"note_form": NoteForm(initial=typed)}
    if "purpose" in typed:
        forms["disclosure_form"] = DisclosureForm(typed)
    return show(request, callback, kept=typed, problem=problem, status=409, **forms)


def _clash(request: StaffRequest, callback: CallbackRequest) -> HttpResponse:
    """Report what happened to the request since the page was opened."""
    callback = access.find_request(callback.pk)
    owner = actions.name_of(callback.claimed_by) if callback.claimed_by != request.user else ""
    if not callback.is_kept:
        warning = "The person has withdrawn the request. Do not call."
    elif owner and callback.state == CallbackRequest.State.REACHED:
        warning = f"{owner} has reached the person. Only {owner} or a lead can open the request again."
    elif owner:
        warning = f"{owner} has claimed it."
    else:
        warning = "The request has changed. Review it before you go on."
    return _not_done(request, callback, warning)


def _not_done(request: StaffRequest, callback: CallbackRequest, why: str) -> HttpResponse:
    if callback.is_kept and any(map(request.POST.get, ("text", "phrase", "what", "purpose"))):  # nothing typed is lost
        return _read_first(request, callback, NOT_SAVED.format(why))
    messages.warning(request, f"Not done. {why}")
    return access.to_page(callback)
