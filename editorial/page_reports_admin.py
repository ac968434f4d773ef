"""What readers say is wrong or missing on pages, for editors."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html

from editorial.models import PageReport
from vault.keyring import VaultError


class PageReportAdmin(admin.ModelAdmin):
    """Readers write these; editors mark them as done, or delete them."""

    list_display = ("day", "page_link", "words", "state")
    list_display_links = ("day",)
    list_filter = ("is_done",)
    fields: ClassVar = ("day", "page_link", "words", "is_done")
    readonly_fields = ("day", "page_link", "words")
    actions = ("mark_done", "mark_new")

    @admin.display(description="Page", ordering="page")
    def page_link(self, report: PageReport) -> str:
        return format_html('<a href="{0}">{0}</a>', report.page) if report.page else "Another page"

    @admin.display(description="What is wrong or missing")
    def words(self, report: PageReport) -> str:
        try:
            return format_html('<span class="as-typed">{}</span>', report.words())
        except VaultError:
            return "Cannot be opened: its key is missing."

    @admin.display(ordering="is_done")
    def state(self, report: PageReport) -> str:
        return "Done" if report.is_done else "New"

    @admin.action(description="Mark as done", permissions=["change"])
    def mark_done(self, request: HttpRequest, queryset: models.QuerySet[PageReport]) -> None:
        self.message_user(request, f"Marked as done: {queryset.update(is_done=True)}.")

    @admin.action(description="Mark as new", permissions=["change"])
    def mark_new(self, request: HttpRequest, queryset: models.QuerySet[PageReport]) -> None:
        self.message_user(request, f"Marked as new: {queryset.update(is_done=False)}.")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
