"""Admin pages for translations: each field beside the current English, what changed since, and a table of all pages."""

import copy
from typing import Any, ClassVar

import reversion
from django.contrib import admin, messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from editorial.admin.content import admin_address
from editorial.admin.pages import ReviewedPageAdmin
from editorial.models.changes import ChangeRecord
from editorial.models.translated import digest_of_words, words_of
from editorial.values import languages
from editorial.values.links import tidied
from editorial.workflow import change_kinds, revisions
from editorial.workflow.change_kinds import record
from editorial.workflow.publishing import CheckedText, ReviewedPage, may_publish
from translations import table
from translations.forms import CHANGED_AGAIN, ENGLISH, TranslationForm, facts
from translations.models import Translation
from translations.previews import template_and_context
from translations.staleness import changed, with_safety_correction

ROWS = 100


@admin.register(Translation)
class TranslationAdmin(ReviewedPageAdmin):
    """One page's translation, with state, dates, history, drafts, preview and sign-off like any page."""

    form = TranslationForm
    change_form_template = "admin/translations_form.html"
    fieldsets = (ReviewedPageAdmin.publishing_fieldset,)
    list_display = ("title", "kind", "language", "state", "review_due_on")
    list_filter: ClassVar = (*ReviewedPageAdmin.list_filter, "language")
    search_fields = ("title",)

    class Media:
        js: ClassVar = ["js/admin-translations.js"]
        css: ClassVar = {"all": ["css/translations.css"]}

    def get_urls(self) -> list:
        return [
            self.own_path("table/", self.table_view, "table"),
            self.own_path("begin/<int:page_type>/<int:page>/<slug:language>/", require_POST(self.begin_view), "begin"),
            self.own_path("<path:object_id>/still-right/", require_POST(self.still_right_view), "still_right"),
            *super().get_urls(),
        ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Show only the fields of this kind of page, each after its English."""
        own = super().get_fieldsets(request, obj)
        if obj is None:
            return own
        columns = obj.model.columns_in_translation().values()
        beside: list[Any] = [(ENGLISH[column], column) for column in columns]
        words = (None, {"fields": [*beside, *(["slug"] if obj.get_absolute_url() else [])], "classes": ["translated"]})
        known = [("The same in every language", {"fields": [facts]})] if facts(obj) else []
        return [words, *known, *own]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *ENGLISH.values(), facts)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        return admin.ModelAdmin.get_search_results(self, request, queryset, search_term)

    @admin.display(description="Kind")
    def kind(self, translation: Translation) -> str:
        return str(translation.model._meta.verbose_name)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Redirect to the table, where translations are begun."""
        return redirect("admin:translations_translation_table")

    def render_change_form(self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any) -> HttpResponse:
        if translation := context["original"]:
            context |= _english_context(translation)
            context["may_confirm"] = self._may_confirm(request, translation)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if taken_over := form.cleaned_data.get("taken_over"):
            obj.source_digest = taken_over[0]
        super().save_model(request, obj, form, change)

    def view_on_site(self, page: Any) -> str | None:
        return None if page.waits_for else super().view_on_site(page)

    def _say_what_readers_see(self, request: HttpRequest, page: Any) -> None:
        if page.is_published() and (other := page.waits_for):
            self.message_user(request, f"Readers will see it once {other} is published.", messages.WARNING)
        else:
            super()._say_what_readers_see(request, page)
        if page.is_stale:
            message = 'The English has changed since: <a href="{}#changed">compare it</a>, and confirm these words.'
            self.message_user(request, format_html(message, admin_address(page)), messages.WARNING)

    def as_readers_see(self, request: HttpRequest, page: Any, more: dict, status: int = 200) -> HttpResponse:
        if not page.page_type_id or not issubclass(page.model, CheckedText):
            raise Http404
        with languages.override(page.language):
            template, context = template_and_context(page.shown())
            return render(request, template, context | more, status=status)

    def _typed(self, data: QueryDict, page: Any) -> list[tuple[str, Any]]:
        if page is None:  # no translation is added by a form
            raise Http404
        typed = copy.copy(page)
        for column in page.model.columns_in_translation().values():
            setattr(typed, column, tidied(data.get(column, "")))
        return [("", typed)]

    def table_view(self, request: HttpRequest) -> HttpResponse:
        """Show pages × languages × states, filtered by the address."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = {name: request.GET.get(name, "") for name in ("state", "kind", "language", "words")}
        among = table.matching(table.rows(), asked["kind"], asked["language"], asked["words"])
        shown = [row for row in among if not asked["state"] or asked["state"] in row.states]
        page = Paginator(shown, ROWS).get_page(request.GET.get("page"))
        table.count_paragraphs(list(page))
        counts = table.tally(among)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Translations",
            "rows": page,
            "asked": asked,
            "counts": [(key, name, counts[key]) for key, name in table.STATES.items()],
            "total": len(among),
            "kinds": [(model._meta.model_name, model._meta.verbose_name) for model in table.models()],
            "languages": [(code, languages.NAMES[code]) for code in languages.OTHERS],
            "may_add": self.has_add_permission(request),
        }
        return TemplateResponse(request, "admin/translations_table.html", context)

    def begin_view(self, request: HttpRequest, page_type: int, page: int, language: str) -> HttpResponse:
        """Begin a translation, by POST: a draft with the current English to be translated."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        model: Any = get_object_or_404(ContentType, pk=page_type).model_class()
        if language not in languages.OTHERS or model not in table.models():
            raise Http404
        row: Any = get_object_or_404(model, pk=page)
        key = {"page_type_id": page_type, "page_id": page, "language": language}
        new = {"slug": _free_slug(key, getattr(row, "slug", "clinic")), "source_digest": digest_of_words(words_of(row))}
        with transaction.atomic(), reversion.create_revision():
            reversion.set_user(request.user)
            translation, is_new = Translation.objects.get_or_create(**key, defaults=new)
            if is_new:
                self.log_addition(request, translation, "Began to translate it.")
        return redirect(self._form_address(str(translation.pk)))

    def still_right_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Confirm, by POST, that an unchanged translation is right for the English shown."""
        translation = self.existing(request, object_id)
        if not self._may_confirm(request, translation):
            raise PermissionDenied
        with transaction.atomic():
            self._lock_pages([str(translation.pk)])
            translation.refresh_from_db()
            with reversion.create_revision():
                reversion.set_user(request.user)
                if request.POST.get("english") != digest_of_words(words_of(translation.of)):
                    self.message_user(request, CHANGED_AGAIN, messages.ERROR)
                    return redirect(self._form_address(object_id))
                before = change_kinds.public_state(translation)
                translation.confirm()
                translation.save()
                kind = ChangeRecord.Kind.CHECKED if before.is_live else ChangeRecord.Kind.DRAFT
                record(translation, kind, before=before.digest)
                self.log_change(request, translation, "Still right: the English changed, the words need no change.")
        self.message_user(request, f"{translation} is up to date with the English again.")
        return redirect(self._form_address(object_id))

    def _may_confirm(self, request: HttpRequest, translation: Translation) -> bool:
        """Return whether the user may confirm it; a published one only with the right to publish."""
        is_public = translation.status == ReviewedPage.Status.PUBLISHED
        return self.has_change_permission(request, translation) and (not is_public or may_publish(request.user))


def _free_slug(key: dict[str, Any], slug: str) -> str:
    taken = Translation.objects.filter(page_type_id=key["page_type_id"], language=key["language"], slug=slug).exists()
    return f"{slug}-{key['page_id']}" if taken else slug


def _english_context(translation: Translation) -> dict[str, Any]:
    """Return further context for the form: the English page, and what changed in it since."""
    row: Any = translation.of
    page = getattr(row, "page", row)
    today = words_of(row)
    context: dict[str, Any] = {
        "english": row,
        "english_admin": admin_address(page),
        "language_name": languages.NAMES[translation.language],
        "no_preview": not issubclass(translation.model, CheckedText),
    }
    if not translation.is_stale:
        return context
    names = {field: str(row._meta.get_field(field).verbose_name) for field in today}
    paragraphs = [
        (names[each.field], *revisions.compared(each.before, each.after))
        for each in changed(translation.source_seen, today)
    ]
    return context | {
        "paragraphs": paragraphs,
        "english_digest": digest_of_words(today),
        "is_unsafe": bool(with_safety_correction(type(row), {row.pk: translation.source_digest})),
        "is_seen": bool(translation.source_seen),
        "last_change": ChangeRecord.objects.of(page).live().first(),
    }
