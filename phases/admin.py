"""Where editors keep stages, their symptoms, and treatment options."""

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest
from markdownx.models import MarkdownxField
from markdownx.widgets import AdminMarkdownxWidget

from editorial.checks_admin import CheckedRows
from editorial.page_admin import ReviewedPageAdmin
from phases.models import Phase, Symptom, TreatmentOption
from phases.views import phase_context, treatment_context

STAGES = 3  # the guide has exactly three
HOURS = (("onset_from", "onset_to"), ("peak_from", "peak_to"), ("end_from", "end_to"))


class SymptomInline(admin.StackedInline):
    model = Symptom
    formset = CheckedRows
    extra = 0
    prepopulated_fields: ClassVar = {"slug": ["name"]}
    # markdownx's own admin class sets this for the page, not for its inlines
    formfield_overrides: ClassVar = {MarkdownxField: {"widget": AdminMarkdownxWidget}}
    fieldsets = (
        (None, {"fields": (("name", "slug", "position"), ("intensity", "confidence", "area"))}),
        (
            "Hours and texts",
            {
                "fields": ("also_called", "thing", *HOURS, "description", "what_helps", "get_help"),
                "classes": ["collapse"],
            },
        ),
    )


@admin.register(Phase)
class PhaseAdmin(ReviewedPageAdmin[Phase]):
    list_display = ("name", "position", "state", "onset_words", "peak_words", "end_words", "review_due_on")
    inlines = (SymptomInline,)
    prepopulated_fields: ClassVar = {"slug": ["name"]}
    fieldsets = (
        (None, {"fields": (("name", "slug", "position"), "summary", "overview")}),
        (
            "Hours since last use",
            {
                "fields": (*HOURS, "timing_note", "evidence", "evidence_note"),
                "description": "For heroin. A stage without one clear peak leaves both peak fields empty.",
            },
        ),
        (
            "What to do",
            {
                "fields": ("what_helps", "get_help", "what_comes_next", "treatments"),
                "description": "The box on medical help is called “Emergency” as soon as it names 911, 988, an "
                "ambulance or an emergency room, else “Urgent”.",
            },
        ),
        ReviewedPageAdmin.publishing_fieldset,
    )
    preview_template = "phases/detail.html"
    preview_name = "phase"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return Phase.objects.count() < STAGES and super().has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Phase | None = None) -> bool:
        return False  # to hide a stage, take it back to draft

    def preview_context(self, page: Phase) -> dict:
        return phase_context(page)

    @admin.display(description="begins")
    def onset_words(self, phase: Phase) -> str:
        return phase.onset_words

    @admin.display(description="strongest")
    def peak_words(self, phase: Phase) -> str:
        return phase.peak_words

    @admin.display(description="ends")
    def end_words(self, phase: Phase) -> str:
        return phase.end_words


@admin.register(TreatmentOption)
class TreatmentOptionAdmin(ReviewedPageAdmin[TreatmentOption]):
    list_display = ("name", "kind", "state", "evidence", "review_due_on", "position")
    list_filter: ClassVar = (*ReviewedPageAdmin.list_filter, "kind", "evidence")
    search_fields = ("name", "also_called", "summary", "body")
    prepopulated_fields: ClassVar = {"slug": ["name"]}
    fieldsets = (
        (None, {"fields": (("name", "slug"), ("kind", "position"), "also_called", "summary")}),
        ("At a glance", {"fields": ("what_it_does", "how_to_get_it", "may_suit", "watch_out")}),
        ("How sure we are", {"fields": ("evidence", "evidence_note")}),
        (
            "In the comparison",
            {
                "fields": (("place", "medicine", "soon"), ("withdrawal", "cravings", "overdose_risk"), "compare_note"),
                "description": "Only what a source says; the rest stays “Not known”.",
            },
        ),
        ("Text", {"fields": ("body",)}),
        ReviewedPageAdmin.publishing_fieldset,
    )
    preview_template = "phases/treatment_detail.html"
    preview_name = "treatment"

    def preview_context(self, page: TreatmentOption) -> dict:
        return treatment_context(page)
