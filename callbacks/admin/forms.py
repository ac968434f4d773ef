"""Forms for staff: a call attempt, a note, a disclosure, a search."""

import datetime
from typing import cast

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone

from callbacks.admin.times import day_and_clock
from callbacks.casework import actions
from callbacks.models import CallAttempt, CallbackRequest
from callbacks.models.requests import as_reference
from callbacks.values.details import Channel, Details
from callbacks.values.opening import OpeningHours
from callbacks.values.text import VisibleField
from editorial.admin.fields import MomentField
from editorial.values import phones

MAX_NOTE_LENGTH = 4000  # characters


class StaffForm(forms.Form):
    def __init__(self, data=None, **kwargs) -> None:
        super().__init__(data, label_suffix="", **kwargs)


class AttemptForm(forms.Form):
    """How a call went, and when to try again.

    Quick choices outside opening or safe hours are not offered. The planned try is preselected, otherwise tomorrow if
    we write to them, otherwise the earliest. Choices are recomputed on submission; one that is outside the hours by
    then is accepted with a warning (`against_next_try`).
    """

    HOUR, TOMORROW, SAFE, PLANNED, OTHER = "hour", "tomorrow", "safe", "planned", "other"

    outcome = forms.ChoiceField(
        choices=CallAttempt.Outcome, widget=forms.RadioSelect, error_messages={"required": "Say how the call went."}
    )
    next_try = forms.ChoiceField(label="Next try", required=False, widget=forms.RadioSelect)
    at = MomentField(
        label="Date and time",
        required=False,
        widget=forms.SplitDateTimeWidget(
            date_attrs={"type": "date", "aria-label": "Date of the next try"},
            time_attrs={"type": "time", "aria-label": "Time of the next try"},
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        ),
    )

    def __init__(
        self, data=None, *, request: CallbackRequest, now: datetime.datetime, kept: dict | None = None
    ) -> None:
        self.request, self.now, self._hours = request, now, OpeningHours.now()
        tomorrow = timezone.localtime(now) + datetime.timedelta(days=1)  # the same time, also when the clocks change
        self.quick = {self.HOUR: now + datetime.timedelta(hours=1), self.TOMORROW: tomorrow}
        if beginning := self._hours.next_beginning(now, request.safe_hours):
            self.quick[self.SAFE] = beginning
        good = {choice: at for choice, at in self.quick.items() if not self._reasons_against(at)}
        self._proposed = min(good, key=good.__getitem__, default="")
        if request.channel in {Channel.TEXT, Channel.EMAIL} and self.TOMORROW in good:  # they need time to reply
            self._proposed = self.TOMORROW
        if request.next_try_at and request.next_try_at > (now if data else self.quick[self.HOUR]):
            self._proposed, self.quick[self.PLANNED] = self.PLANNED, request.next_try_at
            good[self.PLANNED] = request.next_try_at
        super().__init__(data, initial={"next_try": self._proposed})
        offered = self.quick if self.is_bound else good
        if kept:
            self.initial.update(outcome=kept.get("outcome", ""), at=[kept.get("at_0", ""), kept.get("at_1", "")])
            if kept.get("next_try") in {*offered, self.OTHER, ""}:
                self.initial["next_try"] = kept["next_try"]
        next_try = cast(forms.ChoiceField, self.fields["next_try"])
        quick = [(choice, self._label(choice)) for choice in offered]
        next_try.choices = [*quick, ("", "None"), (self.OTHER, "At this date and time")]

    def _label(self, choice: str) -> str:
        """Return the choice with its time, and reasons against it."""
        words = {self.HOUR: "In 1 hour", self.TOMORROW: "Tomorrow, same time", self.SAFE: "When we can call them next"}
        words[self.PLANNED] = "As planned before"
        at = self.quick[choice]
        return f"{words[choice]} ({'; '.join([day_and_clock(at, self.now), *self._reasons_against(at)])})"

    def _reasons_against(self, at: datetime.datetime) -> list[str]:
        return self._hours.reasons_against(at, self.request.safe_hours)

    def clean(self) -> dict:
        super().clean()
        data = self.cleaned_data
        chosen, at = data.get("next_try"), data.get("at")
        if chosen == self.OTHER and not at and "at" not in self.errors:
            self.add_error("at", "Give the date and the time of the next try.")
        elif at and chosen in self.quick and data.get("outcome") != CallAttempt.Outcome.REACHED:
            self.add_error("at", "You gave a date and a time: choose “At this date and time”, or empty them.")
        data["next_try_at"] = self.quick.get(chosen or "", at)
        if at and chosen in {"", self.OTHER}:
            if at <= self.now:
                self.add_error("at", "That time has passed. Choose a later one.")
            elif at >= self.request.erase_after:
                self.add_error("at", "The request will have been erased by then. Choose an earlier time.")
        done = {CallAttempt.Outcome.REACHED} | ({CallAttempt.Outcome.WRONG_CONTACT} if chosen != self.OTHER else set())
        if data.get("outcome") in done:
            data["next_try_at"] = None
        return data

    def one_press(self, details: Details) -> dict:
        """Return the outcomes that one press can log for this channel, and the preselected try."""
        outcome, outcomes = CallAttempt.Outcome, dict[str, str]()
        if details.channel_or_default == Channel.EMAIL:
            outcomes[outcome.WROTE] = "Wrote an email"
        elif details.channel == Channel.TEXT:
            outcomes[outcome.LEFT_MESSAGE] = "Sent a text"
        else:
            outcomes |= {outcome.REACHED: "Talked to them", outcome.NO_ANSWER: "No answer"}
            if details.voicemail or details.text_message:
                outcomes[outcome.LEFT_MESSAGE] = "Left a message, as agreed" if details.voicemail else "Sent a text"
        at = self.quick.get(self._proposed)
        return {"outcomes": outcomes, "next_try": self._proposed, "at": day_and_clock(at, self.now) if at else ""}

    @property
    def next_try_in_words(self) -> str:
        if self.cleaned_data["outcome"] == CallAttempt.Outcome.REACHED:
            return "none, as they were reached"
        at = self.cleaned_data["next_try_at"]
        return day_and_clock(at, self.now) if at else "none"

    @property
    def against_next_try(self) -> str:
        """Return reasons against the chosen time, as the end of a sentence; may be empty."""
        at = self.cleaned_data["next_try_at"]
        return "; ".join(self._reasons_against(at)) if at else ""


