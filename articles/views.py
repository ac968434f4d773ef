"""The blog."""

from django.shortcuts import get_object_or_404
from django.views.generic import DetailView, ListView

from articles.models import Article, Topic, reading_minutes
from editorial.markdown import PageText

PAGE_SIZE = 20


class ArticleList(ListView):
    """All articles, newest first."""

    template_name = "articles/list.html"
    context_object_name = "articles"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        return Article.objects.published().prefetch_related("topics").defer("body")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"topics": Topic.objects.with_articles(), "topic": None}


class TopicDetail(ArticleList):
    """The articles of one topic. A topic without a published article has no page."""

    def get_queryset(self):
        self.topic = get_object_or_404(Topic.objects.with_articles(), slug=self.kwargs["slug"])
        return super().get_queryset().filter(topics=self.topic)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"topic": self.topic}


class ArticleDetail(DetailView):
    """One article."""

    template_name = "articles/detail.html"
    context_object_name = "article"

    def get_queryset(self):
        return Article.objects.published().prefetch_related("topics", "phases")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | detail_context(self.object)


def detail_context(article: Article) -> dict:
    """What the page of an article shows besides it; the preview in the admin shows the same."""
    page_text = PageText()
    body = page_text.render(article.body)
    return {
        "page_text": page_text,
        "body": body,
        "minutes": reading_minutes(body.html),
        "stages": [phase for phase in article.phases.all() if phase.is_published()],
        "related": Article.objects.published().related_to(article),
    }
