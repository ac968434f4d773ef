"""The fields of a request's details, shared by the forms to ask for a call and to correct it."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callbacks.public.fields import PhoneField, TextField
from callbacks.public.hours_form import HoursForm
from callbacks.public.reach import MAX_PHONE_LENGTH, ReachForm
from callbacks.values.details import About, Channel, IfOtherAnswers, Language

MAX_NAME_LENGTH = 120  # characters
MAX_MESSAGE_LENGTH = 5000
MAX_LANGUAGE_LENGTH = 40
MAX_MAY_TELL_LENGTH = 120

NO_EMAIL = _("Write your email address, so that we can email you.")
NO_PHONE = _("Write your phone number, so that we can reach you that way.")
NO_LANGUAGE = _("Write which language.")
_RELAY = "711"
_NOT_IN_LIST = {"invalid_choice": _("Choose one of the answers in the list.")}


class DetailsForm(ReachForm, HoursForm):
    """Requires a name and a phone number or email; the rest is optional, in folded parts of the page."""

    field_order = (
        "name phone times days not_before not_after anyway zone elsewhere place leave if_other_answers may_tell "
        "language other_language interpreter channel email second_phone about message"
    ).split()
    #: The optional parts of the page, by field. A zone opens none, as contact.js selects one unasked.
    PARTS: ClassVar = {
        "safe": ("times", "days", "not_before", "not_after", "anyway", "place", "leave", "may_tell"),
        "language": ("language", "other_language", "interpreter", "channel", "email", "second_phone"),
        "more": ("about", "message"),
    }

    name = TextField(
        noun=_("name"),
        longest=MAX_NAME_LENGTH,
        label=_("Your name"),
        help_text=_("Any name you choose is fine."),
        widget=forms.TextInput({"autocomplete": "name", "required": True}),
        error_messages={"required": _("Enter a name that we can ask for. A first name is enough.")},
    )
    leave = forms.MultipleChoiceField(
        label=_("If you do not pick up, may we:"),
        required=False,
        choices=[("voicemail", _("Leave a voicemail")), ("text", _("Send a text message"))],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Others may hear or read it. If you check neither, we will not leave a voicemail or text."),
        error_messages={"invalid_choice": _("Choose from the two in the list.")},
    )
    if_other_answers = forms.ChoiceField(
        label=_("If someone else answers"),
        required=False,
        choices=IfOtherAnswers,
        initial=IfOtherAnswers.QUIET,
        widget=forms.RadioSelect,
        help_text=_("So that no one learns of this from us."),
        error_messages=_NOT_IN_LIST,
    )
    may_tell = TextField(
        noun=_("answer"),
        longest=MAX_MAY_TELL_LENGTH,
        label=_("Is there anyone we may talk to about this?"),
        required=False,
        help_text=_("Write their names. If you leave it empty, we talk to no one but you."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=_("Which language should we speak?"),
        required=False,
        choices=[
            ("", pgettext_lazy("language of a call", "Not said")),
            *Language.choices,
        ],  # a text browser chooses the first
        widget=forms.RadioSelect,
        error_messages=_NOT_IN_LIST,
    )
    other_language = TextField(
        noun=_("language"),
        longest=MAX_LANGUAGE_LENGTH,
        label=_("If another language: which?"),
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    interpreter = forms.MultipleChoiceField(
        label=_("An interpreter"),
        required=False,
        choices=[("on", _("I need an interpreter on the call"))],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose what is in the list, or nothing.")},
    )
    channel = forms.ChoiceField(
        label=_("How should we reach you first?"),
        required=False,
        choices=[("", _("Not said")), *Channel.choices],
        widget=forms.RadioSelect,
        error_messages=_NOT_IN_LIST,
    )
    second_phone = PhoneField(
        noun=_("second number"),
        longest=MAX_PHONE_LENGTH,
        required=False,
        label=_("A second number for you"),
        help_text=_("We try it if you do not answer at the first."),
        widget=forms.TextInput({"type": "tel", "autocomplete": "off", "inputmode": "tel"}),
    )
    about = forms.ChoiceField(
        label=_("Who is it about?"),
        required=False,
        choices=[("", _("Not said")), *About.choices],
        widget=forms.RadioSelect,
        help_text=_("So the right person calls: families often have different questions."),
        error_messages={"invalid_choice": _("Choose one of the two answers, or none.")},
    )
    message = TextField(
        noun=_("message"),
        longest=MAX_MESSAGE_LENGTH,
        keep="\n\t",
        label=_("Anything we need to know?"),
        required=False,
        help_text=_("So the person who calls can prepare."),
        widget=forms.Textarea({"rows": 4}),
    )

    @property
    def open_parts(self) -> set[str]:
        """Return the parts to show open: with an answer, an error, or something missing."""
        found = {part for part, fields in self.PARTS.items() if any(map(self.data.get, fields))}
        found |= {part for part, fields in self.PARTS.items() if not self.errors.keys().isdisjoint(fields)}
        if "zone" in self.errors or self.data.get("if_other_answers") not in {None, "", IfOtherAnswers.QUIET}:
            found.add("safe")
        return found | {"language"} if self.is_bound and not self.data.get("phone") else found

    def clean_second_phone(self) -> str:
        written = self.cleaned_data["second_phone"]
        self.cleaned_data["second_phone_remark"] = written.remark
        return written.e164

    def clean(self) -> None:
        super().clean()
        if self.is_cut:
            return
        data = self.cleaned_data
        channel = data.get("channel")
        if channel == Channel.EMAIL and data.get("email") == "":
            self.add_error("email", NO_EMAIL)
        elif channel not in {None, "", Channel.EMAIL} and data.get("phone") == "" and "phone" not in self.errors:
            self.add_error("phone", NO_PHONE)
        if data.get("language") == Language.OTHER and data.get("other_language") == "":
            self.add_error("other_language", NO_LANGUAGE)

    def answers(self) -> dict[str, Any]:
        """Return a valid form's data as fields of Details."""
        data = self.cleaned_data
        same = "name phone phone_remark email about message place may_tell second_phone second_phone_remark".split()
        says_relay = not data["channel"] and _RELAY in data["phone_remark"].split()
        return {name: data[name] for name in same} | {
            "safe_hours": self.safe_hours(),
            "voicemail": "voicemail" in data["leave"],
            "text_message": "text" in data["leave"] or data["channel"] == Channel.TEXT,
            "if_other_answers": data["if_other_answers"] or IfOtherAnswers.QUIET,
            "language": data["language"] or (Language.OTHER if data["other_language"] else ""),
            "other_language": data["other_language"],
            "interpreter": bool(data["interpreter"]),
            "channel": Channel.RELAY if says_relay else data["channel"],
        }
