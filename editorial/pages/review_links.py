"""Review links: someone without a login reads a draft as readers will, and comments."""

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats, timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from reversion.errors import RevertError

from editorial.models.changes import ChangeRecord, ReviewAnswer
from editorial.pages.reading import ReaderRequest
from editorial.workflow import drafts
from limits import counters
from limits.addresses import client_address

VALID_FOR = datetime.timedelta(days=7)
_SALT = "editorial.review_links"
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
#: The same answer to the same draft within this is a double tap.
REPEATED_WITHIN = datetime.timedelta(minutes=1)
#: Answers from one address, which a hospital may share, and to one draft.
ADDRESS_LIMIT, DRAFT_LIMIT = 10, 50
TOO_MANY = "We got a lot of answers just now. What you typed is still here. Try again in an hour."
PASSED = f"This link has ended: it was good for {VALID_FOR.days} days. Ask the person who sent it for a new one."
REPLACED = (
    "This draft is no longer up for review. It was changed, published or thrown away since. Ask the person who sent "
    "the link whether there is a new one."
)
NO_DRAFT = "No draft is at this address. Check that you have the whole link, or ask the person who sent it."


def of(draft: ChangeRecord) -> tuple[str, datetime.datetime]:
    """Return a link to a draft, and when it expires. It stops earlier if the draft is saved again or discarded."""
    path = reverse("review", args=[signing.dumps(draft.pk, salt=_SALT)])
    return settings.SITE_URL + path, timezone.now() + VALID_FOR


class AnswerForm(forms.Form):
    """`complete` is the last field, so a body without it was truncated."""

    use_required_attribute = False

    name = forms.CharField(label="Your name", max_length=120, error_messages={"required": "Write your name."})
    says = forms.ChoiceField(
        label="Your answer",
        choices=[("fine", "Nothing to change"), ("change", "Something should change")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the two."},
    )
    words = forms.CharField(
        label="What should change, and why", max_length=5000, required=False, widget=forms.Textarea({"rows": 6})
    )

    def clean(self) -> None:
        super().clean()
        if not self.data.get("complete"):
            self.add_error(None, "The connection dropped, so nothing was sent. Send it again.")
        elif self.cleaned_data.get("says") == "change" and not self.cleaned_data.get("words", "-"):
            self.add_error("words", "Write what should change.")

    def answer(self) -> dict[str, Any]:
        """Return the fields of a ReviewAnswer."""
        data = self.cleaned_data
        return {"name": data["name"], "is_fine": data["says"] == "fine", "words": data["words"]}


@csrf_exempt  # the secret in the address ties a post to its draft (decision 0001; tests/editorial/test_review_links.py)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: ReaderRequest, token: str) -> HttpResponse:
    """Show a draft as readers will see it; store an answer by POST."""
    request.encoding = "utf-8"
    request.private_address = ""  # a draft has no private version
    response = _answered(request, token)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _answered(request: HttpRequest, token: str) -> HttpResponse:
    try:
        key = signing.loads(token, salt=_SALT, max_age=VALID_FOR)
    except signing.SignatureExpired:
        return _ended(request, PASSED, 410)
    except signing.BadSignature:
        return _ended(request, NO_DRAFT, 404)
    draft = ChangeRecord.objects.select_related("by", "page_type", "revision").filter(pk=key).first()
    page: Any = draft and draft.page
    if not draft or not page or not drafts.is_current(draft, page):
        return _ended(request, REPLACED, 410)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    status, problem = 200, ""
    if request.method == "POST":
        if not form.is_valid():
            status = 422
        elif _store(draft, form.answer(), client_address(request)):
            return HttpResponseRedirect(f"{request.path}?sent#answer", status=303)
        else:
            status, problem = 429, TOO_MANY
    try:
        text = drafts.text_of(draft)
    except RevertError:
        return _ended(request, REPLACED, 410)
    shown: Any = admin.site.get_model_admin(type(page))
    on = formats.date_format(timezone.localtime(draft.at), "DATE_FORMAT")
    context = {
        "preview": f"A draft of {on}, for review. Readers do not see it.",
        "review": form,
        "problem": problem,
        "is_sent": "sent" in request.GET,
        "canonical_url": settings.SITE_URL + page.get_absolute_url(),
    }
    return shown.as_readers_see(request, text, context, status=status)


def _store(draft: ChangeRecord, answer: dict, address: str) -> bool:
    """Store an answer, once if it is repeated; return whether it is stored."""
    same = {"scope": "review_links.same", "key": f"{draft.pk}|{address}|{sorted(answer.items())}"}
    with transaction.atomic():  # counted only if it is stored
        if not counters.hit(**same, limit=1, window=REPEATED_WITHIN):
            return True
        allowed = counters.hit("review_links.address", address, limit=ADDRESS_LIMIT, window=HOUR) and counters.hit(
            "review_links.draft", str(draft.pk), limit=DRAFT_LIMIT, window=DAY
        )
        if allowed:
            ReviewAnswer.objects.create(change=draft, **answer)
        else:
            transaction.set_rollback(True)
    return bool(allowed)


def _ended(request: HttpRequest, why: str, status: int) -> HttpResponse:
    """Say that a link has ended, and give back an answer that came too late."""
    context = {"why": why, "words": request.POST.get("words", "")}
    return render(request, "pages/review_ended.html", context, status=status)
