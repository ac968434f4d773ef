"""Form fields for hours as people write them: "8 to 24 hours", "1 to 3 days", "72-240 h". Stored as whole hours."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint

from phases.hours import DAY, MONTH, WEEK, Course, in_words

UNITS = {"h": 1, "d": DAY, "w": WEEK, "m": MONTH}
_UNIT = r"(hours?|hrs?|h|days?|d|weeks?|wks?|w|months?|mos?)?"
_RANGE = re.compile(
    rf"(\d{{1,5}}(?:\.\d)?) *{_UNIT}(?: *(?:to|until|[-–—\u2212]) *(\d{{1,5}}(?:\.\d)?) *{_UNIT})?", re.I | re.A
)
EXAMPLES = "Type a range with its unit, as in “8 to 24 hours”, “1 to 3 days” or “2 weeks to 6 months”."
FIELDS = {"begins": ("onset_from", "onset_to"), "strongest": ("peak_from", "peak_to"), "ends": ("end_from", "end_to")}
#: By the suffix of a constraint's name on Course: the field with the error, and its message.
PROBLEMS = {
    "ends_after_it_begins": ("ends", "It ends before it begins: neither end may be earlier than “Begins”."),
    "begins_before_end": ("ends", "It must end after it begins."),
    "ends_within_three_years": ("ends", "At most three years (36 months)."),
    "peak_within_course": ("strongest", "Not within the course: it is strongest after it begins and before it ends."),
}


def parse(text: str) -> tuple[int, int]:
    """Parse a typed range into its first and last hour. Raises ValidationError."""
    found = _RANGE.fullmatch(" ".join(text.split()).rstrip("."))
    if found is None:
        raise ValidationError(EXAMPLES)
    low, unit, high, last_unit = found.groups()
    unit, last_unit = unit or last_unit, last_unit or unit
    scales = [UNITS[name[0].lower()] if name else 1 for name in (unit, last_unit)]
    ends = (float(low) * scales[0], float(high or low) * scales[1])
    if ends[0] > ends[1]:
        raise ValidationError("The first is later than the second: turn them around.")
    if not unit:
        raise ValidationError(f"Hours, days, weeks or months? {EXAMPLES}")
    if any(end != int(end) for end in ends):
        raise ValidationError("Whole hours only.")
    return int(ends[0]), int(ends[1])


def typed(low: int | None, high: int | None) -> str:
    """Format a range so that `parse` returns it exactly."""
    if low is None or high is None:
        return ""
    words = in_words(low, high)
    return words if parse(words) == (low, high) else f"{low} to {high} hours"


class HoursField(forms.CharField):
    """A range of hours; None if empty and not required."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput({"class": "hours-range", "autocomplete": "off"})
        super().__init__(max_length=40, widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return parse(text) if text else None


class CourseForm(forms.ModelForm):
    """One text box for each range of a course, with the errors beside it."""

    begins = HoursField(help_text="Since last use, as in “8 to 24 hours” or “1 to 3 days”.")
    strongest = HoursField(required=False, help_text="Empty if no source names a peak.")
    ends = HoursField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, ends in FIELDS.items():
            self.initial.setdefault(name, typed(*(getattr(self.instance, end) for end in ends)))

    def clean(self) -> None:
        super().clean()
        for name, ends in FIELDS.items():
            if name in self.cleaned_data:
                for end, hour in zip(ends, self.cleaned_data[name] or (None, None), strict=True):
                    setattr(self.instance, end, hour)

    def validate_unique(self) -> None:
        """Also check the hours, by the model's constraints."""
        if not self.errors.keys() & FIELDS.keys():
            for name, message in problems(self.instance):
                self.add_error(name, message)
        super().validate_unique()


def problems(course: Course) -> list[tuple[str, str]]:
    """Return the errors in the hours of a course, each with its field's name."""
    found = []
    for constraint in course._meta.constraints:
        problem = PROBLEMS.get(constraint.name.partition("_")[2])
        if problem and isinstance(constraint, CheckConstraint):
            try:
                constraint.validate(type(course), course)  # type: ignore[attr-defined]
            except ValidationError:
                found.append(problem)
    return found
