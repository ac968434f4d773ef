"""Admin pages for stages, their symptoms, and treatment options."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from markdownx.models import MarkdownxField

from editorial.admin.change_kinds import ChangeForm
from editorial.admin.checks import CheckedRows
from editorial.admin.content import nobody
from editorial.admin.fields import MARKDOWN, FewRows
from editorial.admin.pages import ReviewedPageAdmin
from phases import timeline
from phases.hours import Course
from phases.hours_form import FIELDS, CourseForm, parse, problems
from phases.models import Phase, Symptom, TreatmentOption
from phases.views import phase_context, treatment_context

STAGES = 3  # the guide has exactly three


def picture(course: Course | None) -> SafeString:
    """Draw one course and describe it in words, so that editors see how their input is understood."""
    drawn = timeline.draw([(course, "s1", "", 1.0)]) if course else None
    return render_to_string("phases/hours_picture.html", {"course": course, "timeline": drawn})


def _has_ends(course: Course) -> bool:
    return course.onset_from is not None and course.end_to is not None


class ShowsHours:
    """Adds the read-only field `hours_picture` to a form."""

    @admin.display(description="As a timeline")
    def hours_picture(self, course: Any) -> SafeString:
        address = reverse("admin:phases_hours")
        shown = picture(course if course and _has_ends(course) else None)
        return format_html('<div class="hours-picture" data-hours="{}" aria-live="polite">{}</div>', address, shown)


class SymptomForm(CourseForm):
    """Refuses a name that another symptom of the stage still has: rows are saved one after the other."""

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        others = Symptom.objects.filter(phase=self.instance.phase_id, name=name).exclude(pk=self.instance.pk)
        if self.instance.pk and "name" in self.changed_data and others.exists():
            raise ValidationError(
                "Another symptom of this stage has this name. Rename or delete that one, save, then this."
            )
        return name


class SymptomInline(FewRows, ShowsHours, admin.StackedInline):
    """The symptoms in order, each collapsed to its name and hours."""

    model = Symptom
    formset = CheckedRows
    form = SymptomForm
    extra = 0
    template = "phases/symptom_rows.html"
    classes = ("collapse",)
    readonly_fields = ("hours_picture",)
    prepopulated_fields: ClassVar = {"slug": ["name"]}
    # markdownx's own admin class sets this for the page, not for its inlines
    formfield_overrides: ClassVar = {MarkdownxField: MARKDOWN}
    fieldsets = (
        (None, {"fields": (("name", "slug", "position"), ("intensity", "confidence", "area"))}),
        (None, {"fields": (*FIELDS, "hours_picture")}),
        (None, {"fields": ("also_called", "thing", "description", "what_helps", "get_help")}),
    )


class StageForm(CourseForm, ChangeForm):
    """Hours as ranges, and what kind of change a save is."""


@admin.register(Phase)
class PhaseAdmin(ShowsHours, ReviewedPageAdmin):
    form = StageForm
    list_display = ("name", "position", "state", "onset_words", "peak_words", "end_words", "review_due_on")
    inlines = (SymptomInline,)
    has_delete_permission = nobody  # to hide a stage, take it back to draft
    prepopulated_fields: ClassVar = {"slug": ["name"]}
    fieldsets = (
        (None, {"fields": (("name", "slug", "position"), "summary")}),
        ("Overview", {"fields": ("overview",), "classes": ("collapse",)}),
        (
            "Hours since last use",
            {
                "fields": (*FIELDS, "hours_picture", "timing_note", "evidence", "evidence_note"),
                "description": "For heroin.",
                "classes": ("collapse",),
            },
        ),
        (
            "What to do",
            {
                "fields": ("what_helps", "get_help", "what_comes_next", "treatments"),
                "classes": ("collapse",),
                "description": "The box on medical help is called “Emergency” as soon as it names 911, 988, an "
                "ambulance or an emergency room, else “Urgent”.",
            },
        ),
        ("Publishing", ReviewedPageAdmin.publishing_fieldset[1] | {"classes": ("collapse",)}),
    )
    readonly_fields: ClassVar = (*ReviewedPageAdmin.readonly_fields, "hours_picture")
    preview_template = "phases/detail.html"
    preview_context = staticmethod(phase_context)

    class Media:
        js: ClassVar = ("js/admin-hours.js", "js/admin-order.js")

    def get_urls(self) -> list:
        return [path("hours/", self.admin_site.admin_view(self.hours_view), name="phases_hours"), *super().get_urls()]

    def hours_view(self, request: HttpRequest) -> HttpResponse:
        """Draw typed hours."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        course = Phase()
        try:
            for name, (first, last) in FIELDS.items():
                if text := request.GET.get(name, ""):
                    low, high = parse(text)
                    setattr(course, first, low)
                    setattr(course, last, high)
            if not _has_ends(course):
                raise ValidationError("Fill in when it begins and when it ends.")
            if wrong := [message for _, message in problems(course)]:
                raise ValidationError(wrong)
        except ValidationError as error:
            return HttpResponse(" ".join(error.messages), content_type="text/plain")
        return HttpResponse(picture(course))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return Phase.objects.count() < STAGES and super().has_add_permission(request)


@admin.register(TreatmentOption)
class TreatmentOptionAdmin(ReviewedPageAdmin):
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
    preview_context = staticmethod(treatment_context)
