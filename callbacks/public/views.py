"""Public pages: the contact form, the page of the private link, and withdrawal."""

import contextlib
import functools
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from callbacks.casework import disclosures, erasure, links, submission
from callbacks.models import CallbackRequest
from callbacks.public import admission, intake, tokens
from callbacks.public.forms import AddFilesForm, CallbackForm
from callbacks.public.upload_handler import UnreadableForm, receive
from callbacks.values import consent
from callbacks.values.details import Channel, Details, IfOtherAnswers
from callbacks.values.promise import promise, why_unpromised
from callbacks.values.safe_hours import SafeHours, zone_name

NOT_READ = _("We could not read what your browser sent, so nothing was sent. Try again.")
TOO_LONG = _("The text was far too long, so nothing was sent. Make it shorter and try again.")
FILE_TOO_LATE = _("You took this request back before your file arrived, so your file was not kept.")
NO_FILE = _("Choose a file first. If yours was refused, choose another, or take a photo of it.")
TOO_MANY_FILES = _(
    "Many files came from you, or from others at your internet address. Your request is safe. Add this one in an hour, "
    "or tell us when we call."
)


View = Callable[..., HttpResponse]


def public_page(view: View) -> View:
    """Decorate a view: no cookie, no caching, no Referer, UTF-8 text.

    It is exempt from the CSRF check, which needs a cookie, as these forms use no authority of their sender. A signed
    token in the page, or the secret in the URL, ties a POST to its request instead.
    """

    @csrf_exempt  # see above and tests/detoxsite/test_form_check.py
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @sensitive_post_parameters()
    @functools.wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        request.encoding = "utf-8"  # the client may declare a codec that is no charset
        response = view(request)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return wrapped


def with_private_link(view: View) -> View:
    """Pass the private link's request to the view; without one, show how to reach us."""

    @public_page
    @functools.wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        for secret in links.possible_secrets(request.GET.get("t") or links.secret_in(request.META["QUERY_STRING"])):
            if callback := CallbackRequest.objects.by_private_link(links.link_hash(secret)):
                return view(request, callback, secret)
        drop_body(request)
        return _gone_page(request)

    return wrapped


@public_page
def contact(request: HttpRequest) -> HttpResponse:
    """Show and process the contact form. Its text is stored before the first file, so no file can cost the call."""
    if request.method != "POST":
        return _form_page(request, CallbackForm())
    try:
        outcome = intake.process(request)
    except UnreadableForm as error:
        problem, status = (TOO_LONG, 413) if error.too_long else (NOT_READ, 400)
        return _form_page(request, CallbackForm(), status, problem)
    if intake.is_text_only(request):
        return HttpResponse(status=204)
    if outcome.submitted:
        secret = outcome.submitted.link_secret
        if outcome.problem:
            return _sent_page(request, outcome.submitted.request, secret, outcome.status, outcome.problem)
        if _from_script(request):
            return JsonResponse({"address": addresses(secret)["sent"]}, status=201)
        return to_sent_page(secret)
    response = _form_page(request, outcome.form, outcome.status, outcome.problem)
    if outcome.status == 429:
        response.headers["Retry-After"] = str(tokens.WAIT_SECONDS)
    return response


@with_private_link
def sent(request: HttpRequest, callback: CallbackRequest, secret: str) -> HttpResponse:
    """Show the confirmation and later the state; a POST adds files to open slots."""
    if request.method != "POST":
        return _sent_page(request, callback, secret)
    if not callback.is_kept:
        drop_body(request)
        return _too_late_page(request, callback, secret)
    may_add = admission.may_add_files(callback) and admission.may_send_files(request)
    intake.release_db_connection()
    try:
        upload = receive(request, callback.open_slots() if may_add else ())
    except UnreadableForm:
        return _sent_page(request, callback, secret, 400, NOT_READ)
    if not may_add:
        return _sent_page(request, callback, secret, 429, TOO_MANY_FILES)
    if not upload.file_began and not upload.received:
        return _sent_page(request, callback, secret, 422, NO_FILE)
    try:
        submission.add_files(callback, upload.received)
    except submission.RequestErased:
        return _too_late_page(request, callback, secret)
    except submission.CouldNotSave:
        return _sent_page(request, callback, secret, 503, intake.FILE_NOT_SAVED)
    refused = [slot for slot, file in upload.received.items() if file.refusal]
    problem = " ".join(upload.received[slot].problem for slot in refused)
    if _from_script(request):
        return JsonResponse({"problem": problem}, status=422 if problem else 201)
    if problem and callback.attachments.arrived().filter(slot__in=refused).exists():  # the page shows it
        return _sent_page(request, callback, secret, 422, problem)
    return to_sent_page(secret)


