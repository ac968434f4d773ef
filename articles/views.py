"""The blog: lists of articles, and each article."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from articles.article_page import published_article
from articles.models import Article, Topic
from editorial.pages.reading import list_page, reading_page

PAGE_SIZE = 30


@reading_page(query=("page",))
def article_list(request: HttpRequest, slug: str = "") -> HttpResponse:
    """List all articles, or those of a topic, newest first. A topic without published articles is not found."""
    topics = Topic.objects.with_articles()
    topic = get_object_or_404(topics.at(slug)) if slug else None
    articles = Article.objects.published().defer("body")
    if topic:
        articles = articles.filter(topics=topic)
    rows, place = list_page(request, articles, PAGE_SIZE)
    return render(request, "articles/list.html", {"articles": rows, "topics": topics, "topic": topic} | place)


@reading_page()
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one article."""
    return render(request, "articles/detail.html", published_article(slug))