class Colleague(forms.ModelChoiceField):
    def label_from_instance(self, user: User) -> str:
        return actions.name_of(user)


def _area(longest: int, rows: int = 2, **more) -> VisibleField:
    field = VisibleField(max_length=longest, keep="\n\t", widget=forms.Textarea({"rows": rows}), **more)
    del field.widget.attrs["maxlength"]  # browsers cut a longer paste without a word
    return field


class NoteForm(StaffForm):
    """A phrase, the typed text, or both."""

    PHRASES = (
        "Line was busy.",
        "Voicemail was full or not set up.",
        "Number is not in service.",
        "Someone else answered. I said nothing.",
        "They will call us back.",
        "They asked for another time.",
        "Talked. They want to think about it.",
        "Talked. A place and a day are agreed.",
        "An interpreter is needed.",
    )

    phrase = forms.ChoiceField(
        label="A phrase", required=False, choices=[("", "None"), *((each, each) for each in PHRASES)]
    )
    text = _area(MAX_NOTE_LENGTH, rows=3, label="Note for colleagues", required=False)

    def __init__(self, data=None, *, is_optional: bool = False, **more) -> None:
        super().__init__(data, **more)
        self._is_optional = is_optional

    def clean_text(self) -> str:
        text = " ".join(filter(None, [self.cleaned_data.get("phrase"), self.cleaned_data["text"]]))
        if not text and not self._is_optional:
            raise ValidationError("Write the note first.")
        return text


class DisclosureForm(StaffForm):
    """What staff passed on to others."""

    on = forms.DateField(
        label="Day",
        initial=timezone.localdate,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Give the day."},
    )
    to = VisibleField(label="To whom", max_length=200, error_messages={"required": "Name who received it."})
    address = VisibleField(label="Their address, if you know it", max_length=300, required=False)
    what = _area(1000, label="What you passed on", error_messages={"required": "Say what."})
    purpose = _area(
        1000,
        label="Purpose, and what allowed it",
        help_text="Their written consent, a medical emergency, or a court order, for example.",
        error_messages={"required": "Say why."},
    )

    def __init__(self, data=None) -> None:
        super().__init__(data, auto_id="passed_%s")  # the page has other forms

    def clean_on(self) -> datetime.date:
        if self.cleaned_data["on"] > timezone.localdate():
            raise ValidationError("That day has not come yet.")
        return self.cleaned_data["on"]


class AssignForm(StaffForm):
    to = Colleague(label="Assign to", queryset=None, empty_label="Choose a colleague")

    def __init__(self, data=None, *, who: User) -> None:
        super().__init__(data)
        cast("Colleague", self.fields["to"]).queryset = actions.colleagues(who)


class HandOverForm(AssignForm):
    to = Colleague(label="To", queryset=None, required=False, empty_label="The queue")
    note = _area(MAX_NOTE_LENGTH, label="Note for each", required=False)


class FindForm(StaffForm):
    """One box for a reference or a phone number."""

    text = VisibleField(
        label="Reference or phone number",
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Type a reference like K7M-4QX, or a phone number."},
    )

    def __init__(self, data=None, *, may_search_phones: bool = False) -> None:
        super().__init__(data)
        self._may_search_phones = may_search_phones

    def clean_text(self) -> str:
        """Return a reference, or a phone number in E.164, which begins with +."""
        text = self.cleaned_data["text"]
        if reference := as_reference(text):
            return reference
        try:
            number = phones.read(text).e164
        except phones.NotANumber:
            number = ""
        if not number:
            raise ValidationError("This is neither a reference like K7M-4QX nor a complete phone number.")
        if not self._may_search_phones:
            raise ValidationError(
                'Searching by phone number needs the permission "Can claim requests, see numbers and log calls".'
            )
        return number
