"""The form's fields for name, phone and email."""

from django import forms
from django.utils.translation import gettext_lazy as _

from callbacks.public.fields import EmailField, PhoneField

MAX_PHONE_LENGTH = 200  # characters: it may include a room, a second number or a remark
MAX_EMAIL_LENGTH = 254  # RFC 5321: the longest address that mail can be sent to

CUT_SHORT = _("The connection dropped, so nothing was sent. Check what you typed and send it again.")
NO_CONTACT = _("Enter a phone number or an email address, so that we can reach you.")


class ReachForm(forms.Form):
    """Asks for a phone number, an email address, or both."""

    use_required_attribute = False  # show all errors at once, in our words, not the browser's one by one

    phone = PhoneField(
        noun=_("phone number"),
        longest=MAX_PHONE_LENGTH,
        required=False,
        label=_("Phone number, with area code"),
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    email = EmailField(
        noun=_("email address"),
        longest=MAX_EMAIL_LENGTH,
        required=False,
        label=_("Email address"),
        help_text=_("If you would rather get an email."),
        widget=forms.TextInput({"type": "email", "autocomplete": "email", "inputmode": "email"}),
    )

    def clean_phone(self) -> str:
        """Return the number in E.164, and store the other words in `phone_remark`."""
        written = self.cleaned_data["phone"]
        self.cleaned_data["phone_remark"] = written.remark
        return written.e164

    @property
    def is_cut(self) -> bool:
        """Return whether the body was truncated, so without `complete`, as the number may then lack digits."""
        return not self.data.get("complete")

    def clean(self) -> None:
        if self.is_cut:
            self.add_error(None, CUT_SHORT)
            return
        super().clean()
        if {self.cleaned_data.get("phone"), self.cleaned_data.get("email")} == {""}:  # None where it is wrong
            self.add_error("phone", NO_CONTACT)
