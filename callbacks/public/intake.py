"""Takes a posted form: the text first, as soon as it stands, and then the files."""

from dataclasses import dataclass, field

from django.http import HttpRequest, QueryDict

from callbacks.casework import submission
from callbacks.casework.submission import CouldNotSave, FormSpent, RequestErased, Submitted
from callbacks.public import admission, upload_handler
from callbacks.public.admission import Admission
from callbacks.public.forms import CallbackForm
from callbacks.public.patience import let_go_of_database
from callbacks.public.upload_handler import UnreadableForm
from callbacks.values.upload_rules import Refusal


@dataclass
class Outcome:
    """What became of a form: `submitted`, or why not. The form then holds what was typed and what is wrong."""

    form: CallbackForm
    submitted: Submitted | None = None
    admission: Admission = field(default_factory=Admission)
    could_not_save: bool = False
    files_failed: bool = False


def take(request: HttpRequest) -> Outcome:
    """Reads the body and stores what it asks for. Raises UnreadableForm where there is no text to go on with."""
    early: list[Outcome] = []

    def on_text_complete(text: QueryDict) -> Refusal | None:
        """The call first: whatever happens to the files, to the connection or to us, the request is kept."""
        outcome = _submit(request, CallbackForm(text, file_began=True), {})
        early.append(outcome)
        kept = outcome.submitted is not None
        if is_text_only(request):
            return Refusal.INTERRUPTED
        crowded = outcome.admission.problem or not admission.may_send_files(request, with_request=kept)
        let_go_of_database()
        return Refusal.CROWDED if crowded else None

    try:
        upload = upload_handler.receive(request, on_text_complete=on_text_complete)
    except UnreadableForm:
        if early and early[0].submitted:
            return Outcome(early[0].form, submitted=early[0].submitted, files_failed=True)
        raise
    first = early[0] if early else None
    if first and first.admission.problem:
        upload_handler.discard(upload.received)
        first.form.note_files(upload.received)
        return first
    if first and first.submitted:  # what stands behind the files is none of ours: the page puts all text before them
        try:
            submission.add_files(first.submitted.request, upload.received)
        except CouldNotSave:
            first.files_failed = True
        except RequestErased:
            pass  # the page behind its link says so
        return first
    return _submit(request, CallbackForm(request.POST, file_began=upload.file_began), upload.received)


def is_text_only(request: HttpRequest) -> bool:
    """Whether the server sends the text ahead, and the whole form with its file later (server/uploads_waiting.py).

    Nobody gets the answer to it.
    """
    return "detoxsite.text_only" in request.META


def _submit(request: HttpRequest, form: CallbackForm, received: dict) -> Outcome:
    outcome = Outcome(form)
    if not form.is_valid():
        return _not_now(outcome, received)
    try:
        outcome.admission = admission.admit(request, form)
        if outcome.admission.problem:
            form.ask_to_wait()
            return _not_now(outcome, received)
        outcome.submitted = submission.submit(
            details=form.details(), nonce=form.nonce, received=received, suspicion=outcome.admission.suspicion
        )
        admission.count(outcome.admission)
    except FormSpent as error:
        form.renew(str(error))
        return _not_now(outcome, received)
    except CouldNotSave:
        outcome.could_not_save = True
        form.note_files(received)
    return outcome


def _not_now(outcome: Outcome, received: dict) -> Outcome:
    """The form comes back, and its files have to be chosen again."""
    upload_handler.discard(received)
    outcome.form.note_files(received)
    return outcome
