"""Admin pages for articles and topics."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from articles.article_page import detail_context, groups_in_memory
from articles.models import Article, Topic
from editorial.admin.fields import NamedList
from editorial.admin.pages import OldAddressMixin, ReviewedPageAdmin
from editorial.text import snapshot


@admin.register(Topic)
class TopicAdmin(NamedList, OldAddressMixin):
    list_display = ("name", "description", "position")
    list_editable = ("position",)
    prepopulated_fields: ClassVar = {"slug": ["name"]}
    readonly_fields = ("articles_in_it",)

    @admin.display(description="Articles")
    def articles_in_it(self, topic: Topic) -> str:
        if not (count := topic.articles.count() if topic.pk else 0):
            return "None yet."
        address = reverse("admin:articles_article_changelist", query={"topics__id__exact": topic.pk})
        return format_html('<a href="{}">{} in this topic</a>', address, count)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """Name the topics and only count their articles: there can be thousands."""
        topics, opts = list(objs), self.opts
        links = Article.topics.through._default_manager.filter(topic__in=topics)
        counts = {opts.verbose_name_plural: len(topics), "articles that stay, without this topic": links.count()}
        lacking = set() if self.has_delete_permission(request) else {opts.verbose_name}
        return [str(topic) for topic in topics], counts, lacking, []


@admin.register(Article)
class ArticleAdmin(ReviewedPageAdmin):
    list_display = ("title", "state", "published_at", "review_due_on")
    list_filter: ClassVar = (*ReviewedPageAdmin.list_filter, "topics", "phases")
    date_hierarchy = "published_at"
    empty_value_display = "Not set"  # a date in the list, and the choice of pages without a topic in the filter
    search_fields = ("title", "summary", "body")
    prepopulated_fields: ClassVar = {"slug": ["title"]}
    fieldsets = (
        (None, {"fields": ("title", "slug", "summary", "body", "also_called")}),
        ("Where it belongs", {"fields": ("topics", "phases")}),
        ReviewedPageAdmin.publishing_fieldset,
    )
    preview_template = "articles/detail.html"

    def preview_context(self, page: Article) -> dict:
        return detail_context(page, snapshot.current(), groups_in_memory(page))
