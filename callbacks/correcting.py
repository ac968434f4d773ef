"""The page on which a person puts right how we reach them: no stranger is called because of one wrong digit."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from callbacks import limiting, services
from callbacks.models import CallbackRequest
from callbacks.reach import ReachForm
from callbacks.receiving import UnreadableForm, receive
from callbacks.views import NOT_READ, SeeOther, addresses, correctable, drop_body, with_a_link

NOT_CORRECTED = "We could not save this. The fault is ours. What we had before still holds. Try again in a minute."
TOO_MANY_CORRECTIONS = (
    "This was changed many times within an hour. What we had before still holds. Try again in an hour."
)


@with_a_link
def correct(request: HttpRequest, callback: CallbackRequest, secret: str) -> HttpResponse:
    """Shows the number and the address as we have them; by POST it takes them as they should be."""
    details, its = correctable(callback), addresses(secret)
    if details is None:
        drop_body(request)
        return SeeOther(its["sent"])
    form, problem, status = ReachForm(initial={"phone": details.phone_as_typed, "email": details.email}), "", 200
    if request.method == "POST":
        try:
            receive(request, slots=())
            form, status = ReachForm(request.POST), 422
        except UnreadableForm:
            problem, status = NOT_READ, 400
        if form.is_valid():
            problem, status = _correct(callback, form)
            if not problem:
                return SeeOther(its["sent"])
    context = {"form": form, "problem": problem, "addresses": its}
    return render(request, "callbacks/correct.html", context, status=status)


def _correct(callback: CallbackRequest, form: ReachForm) -> tuple[str, int]:
    """What to tell the person, and the status that goes with it; nothing where it is done, or too late for it."""
    if not limiting.may_correct(callback):
        return TOO_MANY_CORRECTIONS, 429
    try:
        services.correct(callback, **form.cleaned_data)
    except services.CouldNotSave:
        return NOT_CORRECTED, 503
    except services.RequestErased:
        pass  # the page behind its link says so
    return "", 303
