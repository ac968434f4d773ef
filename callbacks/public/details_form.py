"""The fields of a request's details, shared by the forms to ask for a call and to correct it."""

from contextlib import suppress
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from callbacks.public.fields import Checkboxes, EmailField, PhoneField, Radios, TextField
from callbacks.public.hours_form import HoursForm
from callbacks.values.details import About, Channel, IfOtherAnswers, Language

CUT_SHORT = _("The connection dropped, so nothing was sent. Check what you typed and send it again.")
NO_CONTACT = _("Enter a phone number or an email address, so that we can reach you.")
NO_EMAIL = _("Write your email address, so that we can email you.")
NO_PHONE = _("Write your phone number, so that we can reach you that way.")
NO_LANGUAGE = _("Write which language.")


class DetailsForm(HoursForm):
    """Requires a name and a phone number or email; the rest is optional, in folded parts of the page."""

    use_required_attribute = False  # show all errors at once, in our words, not the browser's one by one
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
        longest=120,
        label=_("Your name"),
        help_text=_("Any name you choose is fine."),
        widget=forms.TextInput({"autocomplete": "name", "required": True}),
        error_messages={"required": _("Enter a name that we can ask for. A first name is enough.")},
    )
    phone = PhoneField(
        noun=_("phone number"),
        label=_("Phone number, with area code"),
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    email = EmailField(
        noun=_("email address"),
        longest=254,  # RFC 5321: the longest address that mail can be sent to
        required=False,
        label=_("Email address"),
        help_text=_("If you would rather get an email."),
    )
    leave = Checkboxes(
        label=_("If you do not pick up, may we:"),
        choices=[("voicemail", _("Leave a voicemail")), ("text", _("Send a text message"))],
        help_text=_("Others may hear or read it. If you check neither, we will not leave a voicemail or text."),
    )
    if_other_answers = Radios(
        label=_("If someone else answers"),
        choices=IfOtherAnswers,
        initial=IfOtherAnswers.QUIET,
        help_text=_("So that no one learns of this from us."),
    )
    may_tell = TextField(
        noun=_("answer"),
        longest=120,
        label=_("Is there anyone we may talk to about this?"),
        required=False,
        help_text=_("Write their names. If you leave it empty, we talk to no one but you."),
    )
    language = Radios(
        label=_("Which language should we speak?"),
        # A text browser chooses the first.
        choices=[("", pgettext_lazy("language of a call", "Not said")), *Language.choices],
    )
    other_language = TextField(noun=_("language"), longest=40, label=_("If another language: which?"), required=False)
    interpreter = Checkboxes(label=_("An interpreter"), choices=[("on", _("I need an interpreter on the call"))])
    channel = Radios(label=_("How should we reach you first?"), choices=[("", _("Not said")), *Channel.choices])
    second_phone = PhoneField(
        noun=_("second number"),
        label=_("A second number for you"),
        help_text=_("We try it if you do not answer at the first."),
    )
    about = Radios(
        label=_("Who is it about?"),
        choices=[("", _("Not said")), *About.choices],
        help_text=_("So the right person calls: families often have different questions."),
    )
    message = TextField(
        noun=_("message"),
        longest=5000,
        keep="\n\t",
        label=_("Anything we need to know?"),
        required=False,
        help_text=_("So the person who calls can prepare."),
        widget=forms.Textarea({"rows": 4}),
    )

    @property
    def is_cut(self) -> bool:
        """Return whether the body was truncated, so without `complete`, as the number may then lack digits."""
        return not self.data.get("complete")

    @property
    def open_parts(self) -> set[str]:
        """Return the parts to show open: with an answer, an error, or something missing."""
        found = {part for part, fields in self.PARTS.items() if any(map(self.data.get, fields))}
        found |= {part for part, fields in self.PARTS.items() if not self.errors.keys().isdisjoint(fields)}
        if "zone" in self.errors or self.data.get("if_other_answers") not in {None, "", IfOtherAnswers.QUIET}:
            found.add("safe")
        if self.is_bound and not self.data.get("phone"):
            found.add("language")
        return found

    def clean_phone(self) -> str:
        """Return the number in E.164, and store the other words in `phone_remark`."""
        return self._number("phone")

    def clean_second_phone(self) -> str:
        return self._number("second_phone")

    def _number(self, name: str) -> str:
        written = self.cleaned_data[name]
        self.cleaned_data[f"{name}_remark"] = written.remark
        return written.e164

    def clean(self) -> None:
        if self.is_cut:
            self.add_error(None, CUT_SHORT)
            return
        super().clean()
        data = self.cleaned_data
        if {data.get("phone"), data.get("email")} == {""}:  # None where it is wrong
            with suppress(ValidationError):  # an address in the box for the number
                data["email"], data["phone_remark"] = self.fields["email"].clean(data["phone_remark"]), ""
            if not data["email"]:
                self.add_error("phone", NO_CONTACT)
        channel = data.get("channel")
        if channel == Channel.EMAIL and data.get("email") == "":
            self.add_error("email", NO_EMAIL)
        elif channel not in {None, "", Channel.EMAIL} and data.get("phone") == "":
            self.add_error("phone", NO_PHONE)
        if data.get("language") == Language.OTHER and data.get("other_language") == "":
            self.add_error("other_language", NO_LANGUAGE)

    def answers(self) -> dict[str, Any]:
        """Return a valid form's data as fields of Details."""
        data = self.cleaned_data
        same = "name phone phone_remark email about message place may_tell second_phone second_phone_remark".split()
        says_relay = not data["channel"] and "711" in data["phone_remark"].split()
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
