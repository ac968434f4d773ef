"""The kinds of question our forms ask."""

import re

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from callbacks.text import visible
from callbacks.uploads import MAX_UPLOAD_BYTES, Refusal, Slot
from editorial import phones

#: `image/*` is what makes a phone offer its camera.
_ACCEPT = "image/*,application/pdf,.pdf,.jpg,.jpeg,.png,.heic,.heif"


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
        if not text:
            return ""
        number = phones.parse(text)
        if number is None:
            raise ValidationError("Check the phone number. Give it with the area code, like 212 555 0123.")
        extension = f";ext={number.extension}" if number.extension else ""
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + extension


class EmailField(TextField):
    """An address that mail can be sent to. Cleans to the address as typed, without spaces round it."""

    def clean(self, value: object) -> str:
        text = super().clean(value)
        if text and (re.search(r"\s", text) or not _is_email(text)):
            raise ValidationError("Check the email address. It looks like name@example.com.")
        return text


def _is_email(text: str) -> bool:
    try:
        EmailValidator()(text)
    except ValidationError:
        return False
    return True


def file_field(slot: Slot, hint: str) -> forms.FileField:
    """A plain file input. It is only shown: receiving.py takes the file, before any form sees anything.

    contact.js reads the data attributes, to say before sending what the server would say after it.
    """
    checked = {
        "data-limit": MAX_UPLOAD_BYTES,
        "data-too-large": Refusal.TOO_LARGE.sentence,
        "data-wrong-kind": Refusal.WRONG_KIND.sentence,
    }
    widget = forms.FileInput({"accept": _ACCEPT} | checked)
    return forms.FileField(label=f"{slot.label} (optional)", required=False, help_text=hint, widget=widget)
