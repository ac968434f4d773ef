"""Admin pages for contacts and sources, and the base of the admin pages for all published content."""

from typing import Any, ClassVar, Generic, TypeVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from markdownx.models import MarkdownxField
from markdownx.widgets import AdminMarkdownxWidget

from editorial.addresses import moved
from editorial.admin_fields import CheckBoxes, NamedList, NamedMoment
from editorial.clock_fields import MomentField
from editorial.models import Clinic, GlossaryTerm, HelpLine, OldAddress, PageReport, Source
from editorial.opening_admin import OpeningTimeInline, SpecialDayInline
from editorial.page_reports_admin import PageReportAdmin
from editorial.publishing import ReviewedPage, check_sources
from editorial.revision_admin import KeepsRevisions

LONG = 200  # characters; a field with this limit or a higher one holds sentences

admin.site.register(PageReport, PageReportAdmin)

Page = TypeVar("Page", bound=ReviewedPage)
Fields = dict[type[models.Field], dict[str, Any]]


class ReviewOverdueFilter(admin.SimpleListFilter):
    title = "review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("overdue", "Review overdue"), ("no-clinician", "Awaiting medical review")]

    def queryset(self, request: HttpRequest, queryset: Any) -> models.QuerySet:
        if self.value() == "overdue":
            return queryset.review_overdue()
        if self.value() == "no-clinician":
            return queryset.filter(medical_reviewer="")
        return queryset


class KeepsOldAddress(KeepsRevisions):
    """Redirects from a page's old address when its slug changes."""

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        before = type(obj).objects.get(pk=obj.pk).get_absolute_url() if change else ""
        super().save_model(request, obj, form, change)
        if before:
            moved(before, obj.get_absolute_url())


class ReviewedPageAdmin(CheckBoxes, KeepsOldAddress, Generic[Page]):
    """Pages for writing, previewing and publishing a page."""

    formfield_overrides: ClassVar[Fields] = {
        MarkdownxField: {"widget": AdminMarkdownxWidget},
        models.DateTimeField: {"form_class": MomentField, "widget": NamedMoment},
    }
    #: The public page's template, and the name of the page in it.
    preview_template = ""
    preview_name = ""

    publishing_fieldset: tuple[str, Any] = (
        "Publishing",
        {
            "fields": (
                ("status", "published_at"),
                ("reviewed_on", "review_due_on"),
                "medical_reviewer",
                "preview_link",
            ),
            "description": "Readers see a page once its status is “Published” and its time has come. "
            "A published page needs both dates and at least one source, cited as [@key].",
        },
    )
    readonly_fields = ("preview_link",)
    list_filter: ClassVar[tuple[Any, ...]] = ("status", ReviewOverdueFilter)
    actions = ("publish", "withdraw")

    class Media:
        js: ClassVar = ["js/admin-inlines.js"]

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Show long text fields as boxes of two lines."""
        if isinstance(db_field, models.CharField) and not db_field.choices and (db_field.max_length or 0) >= LONG:
            kwargs["widget"] = AdminTextareaWidget({"rows": 2})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def preview_context(self, page: Page) -> dict:
        """Return what the public view adds to the page."""
        raise NotImplementedError

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}_preview"
        return [
            path("<path:object_id>/preview/", self.admin_site.admin_view(never_cache(self.preview)), name=name),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the saved page as readers would see it, published or not."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        page = self.get_object(request, unquote(object_id))
        if page is None:
            raise Http404
        context = {self.preview_name: page, "previewed_state": page.get_status_display(), **self.preview_context(page)}
        return render(request, self.preview_template, context)

    @admin.display(description="As readers see it")
    def preview_link(self, page: Page) -> str:
        if page.pk is None:
            return "Save the page first."
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_preview", args=[page.pk])
        return format_html('<a href="{}" target="_blank" rel="noopener">Preview the saved page</a>', url)

    def view_on_site(self, page: Page) -> str | None:
        return page.get_absolute_url() if page.is_published() else None

    @admin.display(description="Live", boolean=True)
    def live(self, page: Page) -> bool:
        return page.is_published()

    @admin.action(description="Publish the selected pages", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: models.QuerySet[Page]) -> None:
        for page in queryset:
            page.status = ReviewedPage.Status.PUBLISHED
            try:
                page.full_clean()
            except ValidationError as error:
                self.message_user(request, f"{page} was not published: {' '.join(error.messages)}", messages.ERROR)
            else:
                page.save()
                self.log_change(request, page, "Published.")
                when = "is published" if page.is_published() else "will appear at its time"
                self.message_user(request, f"{page} {when}.")

    @admin.action(description="Take the selected pages back to draft", permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: models.QuerySet[Page]) -> None:
        for page in queryset:
            page.status = ReviewedPage.Status.DRAFT
            page.save()
            self.log_change(request, page, "Taken back to draft.")
            self.message_user(request, f"{page} is a draft again; readers no longer see it.")


#: The default from Django 6.
HTTPS_URLS: Fields = {models.URLField: {"assume_scheme": "https"}}


@admin.register(Clinic)
class ClinicAdmin(KeepsRevisions):
    """There is one row, which can be changed but not removed."""

    inlines = (OpeningTimeInline, SpecialDayInline)

    class Media:
        js: ClassVar = ["js/admin-inlines.js"]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Go to the only row instead of listing it."""
        clinic = Clinic.objects.first()
        if clinic and self.has_view_or_change_permission(request):
            return redirect("admin:editorial_clinic_change", clinic.pk)
        return super().changelist_view(request, extra_context)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.list_hours()
        form.instance.save(update_fields=["listed_hours", "listed_days"])

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not Clinic.objects.exists() and super().has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(HelpLine)
class HelpLineAdmin(NamedList, KeepsRevisions):
    formfield_overrides: ClassVar = HTTPS_URLS
    list_display = ("name", "kind", "call", "text_to", "checked_on", "position")
    list_editable = ("position",)
    list_filter = ("kind",)
    prepopulated_fields: ClassVar = {"slug": ["name"]}


class GlossaryTermForm(forms.ModelForm):
    def clean_meaning(self) -> str:
        check_sources([self.cleaned_data["meaning"]])
        return self.cleaned_data["meaning"]


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(KeepsRevisions):
    form = GlossaryTermForm
    list_display = ("word", "also", "meaning")
    search_fields = ("word", "also")
    prepopulated_fields: ClassVar = {"slug": ["word"]}
    formfield_overrides: ClassVar = {models.CharField: {"widget": AdminTextareaWidget({"rows": 2})}}


@admin.register(OldAddress)
class OldAddressAdmin(admin.ModelAdmin):
    """Written by the site when a slug changes; one made by mistake can be removed."""

    list_display = ("path", "leads_to", "since")
    search_fields = ("path", "leads_to")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Source)
class SourceAdmin(KeepsRevisions):
    """A source can be added and corrected, not renamed or removed, as any text may cite it."""

    formfield_overrides: ClassVar = HTTPS_URLS
    list_display = ("key", "organization", "title", "year", "seen")
    list_filter = ("seen",)
    search_fields = ("key", "organization", "title")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
