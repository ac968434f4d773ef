"""Stages, symptoms and treatment options."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from editorial.pages.reading import reading_page
from editorial.text.markdown import PageText
from phases import timeline
from phases.compare import CompareForm
from phases.compare import compare as compare_options
from phases.grouping import by_area, by_hours
from phases.models import Phase, Symptom, TreatmentOption
from phases.outlook import on_the_hill

#: Ids in the templates, which headings of texts must not use.
STAGE_IDS = ("what-helps", "get-help", "symptoms", "treatments", "next", "overview", "hours", "stretch")
SYMPTOM_IDS = ("helps", "worry", "long", "hours", "line-d", "line-t", "stretch")
TREATMENT_IDS = ("get", "use")


@reading_page()
@require_safe
def phase_list(request: HttpRequest) -> HttpResponse:
    """Show the three stages on one timeline."""
    phases = list(Phase.objects.published())
    return render(request, "phases/list.html", {"phases": phases, "timeline": timeline.of_phases(phases)})


@reading_page()
@require_safe
def phase(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one stage."""
    stage = get_object_or_404(Phase.objects.published().at(slug).with_rows())
    return render(request, "phases/detail.html", {"phase": stage} | phase_context(stage))


def phase_context(phase: Phase) -> dict:
    """Return the template context besides the stage, also for the admin's preview."""
    stages = list(Phase.objects.published())
    ids = {*STAGE_IDS, *(symptom.slug for symptom in phase.symptoms.all())}
    return {
        "page_text": PageText(heading_ids=ids),
        "hours": by_hours(phase.symptoms.all()),
        "hill": on_the_hill(phase.onset_from, phase.end_to),
        "treatments": [option for option in phase.treatments.all() if option.is_published()],
        "articles": phase.articles.published()[:4],
        "previous_phase": next((stage for stage in reversed(stages) if stage.position < phase.position), None),
        "next_phase": next((stage for stage in stages if stage.position > phase.position), None),
    }


@reading_page()
@require_safe
def symptom_list(request: HttpRequest) -> HttpResponse:
    """List all symptoms by area."""
    return render(request, "phases/symptom_list.html", {"groups": by_area(Symptom.objects.published())})


@reading_page()
@require_safe
def symptom(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one symptom."""
    shown = get_object_or_404(Symptom.objects.published().at(slug))
    return render(request, "phases/symptom_detail.html", symptom_context(shown))


def symptom_context(symptom: Symptom) -> dict:
    """Return the template context, also for the preview of a translation."""
    near = Symptom.objects.published().filter(area=symptom.area).exclude(pk=symptom.pk)
    return {
        "symptom": symptom,
        "page_text": PageText(heading_ids=set(SYMPTOM_IDS)),
        "near": near,
        "timeline": timeline.of_symptom(symptom, list(Phase.objects.published())),
    }


@reading_page()
@require_safe
def treatment_list(request: HttpRequest) -> HttpResponse:
    """List all treatment options by kind."""
    kinds = TreatmentOption.Kind.values
    options = sorted(TreatmentOption.objects.published(), key=lambda option: kinds.index(option.kind))
    groups = [
        (TreatmentOption.Kind(kind).label, kind, list(rows)) for kind, rows in groupby(options, lambda each: each.kind)
    ]
    return render(request, "phases/treatment_list.html", {"groups": groups})


@reading_page()
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Compare treatment options side by side; the filters are in the URL, which can be shared."""
    form = CompareForm(request.GET)
    options = list(TreatmentOption.objects.published().defer("body"))
    comparison = compare_options(form, options, everything="all" in request.GET)
    return render(request, "phases/compare.html", {"form": form, "comparison": comparison, "total": len(options)})


@reading_page()
@require_safe
def treatment(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one treatment option."""
    option = get_object_or_404(TreatmentOption.objects.published().at(slug))
    return render(request, "phases/treatment_detail.html", {"treatment": option} | treatment_context(option))


def treatment_context(treatment: TreatmentOption) -> dict:
    """Return the template context besides the option, also for the admin's preview."""
    return {
        "page_text": PageText(heading_ids=set(TREATMENT_IDS)),
        "stages": treatment.phases.published(),
        "same_kind": TreatmentOption.objects.published().filter(kind=treatment.kind).exclude(pk=treatment.pk),
    }
