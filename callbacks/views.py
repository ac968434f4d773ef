"""The two pages of a person who asks for a call: the form, and the confirmation."""

import contextlib
import functools
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from callbacks import services, tokens
from callbacks.forms import AddFilesForm, CallbackForm
from callbacks.models import CallbackRequest
from callbacks.receiving import UnreadableForm, discard, receive

NOT_READ = "We could not read what your browser sent, so nothing was sent. Try again."
TOO_LONG = "The text was far too long, so nothing was sent. Make it shorter and try again."
NOT_SAVED = "We could not save your request. The fault is ours. What you typed is still here. Try again in a minute."
FILE_NOT_SAVED = "We could not save your file. The fault is ours. Your request is safe. Try again in a minute."
NO_FILE = "Choose a file first."


class SeeOther(HttpResponseRedirect):
    """Answers a POST with an address to GET, so that a reload sends nothing twice."""

    status_code = 303


def for_a_person(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """No cookie, nothing kept by the browser or a cache, no address passed on, and text read as UTF-8.

    Exempt from the CSRF check, as that needs a cookie: these forms act with no authority of whoever sends them. A
    signed token in the page, or in the address, ties a post to its request instead.
    """

    @csrf_exempt
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @sensitive_post_parameters()
    @functools.wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        request.encoding = "utf-8"  # whatever the sender claims: there are codecs that cannot make text
        response = view(request)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return wrapped


@for_a_person
def contact(request: HttpRequest) -> HttpResponse:
    """The form. A file that was refused never costs the call; the confirmation says what became of it."""
    if request.method != "POST":
        return _form_page(request, CallbackForm())
    try:
        upload = receive(request)
    except UnreadableForm as error:
        problem, status = (TOO_LONG, 413) if error.too_long else (NOT_READ, 400)
        return _form_page(request, CallbackForm(), status, problem)
    form = CallbackForm(request.POST, file_began=upload.file_began)
    if not form.is_valid():
        discard(upload.received)
        form.note_files(upload.received)
        return _form_page(request, form, 422)
    try:
        callback = services.submit(details=form.details(), nonce=form.nonce, received=upload.received)
    except services.CouldNotSave:
        form.note_files(upload.received)
        return _form_page(request, form, 503, NOT_SAVED)
    return SeeOther(_sent_url(tokens.sign_sent(callback.request.pk)))


@for_a_person
def sent(request: HttpRequest) -> HttpResponse:
    """The confirmation; by POST it takes files for the slots that are still open."""
    token = request.GET.get("t", "")
    try:
        pk = tokens.read_sent(token)
        callback = CallbackRequest.objects.prefetch_related("attachments").get(pk=pk)
    except (SignatureExpired, CallbackRequest.DoesNotExist):
        return _gone_page(request, 410)
    except BadSignature:
        return _gone_page(request, 404)
    if request.method != "POST":
        return _sent_page(request, callback, token)
    try:
        upload = receive(request, callback.open_slots())
    except UnreadableForm:
        return _sent_page(request, callback, token, 400, NOT_READ)
    if not upload.file_began:
        return _sent_page(request, callback, token, 422, NO_FILE)
    try:
        services.add_files(callback, upload.received)
    except services.CouldNotSave:
        return _sent_page(request, callback, token, 503, FILE_NOT_SAVED)
    return SeeOther(_sent_url(token))


def _sent_url(token: str) -> str:
    return f"{reverse('callbacks:sent')}?{urlencode({'t': token})}"


def _form_page(request: HttpRequest, form: CallbackForm, status: int = 200, problem: str = "") -> HttpResponse:
    context = {"form": form, "problem": problem, "retention_days": settings.RETENTION_DAYS}
    return render(request, "callbacks/contact.html", context, status=status)


def _sent_page(
    request: HttpRequest, callback: CallbackRequest, token: str, status: int = 200, problem: str = ""
) -> HttpResponse:
    context = {
        "callback": callback,
        "form": AddFilesForm(slots=callback.open_slots()),
        "problem": problem,
        "address": _sent_url(token),  # the same token: opening the page does not make it last longer
    }
    return render(request, "callbacks/sent.html", context, status=status)


def _gone_page(request: HttpRequest, status: int) -> HttpResponse:
    if request.method == "POST":
        with contextlib.suppress(UnreadableForm):
            receive(request, slots=())  # a browser shows no answer before it has sent everything
    return render(request, "callbacks/sent_gone.html", status=status)
