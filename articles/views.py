"""The blog."""

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.views.generic import DetailView, ListView

from articles.models import Article, Topic, reading_minutes
from editorial.glossary import Glossary
from editorial.markdown import PageText
from editorial.models import GlossaryTerm

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
    page_text = PageText(glossary=Glossary(GlossaryTerm.objects.all()))
    body = page_text.render(article.body)
    return {
        "page_text": page_text,
        "body": body,
        "minutes": reading_minutes(body.html),
        "stages": [phase for phase in article.phases.all() if phase.is_published()],
        "related": Article.objects.published().related_to(article),
        **neighbours(article),
    }


def neighbours(article: Article) -> dict:
    """The published articles just before and after this one, as the list of all articles has them. One query."""
    if article.published_at is None:
        return {}
    live = Article.objects.published()
    at = {"published_at": article.published_at, "pk": article.pk}
    newer = live.filter(Q(published_at__gt=at["published_at"]) | Q(published_at=at["published_at"], pk__lt=at["pk"]))
    older = live.filter(Q(published_at__lt=at["published_at"]) | Q(published_at=at["published_at"], pk__gt=at["pk"]))
    ids = [rows.values("pk")[:1] for rows in (newer.order_by("published_at", "-pk"), older)]
    found = live.filter(Q(pk__in=ids[0]) | Q(pk__in=ids[1])).only("title", "slug", "published_at")
    before = [other for other in found if (other.published_at, -other.pk) > (at["published_at"], -at["pk"])]
    return {"newer": next(iter(before), None), "older": next((o for o in found if o not in before), None)}
