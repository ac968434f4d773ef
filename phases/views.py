"""Stages, the question where one is now, and treatment options."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from django.views.generic import DetailView, ListView

from phases import timeline
from phases.models import Phase, TreatmentOption
from phases.now import NowForm, place


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


@csrf_exempt  # changes nothing and stores nothing, and a reader gets no cookie
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def now(request: HttpRequest) -> HttpResponse:
    """Where am I now? The answer comes by POST: it stands in no address, history or log."""
    form = NowForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "phases/now.html", {"form": form}, status=422 if form.is_bound else 200)
    phases = list(Phase.objects.published().with_symptoms())
    answer = place(form.hours, form.cleaned_data["substance"], phases)
    context = {"form": form, "answer": answer}
    if answer.is_charted:
        context["timeline"] = timeline.of_phases(phases, now=answer.hours)
    return render(request, "phases/now_answer.html", context)


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
