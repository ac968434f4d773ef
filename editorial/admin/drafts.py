"""Drafts in the admin: keep one beside a live page, show it in the form, publish or discard it."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import dateformat, timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from editorial.admin.content import admin_address
from editorial.admin.previews import DRAFT, SAVED, TYPED, PreviewMixin
from editorial.admin.revisions import RevisionsMixin
from editorial.models import UnsavedForm, unsaved
from editorial.models.changes import ChangeRecord, ReviewAnswer, draft_beside
from editorial.models.reviewers import SignOff
from editorial.models.unsaved import BRING_BACK
from editorial.pages import review_links
from editorial.workflow import drafts, notices, revisions
from editorial.workflow.publishing import ReviewedPage, may_publish
from editorial.workflow.sign_off import to_sign

#: States that any editor may choose, as readers do not see the page.
UNSEEN = (ReviewedPage.Status.DRAFT, ReviewedPage.Status.IN_REVIEW)
#: Buttons of the form.
SAVE_DRAFT, TO_REVIEW = "_save_draft", "_send_to_review"
#: A time format that can end a sentence, unlike one with "p.m.".
MOMENT = "F j, Y, g:i A"
CANNOT_BE_PUBLISHED = 'It cannot be published as it is: fix what <a href="#checks">{}</a> lists.'
#: Query parameter: show the live page, though there is a draft.
LIVE = "live"
#: Key in form data: this form shows a draft.
SHOWN = "_shown"


class DraftsMixin(PreviewMixin, RevisionsMixin):
    """Saves changes to a live page as a draft, until that is published."""

    change_form_template = "admin/page_form.html"

    class Media:
        js = ("js/admin-preview.js",)
        css = {"all": ("css/drafts.css",)}

    def get_urls(self) -> list:
        return [self.own_path("<path:object_id>/draft/", require_POST(self.draft_view), "draft"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        return drafts.with_drafts(super().get_queryset(request))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        page = self.get_object(request, unquote(object_id)) if object_id else None
        context = self._draft_context(request, page, object_id) | (extra_context or {})
        has_draft, to_review = drafts.can_have_draft(page), TO_REVIEW in request.POST
        if request.method == "POST" and page and has_draft:
            if {SAVE_DRAFT, TO_REVIEW} & set(request.POST) or not may_publish(request.user):
                response = self._save_draft(request, page, form_url, context)
                return _with_frame(self._warned(request, response, object_id if to_review else None))
        elif request.method == "POST" and to_review:
            data = request.POST.copy()
            data["status"], data["_continue"] = ReviewedPage.Status.IN_REVIEW, "yes"
            request.POST = data  # type: ignore[assignment]
        response = super().changeform_view(request, object_id, form_url, context)
        return _with_frame(self._warned(request, response, object_id if to_review else None))

    def _warned(self, request: HttpRequest, response: HttpResponse, object_id: str | None) -> HttpResponse:
        """Warn if what was sent to review cannot be published, so that nobody signs it for nothing."""
        page = self.get_object(request, unquote(object_id)) if object_id and response.status_code == 302 else None
        if page and to_sign(page).refused:
            self.message_user(request, format_html(CANNOT_BE_PUBLISHED, "Before you publish"), messages.WARNING)
        return response

    def _draft_context(self, request: HttpRequest, page: Any, object_id: str | None) -> dict[str, Any]:
        """Return the template context about the draft."""
        back = request.GET.get(BRING_BACK)
        kept = unsaved.of(request.user, self._form_address(object_id), back) if back is not None else None
        draft = draft_beside(page) if page else None
        shown = draft if self._shows_draft(request, page, kept) else None
        is_typed = request.method == "POST" or back is not None
        context: dict[str, Any] = {
            "preview_address": self.preview_address(object_id),
            "preview_of": TYPED if is_typed else DRAFT if shown else SAVED,
            "may_publish": may_publish(request.user),
        }
        can_have_draft = drafts.can_have_draft(page)
        if page:
            context |= {
                "answers": _answers(page),
                "can_have_draft": can_have_draft,
                "is_live": page.is_published(),
                "draft_address": admin_address(page, "draft"),
                "may_send": can_have_draft or page.status == ReviewedPage.Status.DRAFT,
            }
        if can_have_draft:
            context["show_save_and_continue"] = may_publish(request.user) and not shown
        if draft:
            not_undone = request.POST.getlist("_has_correction")
            context |= {"draft_there": draft, "draft": shown, "not_undone": not_undone, **_compared(page, draft)}
        if shown and request.method == "GET":
            context["typed"] = drafts.typed(shown, page)
            context["typed"][SHOWN] = "yes"
        return context

    def _shows_draft(self, request: HttpRequest, page: Any, kept: UnsavedForm | None) -> bool:
        """Return whether the form shows the page's draft, if it has one, and not the page itself."""
        if page and not self.has_change_permission(request, page):
            return False
        if request.method == "GET" and not kept:
            return LIVE not in request.GET
        return bool((kept.as_post() if kept else request.POST).get("_of_draft"))

    def _save_draft(self, request: HttpRequest, page: Any, form_url: str, context: dict) -> HttpResponse:
        """Save the form as usual, take the versions, roll back, and store only those."""
        typed, to_review = request.POST.copy(), TO_REVIEW in request.POST
        data = request.POST.copy()
        data["status"] = ReviewedPage.Status.DRAFT  # skip the checks for publication
        data[SAVE_DRAFT] = "yes"  # whatever the button
        with transaction.atomic():
            self._lock_pages([page.pk])
            with transaction.atomic():
                request.POST, request.is_draft = data, True  # type: ignore[assignment, attr-defined]
                response = super().changeform_view(request, str(page.pk), form_url, context)
                if is_saved := response.status_code == 302:
                    versions = list(revisions.history(page)[0].revision.version_set.all())
                transaction.set_rollback(True)
            request.is_draft = False  # type: ignore[attr-defined]
            data["status"] = page.status  # for a form that comes back with errors
            if not is_saved:
                return response
            draft = drafts.store(page, versions, typed, request.user, to_review=to_review)
            self.log_change(request, page, draft.revision.comment)
            if to_review:
                notices.sent_to_review(page, request.user)
            unsaved.forget(request.user, self._form_address(str(page.pk)), typed)
        saved = "The draft is saved and in review." if draft.in_review else "The draft is saved."
        self.message_user(request, f"{saved} {_readers_see(page)}")
        return redirect(self._form_address(str(page.pk)))

    def message_user(self, request: HttpRequest, message: Any, *args: Any, **kwargs: Any) -> None:
        if not getattr(request, "is_draft", False):  # this save is rolled back
            super().message_user(request, message, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if request.POST.get("_of_draft"):
            drafts.end(form.instance)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let an editor without the right to publish open a live page, to save a draft, but no archived one."""
        is_archived = obj is not None and obj.status == ReviewedPage.Status.ARCHIVED
        return super().has_change_permission(request, obj) and (not is_archived or may_publish(request.user))

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may run the actions with the permission "publish"."""
        return self.has_change_permission(request) and may_publish(request.user)

    def formfield_for_choice_field(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "status" and not may_publish(request.user):
            kwargs["choices"] = [(status.value, status.label) for status in UNSEEN]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Make the state of a live page read-only for those who cannot change it; a draft has no state of its own."""
        fixed = drafts.can_have_draft(obj) and not may_publish(request.user) and not getattr(request, "is_draft", False)
        return (*super().get_readonly_fields(request, obj), *(("status", "published_at") if fixed else ()))

    def may_bring_back(self, request: HttpRequest, page: Any) -> bool:
        is_readers = drafts.can_have_draft(page) and not may_publish(request.user)
        return super().may_bring_back(request, page) and not is_readers

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        page = self.existing(request, object_id)
        of_page = {"answers": _answers(page), "newest": drafts.saved(page).first()}
        return super().history_view(request, object_id, of_page | (extra_context or {}))

    def draft_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Discard the draft, take it back from review, or make a review link; by POST."""
        page = self.posted_row(request, object_id)
        if "throw_away" in request.POST:
            with transaction.atomic():
                drafts.end(page)
                self.log_change(request, page, "Threw the draft away.")
            unsaved.all_of(request.user, self._form_address(object_id)).delete()
            self.message_user(request, f"The draft is thrown away. Its text is in the history. {_readers_see(page)}")
        elif "take_back" in request.POST:
            drafts.set_in_review(page, False)
            self.log_change(request, page, "Took the draft back from review.")
            self.message_user(request, "The draft is no longer in review.")
        elif draft := drafts.to_review(page):
            self.log_change(request, page, "Made a review link.")
            link, ends = review_links.of(draft)
            message = "Send this link to the reviewer. It opens until {}, or until the draft is saved again: {}"
            until = dateformat.format(timezone.localtime(ends), MOMENT)
            self.message_user(request, format_html(message, until, format_html('<a href="{0}">{0}</a>', link)))
        return redirect(self._form_address(object_id))


def _with_frame(response: HttpResponse) -> HttpResponse:
    response.csp = {"frames": "'self'"}  # type: ignore[attr-defined]  # read by detoxsite.middleware
    return response


def _answers(page: Any) -> list[ReviewAnswer]:
    drafts_of_page = ChangeRecord.objects.of(page).filter(kind=ChangeRecord.Kind.DRAFT)
    return list(ReviewAnswer.objects.filter(change__in=drafts_of_page).select_related("change").order_by("-at")[:50])


def _compared(page: Any, draft: ChangeRecord) -> dict[str, Any]:
    """Return the draft's signature, and the versions to compare: the live page now, and when the draft was made."""
    now, then = drafts.saved(page).first(), drafts.begun_from(draft, page)
    signed = SignOff.objects.of(page).valid().filter(digest=draft.digest).select_related("reviewer").first()
    return {
        "draft_signed": signed,
        "draft_version": drafts.version_of(draft),
        "live_version": now,
        "live_then": then if then != now else None,
        "corrected_since": drafts.corrected_since(draft, page) if then != now else (),
    }


def _readers_see(page: Any) -> str:
    if page.is_published():
        return "Readers see the page as it was before."
    return f"Readers do not see the page{' yet' if drafts.can_have_draft(page) else ''}."
