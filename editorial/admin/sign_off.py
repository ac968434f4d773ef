"""Sign-off in the admin: reviewers, and the page on which they sign."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from editorial.admin.content import admin_address, nobody
from editorial.admin.drafts import LIVE
from editorial.admin.fields import Addresses, ForSuperusers
from editorial.admin.previews import PreviewMixin
from editorial.models.changes import ChangeRecord
from editorial.models.reviewers import Reviewer, sign
from editorial.pages import review_links
from editorial.text import snapshot
from editorial.text.digests import page_digest
from editorial.workflow import drafts, revisions
from editorial.workflow.sign_off import MedicalReview, medical_review, reviewer_of, to_sign

CHANGED = "The page changed while you read it. Nothing is signed: read it again."
OWN_WORDS = "You wrote this text, or saved it last. Somebody else must sign it."


class SignOffMixin(PreviewMixin):
    """Lets reviewers sign exactly the text shown."""

    def get_urls(self) -> list:
        return [self.own_path("<path:object_id>/sign/", never_cache(self.sign_view), "sign"), *super().get_urls()]

    def sign_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show a text as readers will see it, with the changes since the last signed one; sign it by POST."""
        reviewer, page = reviewer_of(request.user), self.existing(request, object_id)
        if reviewer is None:
            raise PermissionDenied
        if "answer" in request.POST and (draft := drafts.to_review(page)):
            return redirect(f"{review_links.of(draft)[0]}#answer")
        if request.method == "POST":
            with transaction.atomic():
                self.model._default_manager.select_for_update().get(pk=page.pk)
                refusal = self._sign(request, page, reviewer)
            if not refusal:
                return redirect(admin_address(page))
            self.message_user(request, refusal, messages.ERROR)
            return redirect(request.get_full_path())
        shown = to_sign(page, live=LIVE in request.GET)
        known = ChangeRecord.objects.live().of(page).filter(digest=page_digest(page))
        context = {
            "preview": "",
            "signing": shown,
            "reviewer": reviewer,
            "own_words": OWN_WORDS if shown.was_written_by(request.user) else "",
            "may_sign_live": shown.is_draft and known.exists(),
            "may_answer": shown.is_draft or not drafts.can_have_draft(page),
            "said": messages.get_messages(request),
            "back": admin_address(page),
        }
        return self.as_readers_see(request, shown.page, context)

    def _sign(self, request: HttpRequest, page: Any, reviewer: Reviewer) -> str:
        """Sign what was shown, or return why not."""
        shown = to_sign(page, live=LIVE in request.GET)
        if "answer" in request.POST or shown.digest != request.POST.get("digest"):  # the first: no draft any more
            return CHANGED
        if shown.was_written_by(request.user):
            return OWN_WORDS
        revisions.ensure_first_version(page)  # to compare later texts with this one
        sign(page, shown.digest, reviewer)
        self.log_change(request, page, f"Signed by {reviewer}.")
        is_read = shown.page.is_published() and not shown.is_draft
        when = "Readers see your name with it." if is_read else "Readers see your name once it is published."
        self.message_user(request, f"You signed {page}. {when}")
        return ""

    def render_change_form(self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any) -> HttpResponse:
        if context["original"] and reviewer_of(request.user):
            context["sign_address"] = admin_address(context["original"], "sign")
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="Medical review")
    def medical_review(self, page: Any) -> str:
        """Return who signed the live text, in words."""
        return review_in_words(medical_review(page, snapshot.current())) if page.pk else "Save the page first."


def review_in_words(review: MedicalReview) -> str:
    if review.on:
        return f"Signed by {review.name}, {review.credentials}, on {review.on:%B %-d, %Y}."
    return "The text has changed since it was signed." if review.changed else "Nobody has signed this text."


class ReviewerAdmin(Addresses, ForSuperusers):
    """Only administrators manage reviewers. Those who have signed are deactivated, not deleted."""

    list_display = ("name", "credentials", "user", "conflicts_on", "is_active")
    has_delete_permission = nobody
