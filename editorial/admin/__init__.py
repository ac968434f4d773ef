"""Admin pages for contacts, opening times, the glossary, old addresses, and reports by readers."""

from itertools import islice
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.html import format_html

from editorial.admin.content import nobody
from editorial.admin.fields import Addresses, NamedList, NamedRows, linked
from editorial.admin.pictures import PictureAdmin
from editorial.admin.revisions import RevisionsMixin, VersionedForm
from editorial.admin.sign_off import ReviewerAdmin
from editorial.admin.sources import SourceAdmin
from editorial.models import Clinic, GlossaryTerm, HelpLine, OldAddress, PageReport, Picture, Reviewer, Source
from editorial.models.opening import OpeningTime, SpecialDay
from editorial.text.checks import check_doses, check_sources
from editorial.workflow import citations
from vault.keyring import VaultError

MAX_LISTED = 60  # pages that explain a word

admin.site.register(Picture, PictureAdmin)
admin.site.register(Source, SourceAdmin)
admin.site.register(Reviewer, ReviewerAdmin)


class OpeningTimeInline(NamedRows):
    """When the clinic calls people back; the promised time depends on it. Rows left empty are not saved."""

    model = OpeningTime

    def get_extra(self, request: HttpRequest, obj: Clinic | None = None, **kwargs: Any) -> int:
        return 1 if obj and obj.opening_times.exists() else len(WEEKDAYS)


class SpecialDayInline(NamedRows):
    """Holidays and the like, on which no call is promised. Past days are not shown."""

    model = SpecialDay
    extra = 2

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[SpecialDay]:
        return super().get_queryset(request).filter(day__gte=timezone.localdate())


@admin.register(Clinic)
class ClinicAdmin(RevisionsMixin):
    """The single row can be changed but not removed."""

    inlines = (OpeningTimeInline, SpecialDayInline)
    has_delete_permission = nobody

    class Media:
        js: ClassVar = ["js/admin-inlines.js"]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Redirect to the only row."""
        clinic = Clinic.objects.first()
        if clinic and self.has_view_or_change_permission(request):
            return redirect("admin:editorial_clinic_change", clinic.pk)
        return super().changelist_view(request, extra_context)

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        """Offer a row for each weekday if no opening time is listed yet."""
        initial = [{"weekday": day} for day in WEEKDAYS] if inline.model is OpeningTime else None
        return super().get_formset_kwargs(request, obj, inline, prefix) | {"initial": initial}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.list_hours()
        form.instance.save(update_fields=["listed_hours", "listed_days"])

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not Clinic.objects.exists() and super().has_add_permission(request)


@admin.register(HelpLine)
class HelpLineAdmin(Addresses, NamedList, RevisionsMixin):
    fields: ClassVar = (
        *("name", "slug", "kind", "call", "call_label", "text_to", "text_body", "url", "description"),
        *("position", "source", "checked_on", "checked_note"),
    )
    list_display = ("name", "call", "text_to", "checked_on", "position")
    list_editable = ("position",)
    list_filter = ("kind",)
    prepopulated_fields: ClassVar = {"slug": ["name"]}

    def has_delete_permission(self, request: HttpRequest, obj: HelpLine | None = None) -> bool:
        return not _is_911(obj) and super().has_delete_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: HelpLine | None = None) -> tuple[str, ...]:
        return ("slug", "kind", "call", "call_label") if _is_911(obj) else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: HelpLine | None = None) -> dict:
        return {} if _is_911(obj) else super().get_prepopulated_fields(request, obj)


def _is_911(line: HelpLine | None) -> bool:
    """Return whether it is the emergency number, which nobody may change or remove."""
    return line is not None and line.slug == "911"


class GlossaryTermForm(VersionedForm):
    def clean_meaning(self) -> str:
        check_sources([self.cleaned_data["meaning"]])
        check_doses(self.cleaned_data["meaning"], self.cleaned_data.get("word", ""))
        return self.cleaned_data["meaning"]


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(RevisionsMixin):
    form = GlossaryTermForm
    fields: ClassVar = ("word", "slug", "also", "meaning", "used_in")
    list_display = ("word", "also", "meaning")
    search_fields = ("word", "also")
    prepopulated_fields: ClassVar = {"slug": ["word"]}
    readonly_fields = ("used_in",)
    formfield_overrides: ClassVar = {models.CharField: {"widget": AdminTextareaWidget({"rows": 2})}}

    @admin.display(description="Explained in")
    def used_in(self, term: GlossaryTerm) -> str:
        """List the newest pages that explain the term."""
        pages = islice(citations.pages_explaining(term), MAX_LISTED) if term.pk else ()
        return linked(((page, page.state) for page in pages), "No page yet.")


@admin.register(OldAddress)
class OldAddressAdmin(admin.ModelAdmin):
    """Created when a slug changes; one created by mistake can be removed."""

    list_display = ("path", "leads_to", "since")
    search_fields = ("path", "leads_to")
    has_add_permission = has_change_permission = nobody


@admin.register(PageReport)
class PageReportAdmin(admin.ModelAdmin):
    """Editors mark reports as done, or delete them."""

    list_display = ("day", "page_link", "words", "state")
    list_display_links = ("day",)
    list_filter = ("is_done",)
    fields: ClassVar = ("day", "page_link", "words", "is_done")
    readonly_fields = ("day", "page_link", "words")
    actions = ("mark_done", "mark_new")
    has_add_permission = nobody

    @admin.display(description="Page", ordering="page")
    def page_link(self, report: PageReport) -> str:
        return format_html('<a href="{0}">{0}</a>', report.page) if report.page else "Another page"

    @admin.display(description="What is wrong or missing")
    def words(self, report: PageReport) -> str:
        try:
            return format_html('<span class="as-typed">{}</span>', report.words())
        except VaultError:
            return "Cannot be opened: its key is missing."

    @admin.display(ordering="is_done")
    def state(self, report: PageReport) -> str:
        return "Done" if report.is_done else "New"

    @admin.action(description="Mark as done", permissions=["change"])
    def mark_done(self, request: HttpRequest, queryset: models.QuerySet[PageReport]) -> None:
        self.message_user(request, f"Marked as done: {queryset.update(is_done=True)}.")

    @admin.action(description="Mark as new", permissions=["change"])
    def mark_new(self, request: HttpRequest, queryset: models.QuerySet[PageReport]) -> None:
        self.message_user(request, f"Marked as new: {queryset.update(is_done=False)}.")
