"""Stages, symptoms and treatment options."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from editorial.pages.reading import reading_page
from editorial.text.markdown import PageText
from phases import timeline
from phases.choices import Area, by_choice
from phases.compare import CompareForm, compare as compare_options
from phases.models import Phase, Symptom, TreatmentOption
from phases.now import on_the_hill

#: Ids in the templates, which headings of texts must not use.
STAGE_IDS = ("what-helps", "get-help", "symptoms", "treatments", "next", "overview", "hours", "stretch")
SYMPTOM_IDS = ("helps", "worry", "long", "hours", "line-d", "line-t", "stretch")
TREATMENT_IDS = ("get", "use")


@reading_page()
def phase_list(request: HttpRequest) -> HttpResponse:
    """Show the three stages on one timeline."""
    phases = list(Phase.objects.published())
    return render(request, "phases/list.html", {"phases": phases, "timeline": timeline.of_phases(phases)})


@reading_page()
def phase(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one stage."""
    stage = get_object_or_404(Phase.objects.published().at(slug).with_rows())
    return render(request, "phases/detail.html", phase_context(stage))


def phase_context(phase: Phase) -> dict:
    """Return the template context, also for the admin's preview."""
    stages = list(Phase.objects.published())
    ids = {*STAGE_IDS, *(symptom.slug for symptom in phase.symptoms.all())}
    return {
        "phase": phase,
        "page_text": PageText(heading_ids=ids),
        "hours": _by_hours(phase.symptoms.all()),
        "hill": on_the_hill(phase.onset_from, phase.end_to),
        "treatments": [option for option in phase.treatments.all() if option.is_published()],
        "articles": phase.articles.published()[:4],
        "previous_phase": next((stage for stage in reversed(stages) if stage.position < phase.position), None),
        "next_phase": next((stage for stage in stages if stage.position > phase.position), None),
    }


def _by_hours(symptoms: Iterable[Symptom]) -> list[list[Symptom]]:
    """Group symptoms with the same hours, earliest onset first."""
    hours = attrgetter("onset_from", "onset_to", "end_from", "end_to", "peak")
    ordered = sorted(symptoms, key=lambda symptom: [hour for hour in hours(symptom) if isinstance(hour, int)])
    return [list(rows) for _, rows in groupby(ordered, hours)]


@reading_page()
def symptom_list(request: HttpRequest) -> HttpResponse:
    """List all symptoms by area."""
    groups = by_choice(Symptom.objects.published(), Area, "area")
    return render(request, "phases/symptom_list.html", {"groups": groups})


@reading_page()
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
def treatment_list(request: HttpRequest) -> HttpResponse:
    """List all treatment options by kind."""
    groups = by_choice(TreatmentOption.objects.published(), TreatmentOption.Kind, "kind")
    return render(request, "phases/treatment_list.html", {"groups": groups})


@reading_page()
def compare(request: HttpRequest) -> HttpResponse:
    """Compare treatment options side by side; the filters are in the URL, which can be shared."""
    options = list(TreatmentOption.objects.published().defer("body"))
    comparison = compare_options(CompareForm(request.GET), options, everything="all" in request.GET)
    return render(request, "phases/compare.html", comparison | {"total": len(options)})


@reading_page()
def treatment(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one treatment option."""
    option = get_object_or_404(TreatmentOption.objects.published().at(slug))
    return render(request, "phases/treatment_detail.html", treatment_context(option))


def treatment_context(treatment: TreatmentOption) -> dict:
    """Return the template context, also for the admin's preview."""
    return {
        "treatment": treatment,
        "page_text": PageText(heading_ids=set(TREATMENT_IDS)),
        "stages": treatment.phases.published(),
        "same_kind": TreatmentOption.objects.published().filter(kind=treatment.kind).exclude(pk=treatment.pk),
    }
