"""The form in which staff record what they passed on to others."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from callbacks.casework.disclosures import Entry
from callbacks.values.text import visible


class Words(forms.CharField):
    """Text without invisible characters; one line, or several with `rows`."""

    def __init__(self, *, rows: int = 0, **kwargs) -> None:
        widget = forms.Textarea({"rows": rows}) if rows else forms.TextInput({"autocomplete": "off"})
        super().__init__(label_suffix="", widget=widget, **kwargs)
        self.keep = "\n" if rows else ""

    def to_python(self, value: object) -> str:
        return super().to_python(visible(str(value or "").replace("\r\n", "\n"), keep=self.keep)) or ""


class DisclosureForm(forms.Form):
    on = forms.DateField(
        label="Day",
        label_suffix="",
        initial=timezone.localdate,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Give the day."},
    )
    to = Words(label="To whom", max_length=200, error_messages={"required": "Name who received it."})
    address = Words(label="Their address, if you know it", max_length=300, required=False)
    what = Words(label="What you passed on", max_length=1000, rows=2, error_messages={"required": "Say what."})
    purpose = Words(
        label="Purpose, and what allowed it",
        help_text="Their written consent, a medical emergency, or a court order, for example.",
        max_length=1000,
        rows=2,
        error_messages={"required": "Say why."},
    )

    def __init__(self, data=None) -> None:
        super().__init__(data, auto_id="passed_%s")  # the page has other forms

    def clean_on(self) -> datetime.date:
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise ValidationError("That day has not come yet.")
        return day

    def entry(self) -> Entry:
        """Return what was typed, once the form is valid."""
        return Entry(**self.cleaned_data)
