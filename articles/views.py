"""The blog."""

import re
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django.views.generic import ListView

from articles.article_page import published_article
from articles.models import Article, Topic

PAGE_SIZE = 30


@dataclass(frozen=True)
class ListPage:
    """Where a list goes on: the first page is 1."""

    number: int
    has_next: bool

    @property
    def previous(self) -> int | None:
        return self.number - 1 or None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.has_next else None


class ArticleList(ListView):
    """All articles, newest first."""

    template_name = "articles/list.html"
    context_object_name = "articles"
    paginate_by = PAGE_SIZE

    def paginate_queryset(self, queryset, page_size):
        """Looks one row ahead. To count all of them would take longer the more there are."""
        asked = self.request.GET.get("page", "1")
        if not re.fullmatch(r"[1-9][0-9]{0,5}", asked):
            raise Http404
        begin = (int(asked) - 1) * page_size
        rows = list(queryset[begin : begin + page_size + 1])
        if begin and not rows:
            raise Http404
        page = ListPage(int(asked), has_next=len(rows) > page_size)
        return None, page, rows[:page_size], page.has_next or begin > 0

    def get_queryset(self):
        return Article.objects.published().defer("body")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"topics": Topic.objects.with_articles(), "topic": None}


class TopicDetail(ArticleList):
    """The articles of one topic. A topic without a published article has no page."""

    def get_queryset(self):
        self.topic = get_object_or_404(Topic.objects.with_articles(), slug=self.kwargs["slug"])
        return super().get_queryset().filter(topics=self.topic)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"topic": self.topic}


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One article."""
    return render(request, "articles/detail.html", published_article(slug))
