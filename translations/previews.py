"""Preview a translation with the template of its kind of page."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, prefetch_related_objects

from articles.article_page import detail_context
from articles.models import Article
from editorial.text import snapshot
from phases.models import Phase, Symptom, TreatmentOption
from phases.views import symptom_context


def template_and_context(page: Any) -> tuple[str, dict[str, Any]]:
    """Return the template and context for a page from `Translation.shown`. Call it with its language active."""
    if isinstance(page, Symptom):
        page.phase = Phase.objects.in_language().filter(pk=page.phase_id).first() or page.phase
        return "phases/symptom_detail.html", symptom_context(page)
    if isinstance(page, Phase):
        rows = Prefetch("symptoms", Symptom.objects.in_language())
        prefetch_related_objects([page], rows, Prefetch("treatments", TreatmentOption.objects.published()))
    if isinstance(page, Article):
        return "articles/detail.html", detail_context(page, snapshot.current())
    kind: Any = admin.site.get_model_admin(type(page))
    return kind.preview_template, kind.preview_context(page)
