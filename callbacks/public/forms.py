"""The forms to ask for a call, and to add a file to a request."""

from typing import ClassVar

from django import forms
from django.core.signing import BadSignature, SignatureExpired

from callbacks.models import CallbackRequest
from callbacks.public import tokens
from callbacks.public.fields import TextField, file_field
from callbacks.public.hours_form import HoursForm
from callbacks.public.reach import ReachForm
from callbacks.values.details import About, Details, IfOtherAnswers
from callbacks.values.upload_rules import LIMITS_IN_WORDS, Received, Slot

MAX_NAME_LENGTH = 120  # characters
MAX_MESSAGE_LENGTH = 5000

#: Seconds. A form sent sooner may come from a program: nobody reads it as fast.
QUICKEST = 3

CHOOSE_AGAIN = "Choose it again. We keep no file until the form is complete."
TOO_OLD = "This page was too old to send. What you typed is still here. Send it again."


class FilesForm(forms.Form):
    limits = LIMITS_IN_WORDS

    def note_files(self, received: dict[Slot, Received]) -> None:
        """Say at each file field why its file has to be chosen again."""
        for slot, file in received.items():
            what_to_do = file.problem or CHOOSE_AGAIN
            self.add_error(slot, f"{slot.form_label}. {what_to_do}")


class CallbackForm(ReachForm, HoursForm, FilesForm):
    """Asks for a call. The order in contact.html matters.

    The signed token is sent before the files, so that a request can be stored before its first file begins; `complete`
    comes last, so that a truncated body can be told from a whole one.
    """

    field_order = "name phone times anyway zone elsewhere place leave if_other_answers email about message".split()
    #: The optional parts of the page. No zone opens one, as contact.js chooses a zone unasked.
    PARTS: ClassVar = {
        "safe": ("times", "anyway", "place", "leave"),
        "more": ("email", "about", "message"),
        "files": tuple(Slot),
    }

    name = TextField(
        noun="name",
        longest=MAX_NAME_LENGTH,
        label="Your name",
        help_text="Any name you choose is fine.",
        widget=forms.TextInput({"autocomplete": "name", "required": True}),
        error_messages={"required": "Enter a name that we can ask for. A first name is enough."},
    )
    about = forms.ChoiceField(
        label="Who is it about?",
        required=False,
        choices=[("", "Not said"), *About.choices],  # a text browser chooses the first
        widget=forms.RadioSelect,
        help_text="So the right person calls: families often have different questions.",
        error_messages={"invalid_choice": "Choose one of the two answers, or none."},
    )
    leave = forms.MultipleChoiceField(
        label="If you do not pick up, may we:",
        required=False,
        choices=[("voicemail", "Leave a voicemail"), ("text", "Send a text message")],
        widget=forms.CheckboxSelectMultiple,
        help_text="Others may hear or read it. If you check neither, we will not leave a voicemail or text.",
        error_messages={"invalid_choice": "Choose from the two in the list."},
    )
    if_other_answers = forms.ChoiceField(
        label="If someone else answers",
        required=False,
        choices=IfOtherAnswers,
        initial=IfOtherAnswers.QUIET,
        widget=forms.RadioSelect,
        help_text="So that no one learns of this from us.",
        error_messages={"invalid_choice": "Choose one of the answers in the list."},
    )
    message = TextField(
        noun="message",
        longest=MAX_MESSAGE_LENGTH,
        keep="\n\t",
        label="Anything we need to know?",
        required=False,
        help_text="So the person who calls can prepare.",
        widget=forms.Textarea({"rows": 4}),
    )
    website = forms.CharField(
        label="Leave this field empty",
        required=False,
        widget=forms.TextInput({"tabindex": "-1", "autocomplete": "off"}),
    )
    file_1 = file_field(Slot.FIRST)
    file_2 = file_field(Slot.SECOND, "Or another file, for example a letter.")

    def __init__(self, data=None, *, file_began: bool = False) -> None:
        super().__init__(data)
        self.nonce = tokens.new_nonce()
        self._file_began = file_began
        self._token = ""
        self._age = 0.0

    @property
    def token(self) -> str:
        """Return the token for the page: the one sent, if still valid, so that its age counts; or a new one."""
        return self._token or tokens.sign_form(self.nonce)

    @property
    def has_waited(self) -> bool:
        """Whether the person was asked to wait before sending again, and did."""
        return tokens.is_waiting(self.nonce) and self._age >= tokens.WAIT_SECONDS

    @property
    def suspicion(self) -> str:
        """Return why a program may have sent this; empty for almost everybody."""
        if self.data.get("website"):
            return CallbackRequest.Suspicion.HIDDEN_FIELD
        return CallbackRequest.Suspicion.TOO_FAST if self._age < QUICKEST else ""

    @property
    def open_parts(self) -> set[str]:
        """Return the parts to show open: those with an answer, an error, or what is missing."""
        found = {part for part, fields in self.PARTS.items() if any(map(self.data.get, fields))}
        found |= {part for part, fields in self.PARTS.items() if not self.errors.keys().isdisjoint(fields)}
        if "zone" in self.errors or self.data.get("if_other_answers") not in {None, "", IfOtherAnswers.QUIET}:
            found.add("safe")
        return found | {"more"} if self.is_bound and not self.data.get("phone") else found

    def ask_to_wait(self) -> None:
        """Give the page a token that is valid after a wait; a wait that has begun goes on."""
        if not tokens.is_waiting(self.nonce) or self.has_waited:
            self.nonce = tokens.waiting(self.nonce)
            self._token = ""

    def renew(self, why: str) -> None:
        """Show the form again with what was typed and a new token, to make another request."""
        self.nonce, self._token = tokens.new_nonce(), ""
        self.add_error(None, why)

    @property
    def is_cut(self) -> bool:
        return super().is_cut and not self._file_began

    def clean(self) -> None:
        super().clean()
        if self.is_cut:
            return
        self.check_hours()
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
        """Return what was typed, once the form is valid."""
        data = self.cleaned_data
        return Details(
            name=data["name"],
            phone=data["phone"],
            phone_remark=data["phone_remark"],
            email=data["email"],
            about=data["about"],
            safe_hours=self.safe_hours(),
            voicemail="voicemail" in data["leave"],
            text_message="text" in data["leave"],
            if_other_answers=data["if_other_answers"] or IfOtherAnswers.QUIET,
            message=data["message"],
            place=data["place"],
        )


class AddFilesForm(FilesForm):
    """Takes files that did not arrive, or that the person has only now."""

    def __init__(self, data=None, *, slots: tuple[Slot, ...]) -> None:
        super().__init__(data)
        for slot in slots:
            self.fields[slot] = file_field(slot)
