"""The base of the admin for published pages: write, preview, publish, archive."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import formats, timezone
from django.utils.html import format_html
from markdownx.models import MarkdownxField

from editorial.admin.change_kinds import ChangeKindMixin
from editorial.admin.checks import ContentChecksMixin
from editorial.admin.content import admin_address
from editorial.admin.drafts import DraftsMixin
from editorial.admin.fields import MARKDOWN, CheckBoxes, MomentField, NamedMoment, OptionsFilter, in_words, linked
from editorial.admin.page_lists import FastList
from editorial.admin.revisions import RevisionsMixin
from editorial.admin.sign_off import SignOffMixin
from editorial.models.addresses import add_redirect
from editorial.models.translated import Translated
from editorial.workflow import change_kinds, drafts, revisions
from editorial.workflow.citations import linking_to
from editorial.workflow.needs import NEEDS, needing
from editorial.workflow.publishing import ReviewedPage

#: A message by state.
READERS_SEE = {
    "Draft": "It is a draft: readers do not see it.",
    "In review": "It is in review: readers do not see it.",
    "Scheduled": "Readers will see it from {at} on.",
    "Published": "Readers see it now.",
    "Archived": "Readers who come to its address are told that it was taken down.",
}
LONG_FROM = 200  # characters; a field with at least this limit holds sentences


class NeedsFilter(OptionsFilter):
    """Filters by what a page needs, for links from the start page."""

    title, parameter_name = "what it needs", "needs"
    options: ClassVar = {
        need: (about.choice, lambda pages, request, need=need: needing(need, pages, request.user))
        for need, about in NEEDS.items()
    }


class StateFilter(OptionsFilter):
    title = parameter_name = "state"
    options: ClassVar = {
        "draft": ("Draft", lambda pages, request: pages.filter(status="draft")),
        "in-review": (
            "In review",
            lambda pages, request: pages.filter(Q(status="in-review") | Q(draft_in_review=True)),
        ),
        "published": ("Published", lambda pages, request: pages.published()),
        "archived": ("Archived", lambda pages, request: pages.filter(status="archived")),
        "scheduled": ("Scheduled", lambda pages, request: pages.scheduled()),
        "draft-in-review": ("Published, draft in review", lambda pages, request: pages.filter(draft_in_review=True)),
        "with-draft": ("Published, with a draft", lambda pages, request: pages.filter(draft_in_review=False)),
    }


class OldAddressMixin(RevisionsMixin):
    """Redirects from a page's old address when its slug changes."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        stored = type(obj).objects.get(pk=obj.pk) if change else None
        super().save_model(request, obj, form, change)
        # An address that readers never had needs no redirect, and takes none from the page that had it before.
        if stored and getattr(stored, "published_at", timezone.now()):
            add_redirect(stored.get_absolute_url(), obj.get_absolute_url())

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Redirect from old addresses of rows with pages, as symptoms have; if deleted, to their page."""
        before = _addresses(formset)
        translated = [pair for row in formset.deleted_forms for pair in _translated(row.instance, form.instance)]
        super().save_formset(request, form, formset, change)
        now = _addresses(formset)
        own = [(old, now.get(key, form.instance.get_absolute_url())) for key, old in before.items()]
        for old, new in [*own, *translated]:
            add_redirect(old, new)


class ReviewedPageAdmin(
    ContentChecksMixin, CheckBoxes, FastList, ChangeKindMixin, SignOffMixin, DraftsMixin, OldAddressMixin
):
    """The admin of a page for readers."""

    formfield_overrides: ClassVar = {
        MarkdownxField: MARKDOWN,
        models.DateTimeField: {"form_class": MomentField, "widget": NamedMoment},
    }
    publishing_fieldset: tuple[str, Any] = (
        "Publishing",
        {
            "fields": (("status", "published_at"), ("reviewed_on", "review_due_on"), "medical_review", "preview_link"),
            "description": "Readers see a page once its status is “Published” and its time has come. "
            "A published page needs both dates and at least one source, cited as [@key].",
        },
    )
    readonly_fields: ClassVar[tuple[str, ...]] = ("preview_link", "medical_review")
    list_filter: ClassVar[tuple[Any, ...]] = (StateFilter, NeedsFilter)
    actions = ("publish", "withdraw", "archive")

    class Media:
        js: ClassVar = ["js/admin-inlines.js", "js/admin-pictures.js", "js/admin-review-dates.js"]

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Show long text fields as two-line boxes."""
        if isinstance(db_field, models.CharField) and not db_field.choices and (db_field.max_length or 0) >= LONG_FROM:
            kwargs["widget"] = AdminTextareaWidget({"rows": 2})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="As readers see it")
    def preview_link(self, page: ReviewedPage) -> str:
        if page.pk is None:
            return "Save the page first."
        url = self.preview_address(str(page.pk))
        return format_html('<a href="{}" target="_blank" rel="noopener">Preview the saved page</a>', url)

    def view_on_site(self, page: ReviewedPage) -> str | None:
        return page.get_absolute_url() or None if page.is_published() else None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let only administrators delete; editors archive."""
        return request.user.is_superuser and super().has_delete_permission(request, obj)

    @admin.display(description="State", ordering="status")
    def state(self, page: ReviewedPage) -> str:
        return drafts.state(page)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        response = super().response_add(request, obj, post_url_continue)
        self._say_what_readers_see(request, obj)
        return response

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        response = super().response_change(request, obj)
        self._say_what_readers_see(request, obj)
        return response

    def _say_what_readers_see(self, request: HttpRequest, page: ReviewedPage) -> None:
        at = formats.date_format(timezone.localtime(page.published_at), "DATETIME_FORMAT") if page.published_at else ""
        self.message_user(request, READERS_SEE[page.state].format(at=at))
        if not page.is_published() and (linking := linking_to(page)[page]):
            titles = ", ".join(map(str, linking))
            self.message_user(request, f"Remove the links to it from: {titles}.", messages.WARNING)
        if page.is_published() and page.review_overdue:
            self.message_user(request, f"{page} is due for review, and says so to readers.", messages.WARNING)

    @admin.action(description="Publish the selected pages", permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        for page in queryset:
            before = change_kinds.public_state(page)
            page.status = ReviewedPage.Status.PUBLISHED
            try:
                revisions.clean(page)
                change_kinds.check(page, before)
            except ValidationError as error:
                self.message_user(request, f"{page} was not published: {in_words(error, page)}", messages.ERROR)
            else:
                page.save()
                change_kinds.record_save(page, before)
                self.log_change(request, page, "Published.")
                self.message_user(request, f"{page}: Published.")
                self._say_what_readers_see(request, page)
                if page.draft_in_review is not None:  # of with_drafts
                    message = '{} has a draft, which is not published: <a href="{}">publish it from its page</a>.'
                    self.message_user(request, format_html(message, page, admin_address(page)), messages.WARNING)

    @admin.action(
        description="Archive the selected pages: readers are told that they were taken down", permissions=["publish"]
    )
    def archive(self, request: HttpRequest, queryset: models.QuerySet) -> HttpResponse | None:
        """Show first which pages link here, and what readers will see."""
        if "post" not in request.POST:
            found = [
                (page, linked(((other, other.state) for other in others), "No other page links to it."))
                for page, others in linking_to(*queryset).items()
            ]
            context = {"opts": self.opts, "title": "Take these pages down?", "found": found}
            return TemplateResponse(request, "admin/archive.html", self.admin_site.each_context(request) | context)
        self._take_away(request, queryset, ReviewedPage.Status.ARCHIVED, "Archived.")
        return None

    @admin.action(description="Take the selected pages back to draft", permissions=["publish"])
    def withdraw(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        self._take_away(request, queryset, ReviewedPage.Status.DRAFT, "Taken back to draft.")

    def _take_away(self, request: HttpRequest, queryset: models.QuerySet, status: str, done: str) -> None:
        for page in queryset:
            before = change_kinds.public_state(page)
            page.status = status
            page.save()
            change_kinds.record_save(page, before)
            self.log_change(request, page, done)
            self.message_user(request, f"{page}: {done}")
            self._say_what_readers_see(request, page)


def _addresses(formset: Any) -> dict[Any, str]:
    """Return the stored addresses of a formset's rows by key."""
    return {row.pk: row.get_absolute_url() for row in formset.queryset.all()}


def _translated(row: Translated, page: Translated) -> list[tuple[str, str]]:
    """Return the addresses of a row's translations that readers had, each with its page's in that language."""
    there = {each.language: each.get_absolute_url() for each in page.translations.all()}
    had = row.translations.filter(language__in=there, published_at__isnull=False)
    return [(each.get_absolute_url(), there[each.language]) for each in had]
