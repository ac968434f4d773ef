"""The form's fields for safe hours and time zone."""

from dataclasses import replace
from typing import cast

import phonenumbers
from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, gettext_lazy as _

from callbacks.public.fields import Checkboxes, Menu, TextField
from callbacks.values.promise import hours_if_no_overlap
from callbacks.values.safe_hours import HOURS, OTHER, UNKNOWN, PartOfDay, SafeHours, hour_name, zone_choices, zone_name

#: The country code of the United States, Canada and others.
AMERICAN = 1
SAY_WHERE = _("Other: say where you are")
NO_ZONE = _("Choose your time zone, so that we do not call at the wrong time for you.")
NO_TIME_LEFT = _("There is no time between these hours that you chose. Choose again.")
NO_PLACE = _("Write where you are, so that we can work out your time.")


def zones_to_choose() -> list[tuple[str, str]]:
    """Return the zone choices, none preselected, as a guess would look like an answer; contact.js selects the device's.

    No answer means the clinic's zone, as the first choice says. If hours are chosen, or the device or number is from
    another place, the form asks for the zone.
    """
    none = gettext("Choose one, or we will use %(zone)s time") % {"zone": zone_name(SafeHours().zone)}
    return zones_after(none)


def zones_after(none: str) -> list[tuple[str, str]]:
    """Return the zone choices after what no answer means."""
    return [("", none), *zone_choices(), (OTHER, str(SAY_WHERE))]


def _hours() -> list[tuple[object, object]]:
    return [("", _("No limit")), *((hour, hour_name(hour)) for hour in HOURS)]


class HoursForm(forms.Form):
    """Asks when a call is safe. Hours that never overlap ours are an error once, and can still be sent."""

    times = Checkboxes(
        label=_("Which times are safe?"),
        choices=PartOfDay,
        help_text=_("If you check none, we may call at any of these times."),
    )
    days = Checkboxes(
        label=_("Only on some days?"), choices=WEEKDAYS, help_text=_("If you check none, any day is fine.")
    )
    not_before = Menu(label=_("Not before"), choices=_hours)
    not_after = Menu(label=_("Not after"), choices=_hours)
    anyway = Checkboxes(
        label=_("Or keep the hours you chose"),
        choices=[("on", _("Send it anyway. I have no other safe hours"))],
        help_text=_("We keep to your hours, so we may not be able to call."),
    )
    zone = Menu(
        label=_("Your time zone"), choices=zones_to_choose, help_text=_("So we call at the right time where you are.")
    )
    #: Set by contact.js if no zone in the list fits the device, so that the clinic's is not assumed.
    elsewhere = forms.CharField(required=False, widget=forms.HiddenInput)
    place = TextField(
        noun=_("place"), longest=80, label=_("If yours is not in the list: where are you?"), required=False
    )
    #: Whether the page offers to send it anyway.
    asks_anyway = False

    @property
    def zone_named(self) -> str:
        """Return the chosen zone, UNKNOWN if only a place was given, or ""."""
        zone, place = self.cleaned_data["zone"], self.cleaned_data["place"]
        return UNKNOWN if zone == OTHER or (not zone and place) else zone

    def safe_hours(self) -> SafeHours:
        data = self.cleaned_data
        parts = tuple(part for part in PartOfDay if part in data["times"])
        first, last = (int(data[name] or 0) for name in ("not_before", "not_after"))
        safe = SafeHours(parts, days=tuple(sorted(map(int, data["days"]))), first=first, last=last)
        return replace(safe, zone=self.zone_to_use or safe.zone)

    @property
    def zone_to_use(self) -> str:
        """Return the zone; empty for the clinic's."""
        return self.zone_named

    def clean(self) -> None:
        """Check for missing answers, and once for hours that never overlap ours."""
        super().clean()
        data = self.cleaned_data
        if {"zone", "place"} <= data.keys():
            if data["zone"] == OTHER and not data["place"]:
                self.add_error("place", NO_PLACE)
            elif self.must_name_zone() and not self.zone_named:
                self.add_error("zone", NO_ZONE)
                zone = cast("forms.ChoiceField", self.fields["zone"])
                zone.choices = zones_after(gettext("Choose your time zone"))  # nothing else will do
        if not {"times", "days", "not_before", "not_after", "anyway", "zone", "place"} <= data.keys():
            return
        safe = self.safe_hours()
        if not safe.hours:
            self.add_error("not_after", NO_TIME_LEFT)
            return
        our_hours = None if safe.is_any else hours_if_no_overlap(safe)
        if our_hours is not None:
            self.asks_anyway = True
            if not data["anyway"]:
                self.add_error("times", _closed_then(our_hours, zone_name(safe.zone)))

    def must_name_zone(self) -> bool:
        data = self.cleaned_data
        named = ("times", "days", "not_before", "not_after")
        return bool(any(map(data.get, named)) or data.get("elsewhere")) or country(data.get("phone")) != AMERICAN


def country(e164: str | None) -> int:
    """Return a number's country code; AMERICAN for no number."""
    return phonenumbers.parse(e164.partition(";")[0]).country_code or AMERICAN if e164 else AMERICAN


def _closed_then(our_hours: str, zone: str) -> str:
    """Return the message that we are closed then. `our_hours` are in the person's time zone."""
    if our_hours:
        can = gettext("In %(zone)s time, we can call %(hours)s.") % {"zone": zone, "hours": our_hours}
    else:
        can = gettext("We are closed at all of these times where you are.")
    return gettext("We are closed at these times. %(can)s Choose again, or send it anyway.") % {"can": can}
