"""Form fields of the public pages."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _

from callbacks.values import unsupported_kinds, upload_rules
from callbacks.values.text import VisibleField
from callbacks.values.upload_rules import ACCEPT, MAX_UPLOAD_BYTES, Refusal, Slot
from editorial.values import phones

NOT_IN_LIST = _("Choose what is in the list, or nothing.")
NO_ADDRESS = _("Check the email address. It looks like name@example.com.")
ADDRESS_ALONE = _("Enter just one email address, like name@example.com.")
_NONE = re.compile(
    r"(?:no|none|not|nope|na|n a|nil|null|nada|ninguno|x+|(?:i )?(?:dont|do not) have)"
    r"(?: (?:an?|any|my|own|phone|number|cell|telephone|e ?mail|mail|address|one|thanks|applicable|available|given))*"
)
#: Characters that programs and keyboards put around an address.
_AROUND = ' \t\n<>()[]{}"“”‘’«».,;:!'
_WIDE = str.maketrans("＠．。", "@..")


class _Optional(forms.ChoiceField):
    default_error_messages = {"invalid_choice": NOT_IN_LIST}

    def __init__(self, **kwargs) -> None:
        super().__init__(required=False, **kwargs)


class Menu(_Optional):
    widget = forms.Select


class Radios(_Optional):
    widget = forms.RadioSelect


class Checkboxes(_Optional, forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple


class TextField(VisibleField):
    """Too long a text is an error, never truncated. `noun` names the text in that error."""

    def __init__(self, *, noun: str | Promise, longest: int, **kwargs) -> None:
        # Not max_length, beyond which browsers silently cut pasted text.
        super().__init__(**kwargs)
        self.noun = noun
        self.longest = longest

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.longest:
            raise ValidationError(
                gettext("Make the %(noun)s shorter: %(count)s characters at most.")
                % {"noun": self.noun, "count": f"{self.longest:,}"}
            )


class PhoneField(TextField):
    """A phone number in any format, with other words. Cleans to phones.Written, which may have no number."""

    widget = forms.TextInput({"type": "tel", "autocomplete": "off", "inputmode": "tel"})

    def __init__(self, **kwargs) -> None:
        super().__init__(longest=200, required=False, **kwargs)  # it may include a room, a second number or a remark

    def clean(self, value: object) -> phones.Written:
        text = super().clean(value)
        try:
            return phones.Written() if says_none(text) else phones.read(text)
        except phones.NotANumber as error:
            raise ValidationError(str(error)) from None


class EmailField(TextField):
    """An email address, cleaned of what programs put around it."""

    widget = forms.TextInput({"type": "email", "autocomplete": "email", "inputmode": "email"})

    def clean(self, value: object) -> str:
        text = super().clean(value)
        if says_none(text):
            return ""
        address = _bare_address(text)
        if _can_be_mailed(address):
            return address
        has_one = any(_can_be_mailed(_bare_address(part)) for part in re.split(r"[\s,;/|:]+", text))
        raise ValidationError(ADDRESS_ALONE if has_one else NO_ADDRESS)


def says_none(text: str) -> bool:
    """Return whether the answer means "none": `none`, `n/a`, `-`, `no email`."""
    words = " ".join(re.findall(r"[^\W_]+", text.casefold().replace("'", "").replace("’", "")))
    return not words or ("@" not in text and _NONE.fullmatch(words) is not None)


def _can_be_mailed(address: str) -> bool:
    try:
        EmailValidator(allowlist=[])(address)
    except ValidationError:
        return False
    return not re.search(r"\s|\.\d+$", address)  # no host name ends in a number


def _bare_address(text: str) -> str:
    """`Jo Smith <jo@example.com>`, `mailto:jo@example.com` and `jo@example.com.` are all jo@example.com."""
    text = text.translate(_WIDE)
    if inside := re.search(r"<([^<>]*@[^<>]*)>", text):
        text = inside[1]
    text = re.sub(r"\s*@\s*", "@", text.strip(_AROUND))
    return re.sub(r"(?i)^mailto:([^?]*).*", r"\1", text).strip(_AROUND)


def file_field(slot: Slot, hint: Any = "") -> forms.FileField:
    """Return a file input for display: upload_handler takes the file; contact.js checks it by the data attributes."""
    checked = {
        "data-limit": MAX_UPLOAD_BYTES,
        "data-too-large": upload_rules.SENTENCES[Refusal.TOO_LARGE],
        "data-wrong-kind": upload_rules.NOT_A_KIND,
        "data-picture": unsupported_kinds.PICTURE,
        "data-video": unsupported_kinds.VIDEO,
        "data-document": unsupported_kinds.DOCUMENT,
    }
    widget = forms.FileInput({"accept": ACCEPT} | checked)
    return forms.FileField(label=upload_rules.FORM_LABELS[slot], required=False, help_text=hint, widget=widget)
