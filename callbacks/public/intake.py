"""Process a posted form: store its text as soon as that is complete, then its files.

For one form with a file, in this order:
1. While the upload waits for a thread, server/uploads.py sends the text alone, and `take` stores the request.
2. A thread reads the body. Before its first file, `on_text_complete` stores the text; a form stored in step 1 is found
   by its nonce and not stored twice.
3. upload_handler checks, encrypts and stores each file as it arrives.
4. `take` adds the files to the stored request; a form without a file is stored only here.
"""

from dataclasses import dataclass, field

from django.db import connection
from django.http import HttpRequest, QueryDict

from callbacks.casework import submission
from callbacks.casework.submission import CouldNotSave, FormAlreadyUsed, RequestErased, Submitted
from callbacks.public import admission, upload_handler
from callbacks.public.admission import Admission
from callbacks.public.forms import CallbackForm
from callbacks.public.upload_handler import UnreadableForm
from callbacks.values.upload_rules import TEXT_ONLY_ENVIRON, Received, Refusal, Slot
from editorial.pages.alternates import is_only_shown


@dataclass
class Outcome:
    """The result: either `submitted`, or `form` with input and errors."""

    form: CallbackForm
    submitted: Submitted | None = None
    admission: Admission = field(default_factory=Admission)
    could_not_save: bool = False
    files_failed: bool = False


def take(request: HttpRequest) -> Outcome:
    """Read the body and store the request. Raises UnreadableForm if there is no usable text."""
    early: list[Outcome] = []

    def on_text_complete(text: QueryDict) -> Refusal | None:
        """Store the request before its first file begins, so that nothing about a file can lose the call."""
        outcome = _submit(request, CallbackForm(text, file_began=True), {})
        early.append(outcome)
        if is_text_only(request):
            return Refusal.INTERRUPTED
        is_stored = outcome.submitted is not None
        crowded = outcome.admission.problem or not admission.may_send_files(request, with_request=is_stored)
        release_db_connection()
        return Refusal.CROWDED if crowded else None

    try:
        upload = upload_handler.receive(request, on_text_complete=on_text_complete)
    except UnreadableForm:
        if early and early[0].submitted:
            early[0].files_failed = True
            return early[0]
        raise
    outcome = early[0] if early else None
    if outcome and outcome.admission.problem:
        return _refuse(outcome, upload.received)
    if outcome and outcome.submitted:  # text after the files is ignored: the page has only `complete` there
        try:
            submission.add_files(outcome.submitted.request, upload.received)
        except CouldNotSave:
            outcome.files_failed = True
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
    if is_only_shown(form):
        upload_handler.discard(received)
        form.ask_for_files_again(received)
        return outcome
    if not form.is_valid():
        return _refuse(outcome, received)
    try:
        outcome.admission = admission.admit(request, form)
        if outcome.admission.problem:
            form.ask_to_wait()
            return _refuse(outcome, received)
        outcome.submitted = submission.submit(
            details=form.details(), nonce=form.nonce, received=received, suspicion=outcome.admission.suspicion
        )
        admission.count(outcome.admission)
    except FormAlreadyUsed as error:
        form.renew(str(error))
        return _refuse(outcome, received)
    except CouldNotSave:
        outcome.could_not_save = True
        form.note_files(received)
    return outcome


def _refuse(outcome: Outcome, received: dict[Slot, Received]) -> Outcome:
    """Discard the files and return the form, which asks for them again."""
    upload_handler.discard(received)
    outcome.form.note_files(received)
    return outcome
