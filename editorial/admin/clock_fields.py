"""Form fields for times as typed in the US: 9:00 AM, 2 pm, 9 a.m. or 14:30."""

import datetime
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

HOW = "Write the time like 9:00 AM, 2 PM or 14:30."
MOST_YEARS = 50
_WITH_DOTS = re.compile(r"(?<![a-z])([ap])\.?\s?m\b\.?", re.IGNORECASE)


class ClockField(forms.TimeField):
    default_error_messages = {"invalid": HOW}
    input_formats = ["%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M%p", "%I %p", "%I%p"]

    def to_python(self, value: str | datetime.time | None) -> datetime.time | None:
        return super().to_python(_WITH_DOTS.sub(r"\1m", value) if isinstance(value, str) else value)


class MomentField(forms.SplitDateTimeField):
    """A date and a time in two boxes, also in the hour that comes twice in fall: its first. Never years from now."""

    default_error_messages = {"invalid_date": "Write the date like 2026-12-24 or 12/24/2026.", "invalid_time": HOW}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        date, _ = self.fields
        self.fields = (date, ClockField(required=False, disabled=self.disabled))

    def compress(self, data_list: Any) -> datetime.datetime | None:
        if not (data_list and all(data_list)):
            return super().compress(data_list)
        naive = datetime.datetime.combine(*data_list)
        if abs(naive.year - timezone.localdate().year) > MOST_YEARS:
            raise ValidationError(f"Choose a date within {MOST_YEARS} years.")
        moment = timezone.make_aware(naive)
        if timezone.make_naive(moment.astimezone(datetime.UTC)) != naive:
            raise ValidationError("There is no such time: clocks go forward then. Choose one an hour later.")
        return moment
