"""A query that is composed once answers as the same query composed each time."""

import datetime

import pytest
from django.db.models import Value
from django.utils import timezone

from articles.models import Article, Topic
from editorial.prepared import Prepared
from tests.factories import make_article

pytestmark = pytest.mark.django_db
MOMENT = datetime.datetime


def test_prepared_query_finds_the_same_rows_with_the_same_values(guide):
    find = Prepared(lambda slug, now: Article.objects.published(now).filter(slug=slug), slug=str, now=MOMENT)
    for article in Article.objects.published():
        (found,) = find(slug=article.slug, now=timezone.now())
        for field in Article._meta.concrete_fields:
            assert getattr(found, field.attname) == getattr(article, field.attname), field


def test_prepared_query_reads_what_it_left_out_when_asked(django_assert_num_queries):
    article = make_article()
    (found,) = Prepared(lambda pk: Article.objects.filter(pk=pk).only("title"), pk=int)(pk=article.pk)
    with django_assert_num_queries(0):
        assert found.title == article.title
    with django_assert_num_queries(1):
        assert found.body == article.body


def test_prepared_query_is_composed_once_and_takes_each_value(django_assert_num_queries):
    composed = []

    def compose(slug: str, pk: int):
        composed.append(slug)
        return Article.objects.filter(slug=slug).exclude(pk=pk)

    find = Prepared(compose, slug=str, pk=int)
    one, two = make_article(), make_article(slug="another", title="Another")
    with django_assert_num_queries(3):
        assert find(slug="an-article", pk=two.pk) == [one]
        assert find(slug="another", pk=one.pk) == [two]
        assert find(slug='it\'s 100% "quoted"', pk=0) == []
    assert len(composed) == 1


def test_prepared_moment_is_compared_to_the_microsecond():
    at = timezone.now() - datetime.timedelta(days=1)
    make_article(published_at=at)
    find = Prepared(lambda now: Article.objects.published(now), now=MOMENT)
    assert len(find(now=at)) == 1 and find(now=at - datetime.timedelta(microseconds=1)) == []
    assert len(find(now=at.astimezone(datetime.timezone(datetime.timedelta(hours=9))))) == 1


def test_prepared_values_come_as_tuples():
    Topic.objects.create(name="A topic", slug="a-topic", description="About it.", position=3)
    rows = Prepared(lambda slug: Topic.objects.filter(slug=slug).values_list(Value("x"), "position"), slug=str)
    assert rows(slug="a-topic") == [("x", 3)]


@pytest.mark.parametrize("values", [{}, {"slug": "x", "pk": 1}, {"pk": 1}])
def test_prepared_query_asked_with_other_names_is_refused(values):
    with pytest.raises(TypeError, match="Needs slug"):
        Prepared(lambda slug: Article.objects.filter(slug=slug), slug=str)(**values)


def test_prepared_query_that_ignores_a_value_is_refused():
    with pytest.raises(ValueError, match="does not compare pk"):
        Prepared(lambda slug, pk: Article.objects.filter(slug=slug), slug=str, pk=int)(slug="x", pk=1)
