"""The form in which staff record what they passed on to others."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from callbacks.admin.forms import StaffForm
from callbacks.casework.disclosures import Entry
from callbacks.values.text import VisibleField


class DisclosureForm(StaffForm):
    on = forms.DateField(
        label="Day",
        initial=timezone.localdate,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Give the day."},
    )
    to = VisibleField(label="To whom", max_length=200, error_messages={"required": "Name who received it."})
    address = VisibleField(label="Their address, if you know it", max_length=300, required=False)
    what = VisibleField(
        label="What you passed on",
        max_length=1000,
        keep="\n",
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": "Say what."},
    )
    purpose = VisibleField(
        label="Purpose, and what allowed it",
        help_text="Their written consent, a medical emergency, or a court order, for example.",
        max_length=1000,
        keep="\n",
        widget=forms.Textarea({"rows": 2}),
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
        return Entry(**self.cleaned_data)
