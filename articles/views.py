"""The blog: lists of articles, and each article."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from articles.article_page import published_article
from articles.models import Article, Topic
from editorial.reading import reading_page

PAGE_SIZE = 30


@reading_page(query=("page",))
@require_safe
def article_list(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Show all articles, newest first, or those of a topic. A topic without published articles has no page."""
    topics = Topic.objects.with_articles()
    topic = get_object_or_404(topics.at(slug)) if slug else None
    articles = Article.objects.published().defer("body")
    if topic:
        articles = articles.filter(topics=topic)
    number = page_number(request)
    begin = (number - 1) * PAGE_SIZE
    rows = list(articles[begin : begin + PAGE_SIZE + 1])  # one row ahead: to count all gets slower with each article
    if begin and not rows:
        raise Http404
    context = {
        "articles": rows[:PAGE_SIZE],
        "topics": topics,
        "topic": topic,
        "number": number,
        "has_next": len(rows) > PAGE_SIZE,
    }
    return render(request, "articles/list.html", context)


def page_number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    if not re.fullmatch(r"[1-9][0-9]{0,5}", asked):
        raise Http404
    return int(asked)


@reading_page()
@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one article."""
    return render(request, "articles/detail.html", published_article(slug))
