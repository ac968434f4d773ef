"""What the buttons on a request's page do. Each is a post, and each tells of a colleague who was quicker."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from callbacks.admin.access import (
    CANNOT_OPEN,
    VIEW,
    WORK,
    back_to_queue,
    needs,
    page_url,
    post_again,
    see_other,
)
from callbacks.admin.forms import AttemptForm, NoteForm
from callbacks.admin.request_page import may_see_number, show
from callbacks.casework import actions
from callbacks.models import AccessRecord, CallbackRequest
from vault.keyring import VaultError

Step = Callable[[CallbackRequest], object]

GONE = "The request is gone: it was erased meanwhile."
CORRECTED = (
    "The call is not logged yet. The person changed this request after you opened the page. Read how to call now, "
    "then log the call once more; what you chose is still there."
)
CHANGED = "{step} After you opened the page: {news}. Look at it, then press the button again if you still want to."
OUTSIDE = "About the next try: {against}. Change it, unless they asked for that time."


@require_POST
@needs(VIEW, WORK)
def claim(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    return _do(request, pk, lambda callback: actions.claim(callback, request.user), "You have claimed it.")


@require_POST
@needs(VIEW, WORK)
def release(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    def give_back(callback: CallbackRequest) -> None:
        anybodys = actions.may_release(callback, request.user)
        actions.release(callback, request.user, anybodys=anybodys, shown=request.POST.get("shown", ""))

    return _end(request, pk, give_back, "It is back in the queue.", "It is not back in the queue yet.")


@require_POST
@needs(VIEW, WORK)
def close(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    def close_it(callback: CallbackRequest) -> None:
        actions.close(callback, request.user, shown=request.POST.get("shown", ""))

    return _end(request, pk, close_it, "It is closed.", "It is not closed yet.")


@require_POST
@needs(VIEW, WORK)
def reopen(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    done = "It is open again, and you have claimed it."
    return _do(request, pk, lambda callback: actions.reopen(callback, request.user), done)


@require_POST
@needs(VIEW, WORK)
def log_attempt(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    callback = _find(pk)
    if callback is None:
        return back_to_queue(request, GONE)
    if callback.claimed_by != request.user or not callback.is_waiting:
        return _clash(request, callback)
    form = AttemptForm(request.POST, request=callback, now=timezone.now())
    if not form.is_valid():
        return _once_more(request, callback, attempt_form=form)
    data = form.cleaned_data
    done = "The call is logged."

    def log(callback: CallbackRequest) -> None:
        seen = {"after": data["after"], "correction": data["correction"]}
        actions.log_attempt(callback, request.user, data["outcome"], next_try_at=data["next_try_at"], **seen)
        if form.against_next_try:
            messages.warning(request, OUTSIDE.format(against=form.against_next_try))

    try:
        return _do(request, pk, log, done)
    except actions.Corrected:
        return _look_first(request, pk, CORRECTED, form)


@require_POST
@needs(VIEW, WORK)
def add_note(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    callback = _find(pk)
    if callback is None:
        return back_to_queue(request, GONE)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _once_more(request, callback, note_form=form)
    text = form.cleaned_data["text"]
    next_page = _number_again if _had_number(request) else _page_again
    return _do(
        request, pk, lambda callback: actions.add_note(callback, request.user, text), "The note is kept.", next_page
    )


def _had_number(request: HttpRequest) -> bool:
    """The page showed the number when this was sent from it."""
    return request.POST.get("number") == "shown"


def _page_again(callback: CallbackRequest) -> HttpResponse:
    return see_other(page_url(callback))


def _number_again(callback: CallbackRequest) -> HttpResponse:
    """As if the button under it were pressed once more, which asks whether it may be shown, and records it."""
    return post_again(reverse("admin:callbacks_callbackrequest_reveal", args=[callback.pk]))


def _once_more(request: HttpRequest, callback: CallbackRequest, **form) -> HttpResponse:
    """The page with a form that is not right yet; the number stays on it where it was, and that is recorded too."""
    reveals = _had_number(request) and may_see_number(callback, request.user)
    actions.record(AccessRecord.Action.REVEALED if reveals else AccessRecord.Action.VIEWED, callback, request.user)
    return show(request, callback, reveals=reveals, status=422, **form)


def _end(request: HttpRequest, pk: uuid.UUID, step: Step, done: str, not_done: str) -> HttpResponse:
    """Takes a step that ends somebody's work on the request, unless the page it is taken from is no longer true."""
    try:
        return _do(request, pk, step, done)
    except actions.Changed as changed:
        return _look_first(request, pk, CHANGED.format(step=not_done, news=", ".join(changed.news)))


def _look_first(request: HttpRequest, pk: uuid.UUID, problem: str, form: AttemptForm | None = None) -> HttpResponse:
    """The page as it is now, in place of the step that was taken from an older one; with `form` as it was filled in."""
    callback = _find(pk)
    if callback is None:
        return back_to_queue(request, GONE)
    actions.record(AccessRecord.Action.VIEWED, callback, request.user)
    return show(request, callback, attempt_form=form and form.again(callback), problem=problem, status=409)


def _do(request: HttpRequest, pk: uuid.UUID, step: Step, done: str, next_page=_page_again) -> HttpResponse:
    """Takes one step, says how it went, and goes on to `next_page`, or back to the page where it went wrong."""
    callback = _find(pk)
    if callback is None:
        return back_to_queue(request, GONE)
    try:
        step(callback)
    except CallbackRequest.DoesNotExist:
        return back_to_queue(request, GONE)
    except actions.AlreadyTaken:
        return _clash(request, callback)
    except VaultError:
        messages.error(request, CANNOT_OPEN)
    else:
        messages.success(request, done)
        return next_page(callback)
    return _page_again(callback)


def _clash(request: HttpRequest, callback: CallbackRequest) -> HttpResponse:
    """Says what became of the request since the page was opened."""
    callback = _find(callback.pk)
    if callback is None:
        return back_to_queue(request, GONE)
    if callback.state == CallbackRequest.State.WITHDRAWN:
        said = "The person has withdrawn it meanwhile. Do not call."
    elif callback.claimed_by not in {None, request.user} and callback.state == CallbackRequest.State.REACHED:
        owner = actions.name_of(callback.claimed_by)
        said = f"{owner} has reached the person and holds the request. Only {owner} or a lead can open it again."
    elif callback.claimed_by not in {None, request.user}:
        said = f"{actions.name_of(callback.claimed_by)} has claimed it meanwhile."
    else:
        said = "It has changed meanwhile. Look at it again before you go on."
    messages.warning(request, said)
    return _page_again(callback)


def _find(pk: uuid.UUID) -> CallbackRequest | None:
    return CallbackRequest.objects.select_related("claimed_by").filter(pk=pk).first()
