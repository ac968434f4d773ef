"""Process a posted form: store its text as soon as that is complete, then its files.

For one form with a file, in this order:
1. While the upload waits for a thread, server/uploads.py sends the text alone, and `process` stores the request.
2. A thread reads the body. Before its first file, `on_text_complete` stores the text; a form stored in step 1 is found
   by its nonce and not stored twice.
3. upload_handler checks, encrypts and stores each file as it arrives.
4. `process` adds the files to the stored request; a form without a file is stored only here.
"""

from dataclasses import dataclass, replace

from django.db import connection
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from callbacks.casework import submission
from callbacks.casework.submission import CouldNotSave, FormAlreadyUsed, RequestErased, Submitted
from callbacks.public import admission, upload_handler
from callbacks.public.forms import CallbackForm
from callbacks.public.upload_handler import UnreadableForm
from callbacks.values.upload_rules import TEXT_ONLY_ENVIRON, Received, Refusal, Slot
from editorial.pages.alternates import only_changes_language

NOT_SAVED = _(
    "We could not save your request. The fault is ours. What you typed is still here. "
    "Try again in a few minutes, or call."
)
FILE_NOT_SAVED = _(
    "We could not save your file. The fault is ours. Your request is safe. "
    "Try again in a few minutes, or tell us when we call."
)


@dataclass
class Outcome:
    """The result: a stored request, or the form with input and errors; and what to tell the person."""

    form: CallbackForm
    submitted: Submitted | None = None
    status: int = 422
    problem: str | Promise = ""


def process(request: HttpRequest) -> Outcome:
    """Read the body and store the request. Raises UnreadableForm if there is no usable text."""
    early: list[Outcome] = []

    def on_text_complete(text: QueryDict) -> Refusal | None:
        """Store the request before its first file begins, so that nothing about a file can lose the call."""
        outcome = _submit(request, CallbackForm(text, file_began=True), {})
        early.append(outcome)
        if is_text_only(request):
            return Refusal.INTERRUPTED
        is_stored = outcome.submitted is not None
        crowded = outcome.status == 429 or not admission.may_send_files(request, with_request=is_stored)
        release_db_connection()
        return Refusal.CROWDED if crowded else None

    try:
        upload = upload_handler.receive(request, on_text_complete=on_text_complete)
    except UnreadableForm:
        if early and early[0].submitted:
            return replace(early[0], status=503, problem=FILE_NOT_SAVED)
        raise
    outcome = early[0] if early else None
    if outcome and outcome.status == 429:  # the form waits, not the file
        return _refuse(outcome, {slot: replace(file, refusal=None) for slot, file in upload.received.items()})
    if outcome and outcome.submitted:  # text after the files is ignored: the page has only `complete` there
        try:
            submission.add_files(outcome.submitted.request, upload.received)
        except CouldNotSave:
            return replace(outcome, status=503, problem=FILE_NOT_SAVED)
        except RequestErased:
            pass  # the page behind its link shows that
        return outcome
    return _submit(request, CallbackForm(request.POST, file_began=upload.file_began), upload.received)


def is_text_only(request: HttpRequest) -> bool:
    """Return whether this is text that server/uploads.py sent ahead; nobody sees the response."""
    return TEXT_ONLY_ENVIRON in request.META


def release_db_connection() -> None:
    """Close the connection before a long upload, as PostgreSQL allows about a hundred. The next query reopens it.

    SQLite's costs nothing, and one in a transaction must stay open.
    """
    if connection.vendor != "sqlite" and not connection.in_atomic_block:
        connection.close()


def _submit(request: HttpRequest, form: CallbackForm, received: dict[Slot, Received]) -> Outcome:
    outcome = Outcome(form)
    if only_changes_language(form):
        upload_handler.discard(received)
        form.ask_for_files_again(received)
        return replace(outcome, status=200)
    if not form.is_valid():
        return _refuse(outcome, received)
    try:
        admitted = admission.admit(request, form)
        if admitted.problem:
            form.ask_to_wait()
            return _refuse(Outcome(form, status=429, problem=admitted.problem), received)
        outcome.submitted = submission.submit(
            details=form.details(), nonce=form.nonce, received=received, suspicion=admitted.suspicion
        )
        admission.count(admitted)
    except FormAlreadyUsed as error:
        form.renew(str(error))
        return _refuse(outcome, received)
    except CouldNotSave:
        form.note_files(received)
        return replace(outcome, status=503, problem=NOT_SAVED)
    return outcome


def _refuse(outcome: Outcome, received: dict[Slot, Received]) -> Outcome:
    """Discard the files and return the form, which asks for them again."""
    upload_handler.discard(received)
    outcome.form.note_files(received)
    return outcome
