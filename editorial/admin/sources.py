"""The admin of sources, with where each is cited."""

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest

from editorial.admin.content import nobody
from editorial.admin.fields import Addresses, linked
from editorial.admin.revisions import RevisionsMixin
from editorial.models import Source
from editorial.workflow import citations, revisions


class SourceAdmin(Addresses, RevisionsMixin):
    """Sources can be added and corrected, but not renamed or deleted, as any text may cite them."""

    list_display = ("key", "organization", "title", "year", "status")
    list_filter = ("status", "kind", "seen")
    search_fields = ("key", "organization", "title", "doi", "pmid", "pmcid")
    fieldsets = (
        (None, {"fields": ("key", "organization", "title", "kind", ("year", "published_on"), "url")}),
        ("What identifies it", {"fields": (("doi", "pmid"), ("pmcid", "isbn"))}),
        ("What we read", {"fields": (("seen", "accessed_on"), "archive_url", "note")}),
        ("Does it still hold?", {"fields": ("status", "superseded_by", "used_on")}),
    )
    has_delete_permission = nobody

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key", "used_on") if obj else ("used_on",)

    def _lock_pages(self, keys: list[str]) -> None:
        """Also keep the pages that cite it, which may become due in this revision."""
        super()._lock_pages(keys)
        for source in Source.objects.filter(pk__in=[key for key in keys if key.isdecimal()]):
            for page in citations.pages_citing(source):
                revisions.ensure_first_version(page)

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        status = obj.get_status_display().partition(":")[0]
        form.fields["status"].label = f"Status of {obj.key} to {status}"  # in its history, and in those of its pages
        super().save_model(request, obj, form, change)
        if change and "status" in form.changed_data and obj.status in Source.UNRELIABLE:
            citing = (page for page in citations.pages_citing(obj) if page.status == page.Status.PUBLISHED)
            due = ", ".join(str(page) if page.is_published() else f"{page} (scheduled)" for page in citing)
            if due:
                self.message_user(request, f"Due for review, because they cite it: {due}.", messages.WARNING)

    @admin.display(description="Rests on it")
    def used_on(self, source: Source) -> str:
        """Link to the pages, drafts included, and glossary terms that cite it."""
        if source.pk is None:
            return "Nothing yet."
        pages: list[tuple[models.Model, str]] = [(page, page.state) for page in citations.pages_citing(source)]
        pages += [(page, "draft beside the page") for page in citations.drafts_citing(source)]
        words = [(term, "word") for term in citations.words_citing(source)]
        lines = [(line, "help line") for line in source.help_lines.all()]
        return linked([*pages, *words, *lines], "Nothing that staff can edit.")
