"""The views that take answers about the reader: "Where am I now?" and the check-in.

Both answer a POST with a page at the same URL, without a redirect, which would need the answers in its URL or on the
server. The answers are only in the request body, so in no URL, log or history entry. `no-store` keeps the page out of
caches. The browser can send the answers again until the tab is closed, so the pages say to close it.
"""

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from editorial.pages.alternates import only_changes_language
from phases import timeline
from phases.checkin import CheckInForm
from phases.models import Phase, Symptom
from phases.now import answer_for
from phases.now_form import FOR_ALL, READ_ON, NowForm


@sensitive_post_parameters()
@csrf_exempt  # changes, stores and reveals nothing, sets no cookie (tests/detoxsite/test_form_check.py)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def now(request: HttpRequest) -> HttpResponse:
    """Show two questions; by POST, the answer."""
    form = NowForm(request.POST if request.method == "POST" else None)
    if only_changes_language(form) or not form.is_valid():
        return render(request, "phases/now.html", {"form": form}, status=422 if form.errors else 200)
    phases = list(Phase.objects.published().with_symptoms())
    answer = answer_for(form.hours, form.cleaned_data["substance"], phases)
    context: dict[str, object] = {"form": form, "answer": answer, "read_on": _read_on(answer.substance)}
    if answer.is_charted:
        context["timeline"] = timeline.of_phases(phases, now=answer.hours)
    return render(request, "phases/now_answer.html", context)


@sensitive_post_parameters()
@csrf_exempt  # as above
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest) -> HttpResponse:
    """Show the check-in; by POST, its sheet. `begin` in a POST opens the form with answers from "Where am I now?"."""
    symptoms = list(Symptom.objects.published())
    if request.method == "POST" and "begin" not in request.POST:
        form = CheckInForm(symptoms, request.POST)
        if not only_changes_language(form) and form.is_valid():
            return render(request, "phases/check_in_sheet.html", {"form": form})
        return render(request, "phases/check_in.html", {"form": form}, status=422 if form.errors else 200)
    known = {name: request.POST.get(name, "") for name in ("since", "substance")}
    return render(request, "phases/check_in.html", {"form": CheckInForm(symptoms, initial=known)})


def _read_on(substance: str) -> list[tuple[str, str]]:
    """Return the name and path of each published article that fits an answer."""
    wanted = [READ_ON[substance]] if substance in READ_ON else []
    wanted += FOR_ALL
    articles = apps.get_model("articles", "Article").objects.published()  # this package must not import it
    found = {article.known_as: article.get_absolute_url() for article in articles.filter(slug__in=dict(wanted))}
    return [(str(name), found[slug]) for slug, name in wanted if slug in found]
