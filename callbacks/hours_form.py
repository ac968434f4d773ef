"""The part of the form that asks when a call is safe, and on which clock."""

from django import forms

from callbacks.fields import TextField
from callbacks.promise import never_meet_there
from callbacks.safe_hours import OTHER, UNKNOWN, PartOfDay, SafeHours, zone_choices, zone_name

MAX_PLACE_LENGTH = 80  # characters

NO_ZONE = "Choose your time zone, so that we do not call at a time that is wrong for you."
NO_PLACE = "Write where you are, so that we can work out your clock."


def zones_to_choose() -> list[tuple[str, str]]:
    """None is chosen beforehand by us: a guess would be taken for the person's own word. contact.js chooses the one
    that keeps time with the person's clock. What is left as it is counts as the clinic's clock, as the first line says;
    but where hours are named, or the phone or its number is from elsewhere, that would be a guess too, and we ask.
    """
    ours = zone_name(SafeHours().zone)
    return [("", f"Choose one, or we go by {ours} time"), *zone_choices(), (OTHER, "Other: say where you are")]


class HoursForm(forms.Form):
    """Hours that never meet ours are said to be of no use while the person is there; whoever insists is taken."""

    times = forms.MultipleChoiceField(
        label="When is it safe to call? (optional)",
        required=False,
        choices=PartOfDay,
        widget=forms.CheckboxSelectMultiple,
        help_text="So the phone rings only when you can talk. If you check none, we may call at any of these times.",
        error_messages={"invalid_choice": "Choose from the times in the list."},
    )
    anyway = forms.MultipleChoiceField(
        label="Or keep the hours that you chose",
        required=False,
        choices=[("on", "Send it anyway. I have no other safe hours")],
        widget=forms.CheckboxSelectMultiple,
        help_text="We keep to your hours, so we may not be able to call.",
        error_messages={"invalid_choice": "Choose what is in the list, or nothing."},
    )
    zone = forms.ChoiceField(
        label="Your time zone",
        required=False,
        choices=zones_to_choose,
        help_text="So we read your clock, not ours.",
        widget=forms.Select({"autocomplete": "off"}),
        error_messages={"invalid_choice": "Choose one of the time zones in the list."},
    )
    #: Set by contact.js where no zone in the list keeps time with the phone: ours would be wrong for sure.
    elsewhere = forms.CharField(required=False, widget=forms.HiddenInput)
    place = TextField(
        noun="place",
        longest=MAX_PLACE_LENGTH,
        label="If yours is not in the list: where are you?",
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    #: The page offers to send it anyway.
    asks_anyway = False

    def safe_hours(self) -> SafeHours:
        """What was chosen, once these fields are valid."""
        data = self.cleaned_data
        parts = tuple(part for part in PartOfDay if part in data["times"])
        if data["zone"] == OTHER or (not data["zone"] and data["place"]):
            return SafeHours(parts, UNKNOWN)
        return SafeHours(parts, data["zone"]) if data["zone"] else SafeHours(parts)

    def check_hours(self) -> None:
        """Asks for what is missing, and once for other hours where we are closed at all that were named."""
        data = self.cleaned_data
        if not {"times", "anyway", "zone", "place"} <= data.keys():
            return
        if data["zone"] == OTHER and not data["place"]:
            self.add_error("place", NO_PLACE)
        elif not data["zone"] and not data["place"] and self._must_name_zone():
            self.add_error("zone", NO_ZONE)
        elif data["times"] and (there := never_meet_there(self.safe_hours())) is not None:
            self.asks_anyway = True
            if not data["anyway"]:
                self.add_error("times", _closed_then(there, zone_name(self.safe_hours().zone)))

    def _must_name_zone(self) -> bool:
        phone = self.cleaned_data.get("phone") or "+1"
        return bool(self.cleaned_data["times"] or self.cleaned_data["elsewhere"]) or not phone.startswith("+1")


def _closed_then(there: str, zone: str) -> str:
    """`there` is when we can call, on the person's clock."""
    can = f"In {zone} time, we can call {there}." if there else "So we are all day, by your clock."
    return f"We are closed at these times. {can} Choose again, or send it anyway."
