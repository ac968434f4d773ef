"""A translation as readers will see it: by the template of its page's kind, in its language."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, prefetch_related_objects

from articles.article_page import detail_context
from articles.models import Article
from editorial.text import snapshot
from phases.models import Phase, Symptom, TreatmentOption
from phases.views import symptom_context


def has_page(model: Any) -> bool:
    """Return whether readers see the words of this kind on a page of their own; a word or a help line has none."""
    return hasattr(model, "own_boxes")


def template_and_context(page: Any) -> tuple[str, dict[str, Any]]:
    """Return what shows a page that `Translation.shown` made. Call it while its language is spoken."""
    if isinstance(page, Symptom):
        page.phase = Phase.objects.in_language().filter(pk=page.phase_id).first() or page.phase
        return "phases/symptom_detail.html", symptom_context(page)
    if isinstance(page, Phase):
        rows = Prefetch("symptoms", Symptom.objects.in_language())
        prefetch_related_objects([page], rows, Prefetch("treatments", TreatmentOption.objects.published()))
    if isinstance(page, Article):
        return "articles/detail.html", {"article": page, **detail_context(page, snapshot.current())}
    kind: Any = admin.site.get_model_admin(type(page))
    return kind.preview_template, kind.readers_context(page)
