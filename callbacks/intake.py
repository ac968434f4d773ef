"""Takes a posted form: the text first, as soon as it stands, and then the files."""

from dataclasses import dataclass, field

from django.http import HttpRequest, QueryDict

from callbacks import limiting, receiving, services
from callbacks.forms import CallbackForm
from callbacks.limiting import Admission
from callbacks.services import CouldNotSave, Submitted
from callbacks.uploads import Refusal


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

    def before_files(text: QueryDict) -> Refusal | None:
        """The call first: whatever happens to the files, to the connection or to us, the request is kept."""
        outcome = _submit(request, CallbackForm(text, file_began=True), {})
        early.append(outcome)
        if outcome.admission.problem or not limiting.may_send_files(request):
            return Refusal.CROWDED
        return None

    upload = receiving.receive(request, before_files=before_files)
    first = early[0] if early else None
    if first and first.admission.problem:
        receiving.discard(upload.received)
        first.form.note_files(upload.received)
        return first
    form = CallbackForm(request.POST, file_began=upload.file_began)
    outcome = _submit(request, form, upload.received)
    if first and first.submitted and not outcome.submitted:
        # The text is safe since before the files began; only they could not be added.
        return Outcome(form, submitted=first.submitted, files_failed=True)
    return outcome


def _submit(request: HttpRequest, form: CallbackForm, received: dict) -> Outcome:
    outcome = Outcome(form)
    if not form.is_valid():
        receiving.discard(received)
        form.note_files(received)
        return outcome
    outcome.admission = limiting.admit(request, form)
    if outcome.admission.problem:
        if outcome.admission.takes_a_wait:
            form.ask_to_wait()
        receiving.discard(received)
        form.note_files(received)
        return outcome
    try:
        outcome.submitted = services.submit(
            details=form.details(), nonce=form.nonce, received=received, suspicion=outcome.admission.suspicion
        )
    except CouldNotSave:
        outcome.could_not_save = True
        form.note_files(received)
    return outcome
