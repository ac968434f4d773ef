"""The forms to ask for a call, and to add a file to a request."""

from collections.abc import Iterable

from django import forms
from django.core.signing import BadSignature, SignatureExpired
from django.utils.translation import gettext_lazy as _

from callbacks.models import CallbackRequest
from callbacks.public import tokens
from callbacks.public.details_form import DetailsForm
from callbacks.public.fields import file_field
from callbacks.values import consent
from callbacks.values.details import Details
from callbacks.values.upload_rules import LIMITS_IN_WORDS, Received, Slot
from editorial.values import languages

#: Seconds. A form sent sooner is flagged, as nobody reads that fast.
MIN_SECONDS = 3

CHOOSE_AGAIN = _("Choose it again. We keep no file until the form is complete.")
TOO_OLD = _("This page was too old to send. What you typed is still here. Send it again.")


class FilesForm(forms.Form):
    limits = LIMITS_IN_WORDS

    def note_files(self, received: dict[Slot, Received]) -> None:
        """Add an error to each file field whose file has to be chosen again."""
        for slot, file in received.items():
            self.add_error(slot, f"{slot.form_label}. {file.problem or CHOOSE_AGAIN}")

    def ask_for_files_again(self, slots: Iterable[Slot]) -> None:
        """Add these errors to a form that is otherwise valid."""
        for slot in slots:
            self[slot].help_text = CHOOSE_AGAIN


class CallbackForm(DetailsForm, FilesForm):
    """Asks for a call. The order of fields in contact.html matters.

    The signed token comes before the files, so that a request can be stored before its first file begins; `complete`
    comes last, so a body without it was truncated.
    """

    PARTS = DetailsForm.PARTS | {"files": tuple(Slot)}

    website = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput({"tabindex": "-1", "autocomplete": "off"}),
    )
    file_1 = file_field(Slot.FIRST)
    file_2 = file_field(Slot.SECOND, _("Or another file, for example a letter."))

    def __init__(self, data=None, *, file_began: bool = False) -> None:
        super().__init__(data)
        self.nonce = tokens.new_nonce()
        self._file_began = file_began
        self._token = ""
        self._age = 0.0

    @property
    def token(self) -> str:
        """Return the page's token: the posted one, if valid, so that its age counts; or a new one."""
        return self._token or tokens.sign_form(self.nonce)

    @property
    def has_waited(self) -> bool:
        """Return whether the person was asked to wait before sending again, and did."""
        return tokens.is_waiting(self.nonce) and self._age >= tokens.WAIT_SECONDS

    @property
    def suspicion(self) -> str:
        """Return why this may be automated; usually empty."""
        if self.data.get("website"):
            return CallbackRequest.Suspicion.HIDDEN_FIELD
        return CallbackRequest.Suspicion.TOO_FAST if self._age < MIN_SECONDS else ""

    def ask_to_wait(self) -> None:
        """Set a token that is valid only after a wait; a wait that has begun continues."""
        if not tokens.is_waiting(self.nonce) or self.has_waited:
            self.nonce = tokens.waiting(self.nonce)
            self._token = ""

    def renew(self, why: str) -> None:
        """Add an error, and set a new token for another request."""
        self.nonce, self._token = tokens.new_nonce(), ""
        self.add_error(None, why)

    @property
    def is_cut(self) -> bool:
        return super().is_cut and not self._file_began

    def clean(self) -> None:
        super().clean()
        if self.is_cut:
            return
        token = self.data.get("token", "")
        try:
            self.nonce, self._age = tokens.read_form(token)
            self._token = token
        except SignatureExpired:
            self.nonce, self._age = tokens.read_form(token, max_age=None)
            self.add_error(None, TOO_OLD)
        except BadSignature:
            self.add_error(None, TOO_OLD)

    def details(self) -> Details:
        shown = self.data.get("agreed", "")
        agreed = int(shown) if shown in map(str, consent.WORDS) else 0
        reads = "" if languages.active() == languages.ENGLISH else languages.active()
        return Details(**self.answers(), reads=reads, agreed=agreed)


class AddFilesForm(FilesForm):
    def __init__(self, *, slots: tuple[Slot, ...]) -> None:
        super().__init__()
        self.fields |= {slot: file_field(slot) for slot in slots}
