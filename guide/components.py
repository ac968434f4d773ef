"""The component gallery for staff: each component of readers' pages with the line that renders it."""

import jinja2
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles.models import Article
from phases.models import Phase, Symptom
from phases.now_form import NowForm

PICTURES = settings.BASE_DIR / "templates/readers/pictures"


@jinja2.pass_context
def made(context: jinja2.runtime.Context, line: str) -> jinja2.environment.TemplateModule:
    """Render one line of a template as a page would, so the gallery shows the real component."""
    return context.environment.from_string(line).make_module(context.get_all())


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    context = {
        "made": made,
        "drawings": sorted(path.stem for path in PICTURES.glob("*.svg")),
        "phases": Phase.objects.published(),
        "symptoms": Symptom.objects.published()[:4],
        "articles": Article.objects.published().defer("body")[:2],
        "form": NowForm(),
        "wrong": NowForm({"amount": "two days"}),
    }
    return render(request, "components.html", context)
