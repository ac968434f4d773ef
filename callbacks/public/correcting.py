"""The page to correct how we reach a person: with one wrong digit we would call a stranger."""

from dataclasses import replace
from typing import cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from callbacks.casework import submission
from callbacks.models import CallbackRequest
from callbacks.public import admission
from callbacks.public.hours_form import AMERICAN, SAY_WHERE, ClockForm, country
from callbacks.public.reach import ReachForm
from callbacks.public.upload_handler import UnreadableForm, receive
from callbacks.public.views import NOT_READ, addresses, correctable, drop_body, to_sent_page, with_private_link
from callbacks.values.details import Details
from callbacks.values.safe_hours import OTHER, UNKNOWN, zone_choices, zone_name

NOT_CORRECTED = (
    "We could not save this. The fault is ours. We still have what you gave us before. Try again in a minute."
)
TOO_MANY_CORRECTIONS = (
    "This was changed many times within an hour. We still have what you gave us before. Try again in an hour."
)


class CorrectForm(ReachForm, ClockForm):
    """Starts with what we have. A zone left alone stays as it was, but a number from elsewhere needs one."""

    field_order = "phone email zone place".split()

    def __init__(self, data=None, *, kept: Details) -> None:
        initial = {"phone": kept.phone_as_typed, "email": kept.email, "place": kept.place}
        super().__init__(data, initial=initial)
        self._kept = kept
        zone = kept.safe_hours.zone
        leave = "Leave it: the place below" if zone == UNKNOWN else f"Leave it: {zone_name(zone)} time"
        cast("forms.ChoiceField", self.fields["zone"]).choices = [("", leave), *zone_choices(), (OTHER, SAY_WHERE)]
        del self.fields["elsewhere"]

    def clean(self) -> None:
        super().clean()
        self.check_zone(must_name=self._names_another_country)

    def changes(self) -> dict[str, object]:
        """Return the changed details, once the form is valid."""
        data, kept = self.cleaned_data, self._kept
        is_changed = data["zone"] or data["place"] != kept.place or self._names_another_country
        zone = (is_changed and self.zone_named) or kept.safe_hours.zone
        place = data["place"] or (kept.place if zone == UNKNOWN else "")
        reached = {name: data[name] for name in ("phone", "phone_remark", "email")}
        return {**reached, "safe_hours": replace(kept.safe_hours, zone=zone), "place": place}

    @property
    def _names_another_country(self) -> bool:
        return country(self.cleaned_data.get("phone")) not in {AMERICAN, country(self._kept.phone)}


@with_private_link
def correct(request: HttpRequest, callback: CallbackRequest, secret: str) -> HttpResponse:
    """Show the number and the email address that we have; a POST corrects them."""
    details = correctable(callback)
    if details is None:
        drop_body(request)
        return to_sent_page(secret)
    form, problem, status = CorrectForm(kept=details), "", 200
    if request.method == "POST":
        try:
            receive(request, slots=())
            form, status = CorrectForm(request.POST, kept=details), 422
        except UnreadableForm:
            problem, status = NOT_READ, 400
        if form.is_valid():
            problem, status = _correct(callback, form)
            if not problem:
                return to_sent_page(secret)
    context = {"form": form, "problem": problem, "addresses": addresses(secret)}
    return render(request, "callbacks/correct.html", context, status=status)


def _correct(callback: CallbackRequest, form: CorrectForm) -> tuple[str, int]:
    """Return the problem to show and the status; no problem where it is saved, or the request is erased."""
    if not admission.may_correct(callback):
        return TOO_MANY_CORRECTIONS, 429
    try:
        submission.correct(callback, **form.changes())
    except submission.CouldNotSave:
        return NOT_CORRECTED, 503
    except submission.RequestErased:
        pass  # the page behind its link shows that
    return "", 303
