"""The two forms a person fills in: ask for a call, and add a file to a request that was already sent."""

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

#: Seconds. Whoever sends the form sooner has not read it, and may be a program.
QUICKEST = 3

CHOOSE_AGAIN = "Choose it again. We keep no file until the form is complete."
TOO_OLD = "This page was too old to send. What you typed is still here. Send it again."


class FilesForm(forms.Form):
    """What both forms say about files that did not come through."""

    def note_files(self, received: dict[Slot, Received]) -> None:
        """Puts by each file field why its file has to be chosen again, where the form comes back."""
        for slot, file in received.items():
            what_to_do = file.problem or CHOOSE_AGAIN
            self.add_error(slot, f"{slot.label}: {what_to_do}")


class CallbackForm(ReachForm, HoursForm, FilesForm):
    """Asks for a call. The template prints the fields in this order, and behind them, last of all, `complete`.

    The signed token stands before the files, so that a request can be stored before its first file begins; `complete`
    stands last, so that a body cut off anywhere is told from a whole one.
    """

    field_order = "name about phone email times anyway zone elsewhere place".split()

    name = TextField(
        noun="name",
        longest=MAX_NAME_LENGTH,
        label="Your name",
        help_text="So we know who to ask for. A first name is enough, or any name you choose.",
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={"required": "Enter a name that we can ask for. A first name is enough."},
    )
    about = forms.ChoiceField(
        label="Who is it about? (optional)",
        required=False,
        choices=About,
        widget=forms.RadioSelect,
        help_text="So the right person calls: a family has other questions than the person who is ill.",
        error_messages={"invalid_choice": "Choose one of the two answers, or none."},
    )
    leave = forms.MultipleChoiceField(
        label="If you do not pick up, may we: (optional)",
        required=False,
        choices=[("voicemail", "Leave a voicemail"), ("text", "Send a text message")],
        widget=forms.CheckboxSelectMultiple,
        help_text="Others may hear or read it. If you check nothing, we do neither.",
        error_messages={"invalid_choice": "Choose from the two in the list."},
    )
    if_other_answers = forms.ChoiceField(
        label="If someone else answers",
        required=False,
        choices=IfOtherAnswers,
        initial=IfOtherAnswers.QUIET,
        widget=forms.RadioSelect,
        help_text="So that nobody learns of this through us.",
        error_messages={"invalid_choice": "Choose one of the answers in the list."},
    )
    message = TextField(
        noun="message",
        longest=MAX_MESSAGE_LENGTH,
        keep="\n\t",
        label="Anything we need to know? (optional)",
        required=False,
        help_text="So the person who calls can prepare. You can leave this empty.",
        widget=forms.Textarea({"rows": 4}),
    )
    website = forms.CharField(
        label="Leave this field empty",
        required=False,
        widget=forms.TextInput({"tabindex": "-1", "autocomplete": "off"}),
    )
    file_1 = file_field(Slot.FIRST, f"The front of an insurance card or a letter, say. {LIMITS_IN_WORDS}.")
    file_2 = file_field(Slot.SECOND, f"The back of the card, say. {LIMITS_IN_WORDS}.")

    def __init__(self, data=None, *, file_began: bool = False) -> None:
        super().__init__(data)
        self.nonce = tokens.new_nonce()
        self._file_began = file_began
        self._token = ""
        self._age = 0.0

    @property
    def token(self) -> str:
        """For the page: the one that came, where it is still good, so that its time goes on; or a fresh one."""
        return self._token or tokens.sign_form(self.nonce)

    @property
    def has_waited(self) -> bool:
        """The person was asked to wait before sending again, and did."""
        return tokens.is_waiting(self.nonce) and self._age >= tokens.WAIT_SECONDS

    @property
    def suspicion(self) -> str:
        """Why a program may have sent this; empty for almost everybody."""
        if self.data.get("website"):
            return CallbackRequest.Suspicion.HIDDEN_FIELD
        return CallbackRequest.Suspicion.TOO_FAST if self._age < QUICKEST else ""

    def ask_to_wait(self) -> None:
        """Gives the page a token that is good once its wait is over; one that still waits goes on waiting."""
        if not tokens.is_waiting(self.nonce) or self.has_waited:
            self.nonce = tokens.waiting(self.nonce)
            self._token = ""

    def renew(self, why: str) -> None:
        """The form comes back with what was typed, able to make a request of its own."""
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
        """What was typed, once the form is valid."""
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
    """Takes the files that did not arrive, or that the person has only now."""

    def __init__(self, data=None, *, slots: tuple[Slot, ...]) -> None:
        super().__init__(data)
        for slot in slots:
            self.fields[slot] = file_field(slot, f"{LIMITS_IN_WORDS}.")
