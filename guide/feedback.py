"""The form to report what is wrong or missing on a page, and its thank-you page."""

from contextlib import suppress
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from callbacks.public.fields import TextField
from callbacks.public.views import public_page
from editorial.models import page_reports
from editorial.pages.alternates import only_changes_language
from editorial.pages.reading import ReaderRequest
from guide.sitemaps import reader_paths
from limits.addresses import client_address
from vault.keyring import VaultError

MAX_LENGTH = 2000  # characters
MAX_PATH = 200  # characters; no page has a longer one
CUT_SHORT = _("The connection dropped, so nothing was sent. Send it again.")
HIDDEN_FIELD = _("A hidden field was filled in, perhaps by your browser. It is empty now. Send it again.")
NOT_SAVED = _("We could not save it. The fault is ours. What you typed is still here. Try again in a few minutes.")
TOO_MANY = _("We got a lot of these just now. What you typed is still here. Try again in an hour.")


class ReportForm(forms.Form):
    """`complete` is the last field, so a body without it was truncated."""

    use_required_attribute = False

    words = TextField(
        noun="text",
        longest=MAX_LENGTH,
        keep="\n\t",
        label=_("What is wrong or missing?"),
        help_text=_("Leave out names, numbers and your own health. We do not need them."),
        widget=forms.Textarea({"rows": 5}),
        error_messages={"required": _("Write what is wrong or missing.")},
    )
    website = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput({"tabindex": "-1", "autocomplete": "off"}),
    )

    def clean(self) -> None:
        super().clean()
        if not self.data.get("complete"):
            self.add_error(None, CUT_SHORT)
        elif self.data.get("website"):  # not dropped silently: it may be a person
            self.data = {**self.data, "website": ""}
            self.add_error(None, HIDDEN_FIELD)


@public_page
def feedback(request: ReaderRequest) -> HttpResponse:
    """Take a report on the page in the query; on "another page" if it is not a page of the guide."""
    if request.method != "POST":
        return _form_page(request, ReportForm(), request.GET.get("page", ""))
    asked, form = request.POST.get("page", ""), ReportForm(request.POST.dict())
    if only_changes_language(form) or not form.is_valid():
        return _form_page(request, form, asked, 422 if form.errors else 200)
    try:
        page_reports.store(_guide_path(request, asked), form.cleaned_data["words"], client_address(request))
    except page_reports.TooMany:
        return _form_page(request, form, asked, 429, TOO_MANY)
    except (DatabaseError, VaultError):
        return _form_page(request, form, asked, 503, NOT_SAVED)
    query = f"?{urlencode({'page': asked})}" if _guide_path(request, asked) else ""
    return HttpResponseRedirect(reverse("feedback-thanks") + query, status=303)


@never_cache
@require_safe
def thanks(request: ReaderRequest) -> HttpResponse:
    """Confirm the report, with a link back to the page."""
    return render(request, "pages/thanks.html", {"page": _guide_path(request, request.GET.get("page", ""))})


def _form_page(
    request: ReaderRequest, form: forms.Form, asked: str, status: int = 200, problem: str | Promise = ""
) -> HttpResponse:
    context = {
        "form": form,
        "problem": problem,
        "asked": asked[:MAX_PATH],
        "page": _guide_path(request, asked),
        "retention_days": settings.RETENTION_DAYS,
    }
    return render(request, "pages/feedback.html", context, status=status)


def _guide_path(request: ReaderRequest, asked: str) -> str:
    """Return the path of a page for readers, or "". In the private version `asked` is a private address."""
    with suppress(DatabaseError):
        for path in reader_paths() if asked else ():
            if asked in {path, request.outside(path)}:
                return path
    return ""
