"""Where editors write articles."""

from typing import ClassVar

from django.contrib import admin

from articles.article_page import detail_context, groups_in_memory
from articles.models import Article, Topic
from editorial import snapshot
from editorial.admin_fields import NamedList
from editorial.page_admin import KeepsOldAddress, ReviewedPageAdmin


@admin.register(Topic)
class TopicAdmin(NamedList, KeepsOldAddress):
    list_display = ("name", "description", "position")
    list_editable = ("position",)
    prepopulated_fields: ClassVar = {"slug": ["name"]}


@admin.register(Article)
class ArticleAdmin(ReviewedPageAdmin[Article]):
    list_display = ("title", "state", "published_at", "review_due_on")
    list_filter: ClassVar = (*ReviewedPageAdmin.list_filter, "topics", "phases")
    search_fields = ("title", "summary", "body")
    date_hierarchy = "published_at"
    prepopulated_fields: ClassVar = {"slug": ["title"]}
    fieldsets = (
        (None, {"fields": ("title", "slug", "summary", "body", "also_called")}),
        ("Where it belongs", {"fields": ("topics", "phases")}),
        ReviewedPageAdmin.publishing_fieldset,
    )
    preview_template = "articles/detail.html"
    preview_name = "article"

    def preview_context(self, page: Article) -> dict:
        return detail_context(page, snapshot.current(), groups_in_memory(page))
