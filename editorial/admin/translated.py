"""Links to translations on the admin's English pages."""

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join

from editorial.admin.content import ContentAdmin, admin_address
from editorial.models.changes import ChangeRecord, type_of
from editorial.models.translated import Translated
from editorial.values import languages

SAFETY = ChangeRecord.Kind.SAFETY_CORRECTION


class TranslationLinksMixin(ContentAdmin):
    """Links to a page's translations, and lists those to be mended after a safety correction."""

    def render_change_form(self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any) -> HttpResponse:
        page = context["original"]
        if isinstance(page, Translated) and request.user.has_perm("translations.view_translation"):
            there = {each.language: each for each in page.translations.defer("source_seen")}
            context["page_type"] = type_of(page)
            context["translations"] = [(code, languages.NAMES[code], there.get(code)) for code in languages.OTHERS]
        return super().render_change_form(request, context, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if form.cleaned_data.get("change_kind") == SAFETY and (found := list(live_translations(form.instance))):
            links = format_html_join(", ", '<a href="{}">{}</a>', ((admin_address(each), each) for each in found))
            self.message_user(request, format_html("To be translated now: {}.", links), messages.WARNING)


def live_translations(page: Any) -> QuerySet | tuple:
    """Return the published translations of a page and its rows. At most one query for each."""
    if not isinstance(page, Translated) or page.pk is None:
        return ()
    model: Any = page._meta.get_field("translations").related_model
    found = Q(page_type=type_of(page), page_id=page.pk)
    for name in getattr(page, "kept_with", ()):
        rows = getattr(page, name)
        found |= Q(page_type=type_of(rows.model), page_id__in=rows.values("pk"))
    return model.objects.filter(found, status="published").defer("source_seen").order_by("title")
