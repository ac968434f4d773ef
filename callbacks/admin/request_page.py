"""One request: calling instructions before the number, call attempts, and actions. Reading it is recorded first."""

import datetime
import uuid
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Prefetch, prefetch_related_objects
from django.forms import BaseForm
from django.http import HttpResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from callbacks.admin.access import VIEW, WORK, StaffRequest, find_request, needs, staff_page
from callbacks.admin.forms import AssignForm, AttemptForm, DisclosureForm, NoteForm
from callbacks.admin.opened import Opened
from callbacks.admin.presenter import RequestSummary
from callbacks.admin.times import date_and_clock
from callbacks.casework import actions, disclosures, merging
from callbacks.models import AccessRecord, CallbackRequest
from callbacks.values.details import Details
from editorial.models import Clinic

Action = AccessRecord.Action
MAX_SAME_NUMBER = 5


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW)
def page(request: StaffRequest, object_id: str) -> HttpResponse:
    """Show a request. After a note was saved, the browser posts the choices of a call that is not logged yet."""
    callback = find_request(object_id)
    actions.record(Action.VIEWED, callback, request.user)
    return show(request, callback, kept=request.POST.dict())


@require_POST
@needs(VIEW, WORK)
def reveal(request: StaffRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the page with the number. By POST, so that it cannot be bookmarked or revisited."""
    callback = find_request(pk)
    if not may_see_number(callback, request.user):
        actions.record(Action.VIEWED, callback, request.user)
        return show(request, callback, status=409, problem="Claim the request first; then the number shows.")
    if Opened(callback).may_call_nobody:
        actions.record(Action.VIEWED, callback, request.user)
        return show(request, callback)
    actions.record(Action.REVEALED, callback, request.user)
    forms: dict[str, Any] = {"note_form": NoteForm(initial=request.POST.dict())} if "keep" in request.POST else {}
    return show(request, callback, reveals=True, kept=request.POST.dict(), **forms)


def may_see_number(callback: CallbackRequest, who: User) -> bool:
    return callback.claimed_by == who and callback.is_kept


@require_safe
@needs(VIEW, WORK)
def sheet(request: StaffRequest, pk: uuid.UUID) -> HttpResponse:
    """Show a printable sheet for one call: instructions first; the number last, and only for the claimer."""
    callback = find_request(pk)
    if not callback.is_kept:
        return page(request, str(pk))
    merged = merging.merged_with(callback)
    for each in (callback, *merged):  # what the others forbid is on the sheet too
        actions.record(Action.PRINTED, each, request.user)
    now = timezone.now()
    opened = Opened(callback)
    opened.add_prohibitions([Opened(each) for each in merged])
    context = _common(callback, request.user, now) | {
        "title": f"Call sheet {callback.reference}",
        "opened": opened,
        "same_number": _same_number(callback, opened.details, now),
        "printed": date_and_clock(now),
    }
    return staff_page(request, "sheet.html", context)


@require_safe
@needs(VIEW, WORK)
def disclosure_account(request: StaffRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the printable account of disclosures, in the person's language."""
    callback = find_request(pk)
    if not callback.is_kept:
        return page(request, str(pk))
    for each in (callback, *disclosures.others_in_account(callback)):
        actions.record(Action.PRINTED, each, request.user)
    details = Opened(callback).details
    language = (details and details.reads) or "en"
    with translation.override(language):
        account = disclosures.in_words(callback)
    context = {"title": account["title"], "callback": callback, "details": details, "account": account}
    return staff_page(request, "account.html", context | {"language": language, "clinic": Clinic.objects.first()})


def show(
    request: StaffRequest,
    callback: CallbackRequest,
    *,
    reveals: bool = False,
    kept: dict | None = None,
    problem: str = "",
    status: int = 200,
    **forms: BaseForm,
) -> HttpResponse:
    """Render the page with `forms` in place of empty ones and the choices in `kept`. The caller recorded the view."""
    now = timezone.now()
    title = f"Request {callback.reference}"
    if not callback.is_kept:
        return staff_page(request, "withdrawn.html", {"callback": callback, "title": title}, status)
    by = [Prefetch(name, getattr(callback, name).select_related("who")) for name in ("notes", "attempts")]
    prefetch_related_objects([callback], *by, "attachments")
    merged = merging.merged_with(callback)
    others = disclosures.others_in_account(callback) if callback.merged_into_id else ()
    for each in (*merged, *others):
        actions.record(Action.VIEWED, each, request.user)
    user = request.user
    is_mine = callback.claimed_by == user
    may_work = user.has_perm(WORK)
    opened_others = [Opened(each) for each in merged]
    opened = Opened(callback)
    opened.add_prohibitions(opened_others)
    context = _common(callback, user, now) | {
        "title": title,
        # A form with errors keeps the stamp of the page on which it was begun.
        "shown": ("attempt_form" in forms and forms["attempt_form"].data.get("shown")) or actions.stamp(callback),
        "opened": opened,
        "reveals": reveals and not opened.may_call_nobody,
        "is_lead": actions.is_lead(user),
        "merged": list(zip(merged, opened_others, strict=True)),
        "account": disclosures.account(callback),
        "problem": problem,
        "may_claim": may_work and callback.is_waiting and callback.claimed_by is None,
        "may_release": may_work and actions.may_release(callback, user),
        "may_reopen": may_work and actions.may_reopen(callback, user),
        "may_close": may_work and is_mine and callback.state != CallbackRequest.State.CLOSED,
    }
    if may_work:
        context["same_number"] = _same_number(callback, opened.details, now)
        context |= {"note_form": NoteForm(), "disclosure_form": DisclosureForm()}
        if actions.may_assign(callback, user):
            context["assign_form"] = AssignForm(who=user)
        if merging.may_merge(callback, user) and opened.details:
            context["candidates"] = merging.candidates(callback, opened.details.phones, user)
        if is_mine and callback.is_waiting:
            attempt_form = context["attempt_form"] = AttemptForm(request=callback, now=now, kept=kept)
            if opened.details:
                context["one_press"] = attempt_form.one_press(opened.details)
    return staff_page(request, "request.html", context | forms, status)


def _same_number(callback: CallbackRequest, details: Details | None, now: datetime.datetime) -> list[RequestSummary]:
    """Return other requests with one of its numbers, except merged ones: people may share a phone."""
    if details is None or not details.phones:
        return []
    others = CallbackRequest.objects.with_phone(*details.phones).exclude(pk__in=[callback.pk, callback.merged_into_id])
    others = others.exclude(merged_into=callback).for_staff(now).select_related("claimed_by")
    return RequestSummary.for_all(others[:MAX_SAME_NUMBER], now)


def _was_wrong(callback: CallbackRequest) -> bool:
    """Return whether the last call reached a wrong number, which the person has not corrected."""
    last = next(iter(callback.attempts.all()), None)
    if last is None or last.outcome != last.Outcome.WRONG_CONTACT:
        return False
    return callback.corrected_at is None or callback.corrected_at < last.at


def _common(callback: CallbackRequest, user: User, now: datetime.datetime) -> dict:
    [summary] = RequestSummary.for_all([callback], now)
    return {
        "callback": callback,
        "summary": summary,
        "attempts": callback.attempts.all(),
        "was_wrong": _was_wrong(callback),
        "is_mine": callback.claimed_by == user,
        "has_new_correction": actions.has_new_correction(callback, user),
    }
