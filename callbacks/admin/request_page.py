"""One request: how to call before the number, what was tried, and what can be done. Reading it is recorded first."""

import datetime
import uuid
from dataclasses import dataclass, field

from django.contrib.auth.models import AbstractUser
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from callbacks.admin import access
from callbacks.admin.access import VIEW, WORK, find_request, needs, staff_page
from callbacks.admin.forms import AttemptForm, NoteForm
from callbacks.admin.instructions import Instruction, instructions
from callbacks.admin.presenter import Standing
from callbacks.admin.times import date_and_clock, day_and_clock
from callbacks.casework import actions, page_stamp
from callbacks.models import AccessRecord, Attachment, CallbackRequest, Note
from callbacks.values.details import Details
from vault.keyring import VaultError

Action = AccessRecord.Action
MOST_OF_SAME_NUMBER = 5


@dataclass(frozen=True, repr=False)  # no repr: it holds what the person told us
class Opened:
    """What could be opened of a request; `details` is None where they are damaged or their key is missing."""

    details: Details | None
    notes: list[tuple[Note, str, str]]  # with its text and when it was written
    files: list[tuple[Attachment, str]]
    instructions: list[Instruction] = field(default_factory=list)

    @classmethod
    def of(cls, callback: CallbackRequest, now: datetime.datetime) -> "Opened":
        try:
            details = callback.open_details()
        except VaultError:
            details = None
        return cls(
            details,
            [(note, _or_cannot_open(note.open_text), day_and_clock(note.at, now)) for note in callback.notes.all()],
            [(file, _or_cannot_open(file.open_name)) for file in callback.attachments.all()],
            instructions(details) if details else [],
        )


def _or_cannot_open(open_text) -> str:
    try:
        return open_text()
    except VaultError:
        return access.CANNOT_OPEN


@require_safe
@needs(VIEW)
def page(request: HttpRequest, object_id: str) -> HttpResponse:
    callback = find_request(object_id)
    actions.record(Action.VIEWED, callback, request.user)
    return show(request, callback)


@require_POST
@needs(VIEW, WORK)
def reveal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The page with the number, once: the answer to a post has no address under which it could be opened again."""
    callback = find_request(pk)
    if not may_see_number(callback, request.user):
        actions.record(Action.VIEWED, callback, request.user)
        return show(request, callback, status=409, problem="Claim the request first; then the number shows.")
    actions.record(Action.REVEALED, callback, request.user)
    return show(request, callback, reveals=True)


def may_see_number(callback: CallbackRequest, who: AbstractUser) -> bool:
    """Who has claimed it; there is none any more where it was withdrawn."""
    return callback.claimed_by == who and callback.state != CallbackRequest.State.WITHDRAWN


@require_safe
@needs(VIEW, WORK)
def sheet(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Everything for one call on one sheet of paper: instructions first; the number last, for who has claimed it."""
    callback = find_request(pk)
    if callback.state == CallbackRequest.State.WITHDRAWN:
        return page(request, str(pk))
    actions.record(Action.PRINTED, callback, request.user)
    [standing] = Standing.of_all([callback], timezone.now())
    context = {"callback": callback, "standing": standing, "opened": Opened.of(callback, standing.now)}
    context["holds"] = callback.claimed_by == request.user
    context["same_number"] = _same_number(callback, context["opened"].details, standing.now)
    context |= {"attempts": _attempts(callback, standing), "title": f"Call sheet {callback.reference}"}
    context["is_news"] = actions.is_news(callback, request.user)
    context["printed"] = date_and_clock(standing.now)
    return staff_page(request, "sheet.html", context)


def show(
    request: HttpRequest,
    callback: CallbackRequest,
    *,
    reveals: bool = False,
    attempt_form: AttemptForm | None = None,
    note_form: NoteForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page itself; the caller has recorded that it is read."""
    now = timezone.now()
    [standing] = Standing.of_all([callback], now)
    context = {"callback": callback, "standing": standing, "title": f"Request {callback.reference}"}
    if callback.state == CallbackRequest.State.WITHDRAWN:
        return staff_page(request, "withdrawn.html", context, status)
    prefetch_related_objects([callback], "notes", "attempts", "attachments")
    user = request.user
    holds = callback.claimed_by == user
    may_work = user.has_perm(WORK)
    context |= {
        "shown": page_stamp.stamp(callback),
        "opened": Opened.of(callback, now),
        "attempts": _attempts(callback, standing),
        "reveals": reveals,
        "problem": problem,
        "is_news": actions.is_news(callback, user),
        "holds": holds,
        "may_work": may_work,
        "may_claim": may_work and callback.is_waiting and callback.claimed_by is None,
        "may_release": may_work and actions.may_release(callback, user),
        "may_reopen": may_work and actions.may_reopen(callback, user),
        "may_close": may_work and holds and callback.state != CallbackRequest.State.CLOSED,
        "may_erase": user.has_perm(access.ERASE),
        "may_have_originals": may_work and user.has_perm(access.ORIGINALS),
        "may_see_log": user.has_perm(access.ACCESS_LOG),
    }
    if may_work:
        context["same_number"] = _same_number(callback, context["opened"].details, now)
    if may_work and holds and callback.is_waiting:
        context["attempt_form"] = attempt_form or AttemptForm(request=callback, now=now)
    if may_work:
        context["note_form"] = note_form or NoteForm()
    return staff_page(request, "request.html", context, status)


def _same_number(callback: CallbackRequest, details: Details | None, now: datetime.datetime) -> list[Standing]:
    """Other requests that left this number, for those who may search for it: of one person, or of two on one phone."""
    if details is None or not details.phone:
        return []
    others = CallbackRequest.objects.with_phone(details.phone).exclude(pk=callback.pk).for_staff(now)
    return Standing.of_all(others[:MOST_OF_SAME_NUMBER], now)


def _attempts(callback: CallbackRequest, standing: Standing) -> list[dict]:
    return [
        {
            "outcome": attempt.get_outcome_display(),
            "at": day_and_clock(attempt.at, standing.now),
            "username": attempt.username,
            "next_try": day_and_clock(attempt.next_try_at, standing.now) if attempt.next_try_at else "",
        }
        for attempt in callback.attempts.all()
    ]
