"""Translations on the admin's English pages: links to them, and a warning before a correction."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join

from editorial.admin.content import ContentAdmin, admin_address
from editorial.models.changes import ChangeRecord, type_of
from editorial.models.translated import Translated
from editorial.values import languages

SAFETY = ChangeRecord.Kind.SAFETY_CORRECTION
WARNING = (
    "Its translation ({}) is out of date from then on: readers get a box with the changed paragraphs in English until "
    "a translator confirms the change."
)


class _TranslationWarningForm(forms.ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields.get("change_kind")
        if field and (found := _live(self.instance)):
            names = ", ".join(sorted({languages.NAMES[each.language] for each in found}))
            told = format_html("<small><strong>{}</strong></small>", WARNING.format(names))
            field.choices = [
                (kind, format_html("{}{}", label, told) if kind == SAFETY else label) for kind, label in field.choices
            ]


class TranslationLinksMixin(ContentAdmin):
    """Links to a page's translations, and warns before a safety correction that these will be stale."""

    form_part: ClassVar[Any] = _TranslationWarningForm

    def render_change_form(self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any) -> HttpResponse:
        page = context["original"]
        if isinstance(page, Translated) and request.user.has_perm("translations.view_translation"):
            there = {each.language: each for each in page.translations.defer("source_seen")}
            context["page_type"] = type_of(page)
            context["translations"] = [(code, languages.NAMES[code], there.get(code)) for code in languages.OTHERS]
        return super().render_change_form(request, context, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if form.cleaned_data.get("change_kind") == SAFETY and (found := list(_live(form.instance))):
            links = format_html_join(", ", '<a href="{}">{}</a>', ((admin_address(each), each) for each in found))
            self.message_user(request, format_html("To be translated now: {}.", links), messages.WARNING)


def _live(page: Any) -> QuerySet | tuple:
    """Return the published translations of a page and its rows. At most one query for each."""
    if not isinstance(page, Translated) or page.pk is None:
        return ()
    model: Any = page._meta.get_field("translations").related_model
    found = Q(page_type=type_of(page), page_id=page.pk)
    for name in getattr(page, "kept_with", ()):
        rows = getattr(page, name)
        found |= Q(page_type=type_of(rows.model), page_id__in=rows.values("pk"))
    return model.objects.filter(found, status="published").defer("source_seen").order_by("title")
