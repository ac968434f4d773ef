"""The page on which people correct their request."""

from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy as _

from callbacks.casework import submission
from callbacks.models import CallbackRequest
from callbacks.public import admission
from callbacks.public.details_form import DetailsForm
from callbacks.public.hours_form import AMERICAN, country, zones_after
from callbacks.public.upload_handler import UnreadableForm, receive
from callbacks.public.views import NOT_READ, addresses, correctable, drop_body, to_sent_page, with_private_link
from callbacks.values.details import Details
from callbacks.values.safe_hours import UNKNOWN, zone_name
from editorial.pages.alternates import only_changes_language

NOT_CORRECTED = _(
    "We could not save this. The fault is ours. We still have what you gave us before. "
    "Try again in a few minutes, or call."
)
TOO_MANY_CORRECTIONS = _(
    "This was changed many times within an hour. We still have what you gave us before. Try again in an hour."
)
CHANGED_MEANWHILE = _(
    "Not saved yet. You changed this in another window since you opened this page. Below is what you typed here. "
    "Check all of it, then save it again."
)


class CorrectForm(DetailsForm):
    """Starts with the stored details. An unchanged zone stays, but a foreign number needs one."""

    def __init__(self, data=None, *, kept: Details) -> None:
        initial = _as_typed(kept)
        if data and "name" not in data:  # sent from a page of the last release, which asked for less
            data = initial | data.dict()
        super().__init__(data, initial=initial)
        self._kept = kept
        zone = kept.safe_hours.zone
        leave = gettext("Leave it: the place below")
        if zone != UNKNOWN:
            leave = gettext("Leave it: %(zone)s time") % {"zone": zone_name(zone)}
        cast("forms.ChoiceField", self.fields["zone"]).choices = zones_after(leave)
        del self.fields["elsewhere"]

    @property
    def open_parts(self) -> set[str]:
        """Return all parts, to show everything that we have."""
        return set(self.PARTS)

    def must_name_zone(self) -> bool:
        return self._names_another_country

    @property
    def zone_to_use(self) -> str:
        kept, data = self._kept, self.cleaned_data
        is_changed = data["zone"] or data["place"] != kept.place or self._names_another_country
        return (is_changed and self.zone_named) or kept.safe_hours.zone

    def answers(self) -> dict[str, Any]:
        found = super().answers()
        kept_place = self._kept.place if self.zone_to_use == UNKNOWN else ""
        return found | {"place": found["place"] or kept_place}

    @property
    def _names_another_country(self) -> bool:
        return country(self.cleaned_data.get("phone")) not in {AMERICAN, country(self._kept.phone)}


def _as_typed(kept: Details) -> dict[str, object]:
    """Return the stored details as initial form data, without the zone."""
    same = "name email place about message if_other_answers may_tell language other_language channel".split()
    safe = kept.safe_hours
    return {name: getattr(kept, name) for name in same} | {
        "phone": _with_remark(kept.phone_for_people, kept.phone_remark),
        "second_phone": _with_remark(kept.second_phone_for_people, kept.second_phone_remark),
        "leave": [name for name, may in (("voicemail", kept.voicemail), ("text", kept.text_message)) if may],
        "interpreter": ["on"] if kept.interpreter else [],
        "times": list(safe.parts),
        "days": list(safe.days),
        "not_before": safe.first or "",
        "not_after": safe.last or "",
    }


def _with_remark(number: str, remark: str) -> str:
    """Return both on one line, which phones.read parses back."""
    return ", ".join(filter(None, [number, remark]))


@with_private_link
def correct(request: HttpRequest, callback: CallbackRequest, secret: str) -> HttpResponse:
    """Show everything that the person sent except files; a POST corrects it."""
    details = correctable(callback)
    if details is None:
        drop_body(request)
        return to_sent_page(secret)
    form, problem, status = CorrectForm(kept=details), "", 200
    seen: str | None = callback.correction
    if request.method == "POST":
        try:
            receive(request, slots=())
            form, status = CorrectForm(request.POST, kept=details), 422
            seen = request.POST.get("seen")  # pages of the last release have none
        except UnreadableForm:
            problem, status = str(NOT_READ), 400
        if only_changes_language(form):
            status = 200
        elif form.is_valid():
            problem, status = _correct(callback, form, seen)
            if not problem:
                return to_sent_page(secret, "&saved=1")
            if status == 409:
                callback.refresh_from_db()
                seen = callback.correction
    context = {"form": form, "problem": problem, "seen": seen, "addresses": addresses(secret)}
    return render(request, "callbacks/correct.html", context, status=status)


def _correct(callback: CallbackRequest, form: CorrectForm, seen: str | None) -> tuple[str, int]:
    """Save the correction. Return the problem to show, if any, and the status; an erased request is no problem."""
    if not admission.may_correct(callback):
        return str(TOO_MANY_CORRECTIONS), 429
    try:
        submission.correct(callback, seen=seen, **form.answers())
    except submission.ChangedMeanwhile:
        return str(CHANGED_MEANWHILE), 409
    except submission.CouldNotSave:
        return str(NOT_CORRECTED), 503
    except submission.RequestErased:
        pass  # its page shows that
    return "", 303
