"""Stages, symptoms and treatment options."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.generic import DetailView, ListView

from editorial.reading import reading_page
from phases import timeline
from phases.choices import Area
from phases.compare import CompareForm
from phases.compare import compare as compare_options
from phases.models import Phase, Symptom, TreatmentOption


class PhaseList(ListView):
    """The three stages on one timeline."""

    queryset = Phase.objects.all()
    template_name = "phases/list.html"
    context_object_name = "phases"

    def get_queryset(self):
        return super().get_queryset().published()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"timeline": timeline.of_phases(context["phases"])}


class PhaseDetail(DetailView):
    """One stage: its hours, its symptoms, what helps, when to get help, and what comes next."""

    queryset = Phase.objects.with_symptoms()
    template_name = "phases/detail.html"
    context_object_name = "phase"

    def get_queryset(self):
        return super().get_queryset().published()

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | detail_context(self.object)


def detail_context(phase: Phase) -> dict:
    """What the page of a stage shows besides the stage; the preview in the admin shows the same."""
    symptoms = list(phase.symptoms.all())
    stages = list(Phase.objects.published())
    return {
        "symptoms": symptoms,
        "timeline": timeline.of_symptoms(symptoms),
        "treatments": phase.treatments.published(),
        "articles": phase.articles.published()[:4],
        "previous_phase": next((stage for stage in reversed(stages) if stage.position < phase.position), None),
        "next_phase": next((stage for stage in stages if stage.position > phase.position), None),
    }


class SymptomList(ListView):
    """All symptoms, by where they are felt."""

    queryset = Symptom.objects.all()
    template_name = "phases/symptom_list.html"

    def get_queryset(self):
        return super().get_queryset().published()

    def get_context_data(self, **kwargs):
        areas = list(Area)
        symptoms = sorted(self.object_list, key=lambda symptom: areas.index(symptom.area))
        groups = [(Area(area), list(rows)) for area, rows in groupby(symptoms, lambda symptom: symptom.area)]
        return super().get_context_data(**kwargs) | {"groups": groups}


class SymptomDetail(DetailView):
    """One symptom: what it is, how long it lasts, what helps, when to worry."""

    queryset = Symptom.objects.all()
    template_name = "phases/symptom_detail.html"
    context_object_name = "symptom"

    def get_queryset(self):
        return super().get_queryset().published()

    def get_context_data(self, **kwargs):
        symptom = self.object
        near = Symptom.objects.published().filter(area=symptom.area).exclude(pk=symptom.pk)
        picture = timeline.of_symptom(symptom, Phase.objects.published())
        return super().get_context_data(**kwargs) | {"near": near, "timeline": picture}


class TreatmentList(ListView):
    """All treatment options, by kind."""

    queryset = TreatmentOption.objects.all()
    template_name = "phases/treatment_list.html"

    def get_queryset(self):
        return super().get_queryset().published()

    def get_context_data(self, **kwargs):
        kinds = list(TreatmentOption.Kind)
        options = sorted(self.object_list, key=lambda option: kinds.index(option.kind))
        groups = [(kinds[kinds.index(kind)].label, kind, list(rows)) for kind, rows in groupby(options, _kind)]
        return super().get_context_data(**kwargs) | {"groups": groups}


@reading_page()
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Treatment options side by side, narrowed by what matters; the address holds the choice and can be shared."""
    form = CompareForm(request.GET)
    return render(
        request,
        "phases/compare.html",
        {"form": form, "comparison": compare_options(form, list(TreatmentOption.objects.published().defer("body")))},
    )


class TreatmentDetail(DetailView):
    """One treatment option."""

    queryset = TreatmentOption.objects.all()
    template_name = "phases/treatment_detail.html"
    context_object_name = "treatment"

    def get_queryset(self):
        return super().get_queryset().published()

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | treatment_context(self.object)


def treatment_context(treatment: TreatmentOption) -> dict:
    """What the page of a treatment option shows besides it; the preview in the admin shows the same."""
    return {
        "stages": treatment.phases.published(),
        "same_kind": TreatmentOption.objects.published().filter(kind=treatment.kind).exclude(pk=treatment.pk),
    }


def _kind(option: TreatmentOption) -> str:
    return option.kind
