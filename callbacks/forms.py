"""The two forms a person fills in: ask for a call, and add a file to a request that was already sent."""

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, SignatureExpired

from callbacks import tokens
from callbacks.details import Details
from callbacks.text import visible
from callbacks.uploads import LIMITS_IN_WORDS, MAX_UPLOAD_BYTES, Received, Refusal, Slot
from editorial import phones

MAX_NAME_LENGTH = 120  # characters
MAX_PHONE_LENGTH = 60
MAX_MESSAGE_LENGTH = 5000

_ACCEPT = ".pdf,.jpg,.jpeg,.png,.heic,.heif,application/pdf,image/jpeg,image/png,image/heic,image/heif"

CHOOSE_AGAIN = "Choose it again. We keep no file until the form is complete."
TOO_OLD = "This page was too old to send. What you typed is still here. Send it again."
CUT_SHORT = "The connection dropped, so nothing was sent. Check what you typed and send it again."


class TextField(forms.CharField):
    """Text in any script. What cannot be seen is taken out; nothing is cut off without a word."""

    def __init__(self, *, noun: str, longest: int, keep: str = "", **kwargs) -> None:
        # Not max_length: that puts a limit into the page, and browsers cut what is pasted beyond it silently.
        super().__init__(**kwargs)
        self.noun = noun
        self.longest = longest
        self.keep = keep

    def to_python(self, value: object) -> str:
        return super().to_python(visible(str(value or "").replace("\r\n", "\n"), keep=self.keep))

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.longest:
            raise ValidationError(f"Make the {self.noun} shorter: {self.longest:,} characters at most.")


class PhoneField(TextField):
    """A number in any format, taken as American unless it says otherwise. Cleans to E.164, extension behind it."""

    def clean(self, value: object) -> str:
        text = super().clean(value)
        number = phones.parse(text)
        if number is None:
            raise ValidationError("Check the phone number. Give it with the area code, like 212 555 0123.")
        extension = f";ext={number.extension}" if number.extension else ""
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + extension


def file_field(slot: Slot, hint: str) -> forms.FileField:
    """A plain file input. It is only shown: receiving.py takes the file, before this form sees anything.

    upload-check.js reads the data attributes, to say before sending what the server would say after it.
    """
    checked = {"data-limit": MAX_UPLOAD_BYTES, "data-too-large": Refusal.TOO_LARGE.sentence}
    widget = forms.FileInput({"accept": _ACCEPT} | checked)
    return forms.FileField(label=f"{slot.label} (optional)", required=False, help_text=hint, widget=widget)


class FilesForm(forms.Form):
    """What both forms say about files that did not come through."""

    def note_files(self, received: dict[Slot, Received]) -> None:
        """Puts by each file field why its file has to be chosen again, where the form comes back."""
        for slot, file in received.items():
            what_to_do = file.refusal.sentence if file.refusal else CHOOSE_AGAIN
            self.add_error(slot, f"{slot.label}: {what_to_do}")


class CallbackForm(FilesForm):
    """Asks for a call. The template prints the fields in this order, and behind them, last of all, `complete`.

    The signed token stands before the files, so that a body cut off inside a file still says whose it is; `complete`
    stands last, so that a body cut off anywhere is told from a whole one.
    """

    use_required_attribute = False  # our own words, all at once, instead of the browser's one by one

    name = TextField(
        noun="name",
        longest=MAX_NAME_LENGTH,
        label="Your name",
        help_text="So we know who to ask for. A first name is enough.",
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={"required": "Enter your name. A first name is enough."},
    )
    phone = PhoneField(
        noun="phone number",
        longest=MAX_PHONE_LENGTH,
        label="Your phone number",
        help_text="So we can call you. Write it any way you like, with the area code.",
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": "Enter a phone number, so that we can call you."},
    )
    message = TextField(
        noun="message",
        longest=MAX_MESSAGE_LENGTH,
        keep="\n\t",
        label="Anything we need to know? (optional)",
        required=False,
        help_text="So the person who calls can prepare. You can leave this empty.",
        widget=forms.Textarea({"rows": 5}),
    )
    file_1 = file_field(Slot.FIRST, f"The front of an insurance card or a letter, say. {LIMITS_IN_WORDS}.")
    file_2 = file_field(Slot.SECOND, f"The back of the card, say. {LIMITS_IN_WORDS}.")

    def __init__(self, data=None, *, file_began: bool = False) -> None:
        """`file_began`: the body held the start of a file, so all text before it had arrived whole."""
        super().__init__(data)
        self._file_began = file_began
        self.nonce = tokens.new_nonce()

    @property
    def token(self) -> str:
        """A fresh token for the page; the nonce stays while it is the same request."""
        return tokens.sign_form(self.nonce)

    def clean(self) -> None:
        if not self.data.get("complete") and not self._file_began:
            self.add_error(None, CUT_SHORT)
            return
        token = self.data.get("token", "")
        try:
            self.nonce = tokens.read_form(token)
        except SignatureExpired:
            self.nonce = tokens.read_form(token, max_age=None)
            self.add_error(None, TOO_OLD)
        except BadSignature:
            self.add_error(None, TOO_OLD)

    def details(self) -> Details:
        """What was typed, once the form is valid."""
        data = self.cleaned_data
        return Details(
            name=data["name"],
            phone=data["phone"],
            message=data["message"],
        )


class AddFilesForm(FilesForm):
    """Takes the files that did not arrive, or that the person has only now."""

    def __init__(self, data=None, *, slots: tuple[Slot, ...]) -> None:
        super().__init__(data)
        for slot in slots:
            self.fields[slot] = file_field(slot, f"{LIMITS_IN_WORDS}.")
