"""The component gallery for staff: each component of readers' pages with the line that renders it."""

import jinja2
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles.models import Article
from editorial.text.blocks import DRAWINGS
from phases.models import Phase, Symptom
from phases.now_form import NowForm


@jinja2.pass_context
def rendered(context: jinja2.runtime.Context, line: str) -> jinja2.environment.TemplateModule:
    """Render one line of a template as a page would, so the gallery shows the real component."""
    return context.environment.from_string(line).make_module(context.get_all())


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    context = {
        "rendered": rendered,
        "drawings": DRAWINGS,
        "phases": Phase.objects.published(),
        "symptoms": Symptom.objects.published()[:4],
        "articles": Article.objects.published().defer("body")[:2],
        "form": NowForm(),
        "wrong": NowForm({"amount": "two days"}),
    }
    return render(request, "components.html", context)