@with_private_link
def withdraw(request: HttpRequest, callback: CallbackRequest, secret: str) -> HttpResponse:
    """Ask for confirmation, then erase everything that was sent."""
    if request.method == "POST":
        erasure.withdraw(callback)
        return to_sent_page(secret)
    return render(request, "callbacks/withdraw.html", {"callback": callback, "addresses": addresses(secret)})


def correctable(callback: CallbackRequest) -> Details | None:
    """Return the details that can be corrected; None after a call, once erased, or if they cannot be opened."""
    return None if callback.state == CallbackRequest.State.REACHED else callback.readable_details()


def addresses(secret: str) -> dict[str, str]:
    query = urlencode({"t": secret})
    return {name: f"{reverse(f'callbacks:{name}')}?{query}" for name in ("sent", "correct", "withdraw")}


def to_sent_page(secret: str, parameters: str = "") -> HttpResponse:
    return HttpResponseRedirect(addresses(secret)["sent"] + parameters, status=303)


def _from_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _form_page(request: HttpRequest, form: CallbackForm, status: int = 200, problem: object = "") -> HttpResponse:
    try:
        found = promise(timezone.now(), SafeHours())
        promised = replace(found, by=timezone.localtime(found.by))
    except DatabaseError:
        promised = None
    context = {
        "form": form,
        "problem": problem,
        "promise": promised,
        "consent": (consent.CURRENT, consent.words(consent.CURRENT, settings.RETENTION_DAYS)),
    }
    return render(request, "callbacks/contact.html", context, status=status)


def _sent_page(
    request: HttpRequest, callback: CallbackRequest, secret: str, status: int = 200, problem: object = ""
) -> HttpResponse:
    details, opened = correctable(callback), callback.readable_details()
    agreed = opened.agreed if opened else 0
    case = callback.merged_into if callback.merged_into and callback.merged_into.is_kept else callback
    context = {
        "callback": callback,
        "case": case,  # whose state is shown: of merged requests, one is called
        "zone": zone_name(case.clock.key),
        "unpromised": "" if case.due_is_promised else why_unpromised(case.safe_hours, timezone.now()),
        "form": AddFilesForm(slots=callback.open_slots() if callback.is_kept else ()),
        "problem": problem,
        "is_saved": "saved" in request.GET,
        "details": details,
        "channel": Channel(details.channel).label if details and details.channel else "",
        "others": IfOtherAnswers(details.if_other_answers).label if details else "",
        "spoken": replace(details, language=details.language_or_default).language_in_words if details else "",
        "consent": {"version": agreed, "words": consent.words(agreed, callback.days_kept)} if agreed else None,
        "account": disclosures.in_words(callback),
        "addresses": addresses(secret),
        "link": settings.SITE_URL + addresses(secret)["sent"],
    }
    return render(request, "callbacks/sent.html", context, status=status)


def _too_late_page(request: HttpRequest, callback: CallbackRequest, secret: str) -> HttpResponse:
    """Show that a file's request was erased, so that nobody tries again; contact.js handles both statuses."""
    now = CallbackRequest.objects.filter(pk=callback.pk).first()
    return _sent_page(request, now, secret, 410, FILE_TOO_LATE) if now else _gone_page(request)


def drop_body(request: HttpRequest) -> None:
    """Read and drop the body: browsers show no response before they have sent everything."""
    if request.method == "POST":
        with contextlib.suppress(UnreadableForm):
            receive(request, slots=())


def _gone_page(request: HttpRequest) -> HttpResponse:
    return render(request, "callbacks/sent_gone.html", status=404)
