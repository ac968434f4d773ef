"""The buttons on a request's page. Each is a POST, and reports if a colleague was faster."""

import functools
import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from callbacks.admin import access
from callbacks.admin.access import StaffRequest
from callbacks.admin.disclosure_form import DisclosureForm
from callbacks.admin.forms import AttemptForm, NoteForm
from callbacks.admin.request_page import may_see_number, show
from callbacks.casework import actions, disclosures
from callbacks.models import AccessRecord, CallbackRequest
from vault.keyring import VaultError

GONE = "The request was erased in the meantime."
CORRECTED = (
    "The call has not been logged. The person changed this request after you opened the page. Read how to call now, "
    "then log the call again; your choices are still filled in."
)
CHANGED = "{not_done} Since you opened this page: {changes}. Review it, then try again."
OUTSIDE = "Next try: {against}. The queue says Call now only when we are open and their hours are safe."


def action(view: Callable[[StaffRequest, CallbackRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view for POSTs by staff who may work on requests; redirect to the queue if the request was erased."""

    @functools.wraps(view)
    def on_request(request: StaffRequest, pk: uuid.UUID) -> HttpResponse:
        try:
            return view(request, access.find_request(pk))
        except (Http404, CallbackRequest.DoesNotExist):
            return access.back_to_queue(request, GONE)

    return require_POST(access.needs(access.VIEW, access.WORK)(on_request))


@action
def claim(request: StaffRequest, callback: CallbackRequest) -> HttpResponse:
    return do(request, callback, lambda: actions.claim(callback, request.user), "You have claimed it.")


@action
def call(request: StaffRequest, callback: CallbackRequest) -> HttpResponse:
    """Claim the request, if needed, and show the instructions and the number: one press in the queue."""
    if callback.claimed_by == request.user:
        return _again_at("reveal", callback)
    claim = functools.partial(actions.claim, callback, request.user)
    return do(request, callback, claim, after=_again_at("reveal", callback))


@action
def release(request: StaffRequest, callback: CallbackRequest) -> HttpResponse:
    def step() -> None:
        any_claim = actions.may_release(callback, request.user)
        actions.release(callback, request.user, any_claim=any_claim, shown=request.POST.get("shown", ""))

    done = "It is back in the queue." if callback.is_waiting else "You no longer have it."
    return do(request, callback, step, done, "It is not back in the queue yet.")


@action
def close(request: StaffRequest, callback: CallbackRequest) -> HttpResponse:
    def step() -> None:
        actions.close(callback, request.user, shown=request.POST.get("shown", ""))

    return do(request, callback, step, "It is closed.", "It is not closed yet.")


@action
def reopen(request: StaffRequest, callback: CallbackRequest) -> HttpResponse:
    done = "It is open again, and you have claimed it."
    return do(request, callback, lambda: actions.reopen(callback, request.user), done)


@action
def log_attempt(request: StaffRequest, callback: CallbackRequest) -> HttpResponse:
    if callback.claimed_by != request.user or not callback.is_waiting:
        return _clash(request, callback)
    posted = request.POST.dict()
    if "quick" in posted:  # one press, which overrides the choices in the form
        posted |= {"outcome": posted["quick"], "next_try": posted.get("quick_next_try", ""), "at_0": "", "at_1": ""}
    form = AttemptForm(posted, request=callback, now=timezone.now())
    note_form = NoteForm(request.POST, is_optional=True)
    if not (form.is_valid() & note_form.is_valid()):
        return _invalid(request, callback, attempt_form=form, note_form=note_form)
    data = form.cleaned_data

    def step() -> None:
        more = {name: data[name] for name in ("next_try_at", "after", "correction")}
        note = note_form.cleaned_data["text"]
        actions.log_attempt(callback, request.user, data["outcome"], note=note, **more)
        if form.against_next_try:
            messages.warning(request, OUTSIDE.format(against=form.against_next_try))

    words = f"{callback.reference}: the call is logged. Next try: {form.next_try_in_words}."
    done = format_html('{} <a href="{}">Back to it</a>', words, access.to_page(callback).headers["Location"])
    try:
        return do(request, callback, step, done, after=access.to_queue())
    except actions.RequestCorrected:
        return _read_first(request, callback, CORRECTED, form, note_form)


@action
def add_note(request: StaffRequest, callback: CallbackRequest) -> HttpResponse:
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _invalid(request, callback, note_form=form, kept=request.POST.dict())
    text = form.cleaned_data["text"]
    after = None
    if _showed_number(request):  # have the browser post to the view that shows it, which checks and records that
        after = _again_at("reveal", callback)
    elif "next_try" in request.POST:  # what was chosen of a call comes along
        after = _again_at("change", callback)
    return do(request, callback, lambda: actions.add_note(callback, request.user, text), "Note saved.", after=after)


@action
def add_disclosure(request: StaffRequest, callback: CallbackRequest) -> HttpResponse:
    form = DisclosureForm(request.POST)
    if not form.is_valid():
        return _invalid(request, callback, disclosure_form=form)
    return do(request, callback, lambda: disclosures.record(callback, request.user, form.entry()), "Recorded.")


def _again_at(name: str, callback: CallbackRequest) -> HttpResponse:
    """Redirect so that the browser repeats the POST to the view `name`."""
    return HttpResponseRedirect(reverse(f"admin:callbacks_callbackrequest_{name}", args=[callback.pk]), status=307)


def _showed_number(request: StaffRequest) -> bool:
    return request.POST.get("number") == "shown"


def _invalid(request: StaffRequest, callback: CallbackRequest, **form) -> HttpResponse:
    """Show the page with the form's errors; the number stays if it was shown, which is recorded again."""
    reveals = _showed_number(request) and may_see_number(callback, request.user)
    actions.record(AccessRecord.Action.REVEALED if reveals else AccessRecord.Action.VIEWED, callback, request.user)
    return show(request, callback, reveals=reveals, status=422, **form)


def _read_first(
    request: StaffRequest,
    callback: CallbackRequest,
    problem: str,
    form: AttemptForm | None = None,
    note_form: NoteForm | None = None,
) -> HttpResponse:
    """Show the current page instead of acting from an outdated one; the forms stay filled in."""
    callback = access.find_request(callback.pk)
    actions.record(AccessRecord.Action.VIEWED, callback, request.user)
    again = form and form.again(callback)
    return show(request, callback, attempt_form=again, note_form=note_form, problem=problem, status=409)


def do(
    request: StaffRequest,
    callback: CallbackRequest,
    step: Callable[[], object],
    done: str = "",
    not_done: str = "",
    after: HttpResponse | None = None,
) -> HttpResponse:
    """Run an action and report the result on the request's page or, on success, on `after`."""
    try:
        step()
    except actions.AlreadyTaken:
        return _clash(request, callback)
    except actions.PageOutdated as changed:
        problem = CHANGED.format(not_done=not_done, changes=", ".join(changed.changes))
        return _read_first(request, callback, problem)
    except VaultError:
        messages.error(request, access.CANNOT_OPEN)
    else:
        if done:
            messages.success(request, done)
        if after:
            return after
    return access.to_page(callback)


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
    if callback.is_kept and (request.POST.get("text") or request.POST.get("phrase")):  # nothing typed is lost
        return _read_first(request, callback, warning, note_form=NoteForm(initial=request.POST.dict()))
    messages.warning(request, warning)
    return access.to_page(callback)
