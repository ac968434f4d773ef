"""What readers may see is decided in one place, and the two ways to ask agree."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from articles.models import Article
from editorial.models import Source
from tests.factories import make_article

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = datetime.timedelta(hours=1)


@pytest.mark.parametrize(
    ("status", "published_at", "visible"),
    [
        ("draft", None, False),
        ("draft", NOW - HOUR, False),
        ("in-review", NOW - HOUR, False),
        ("published", NOW - HOUR, True),
        ("published", NOW, True),
        ("published", NOW + HOUR, False),
    ],
)
def test_queryset_and_instance_agree_on_what_is_published(status, published_at, visible):
    article = make_article(status=status, published_at=published_at)
    assert article.is_published() is visible
    assert Article.objects.published().contains(article) is visible


def test_scheduled_page_shows_at_its_time_without_any_job(monkeypatch):
    article = make_article(published_at=NOW + HOUR)
    assert not Article.objects.published().exists()
    monkeypatch.setattr(timezone, "now", lambda: NOW + 2 * HOUR)
    assert Article.objects.published().get() == article


@pytest.mark.parametrize("missing", ["reviewed_on", "review_due_on"])
def test_page_cannot_be_published_without_review_dates(missing):
    article = make_article(status="draft")
    article.status = "published"
    setattr(article, missing, None)
    with pytest.raises(ValidationError) as caught:
        article.full_clean()
    assert missing in caught.value.message_dict


def test_page_cannot_say_that_it_was_checked_on_a_day_to_come():
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    article = make_article(reviewed_on=tomorrow)
    for day in (tomorrow, datetime.date(9999, 12, 30)):
        article.reviewed_on, article.review_due_on = day, datetime.date.max
        with pytest.raises(ValidationError, match="in the future"):
            article.clean()


def test_all_that_keeps_a_page_from_being_published_is_told_at_once():
    article = make_article(status="draft", body="![](https://elsewhere.example/x.png) Claim.[@not-there]")
    article.status, article.summary, article.reviewed_on, article.review_due_on = "published", "Short.", None, None
    with pytest.raises(ValidationError) as caught:
        article.full_clean()
    told = caught.value.message_dict
    assert told.keys() >= {"reviewed_on", "review_due_on", "summary", "body"}
    for words in ("no source named not-there", "Describe each picture", "must be on this site"):
        assert [text for text in told["body"] if words in text], words


def test_database_refuses_a_published_page_without_dates():
    article = make_article()
    with pytest.raises(IntegrityError):
        Article.objects.filter(pk=article.pk).update(reviewed_on=None)


def test_database_refuses_a_review_due_before_the_review():
    article = make_article()
    with pytest.raises(IntegrityError):
        Article.objects.filter(pk=article.pk).update(review_due_on=article.reviewed_on)


def test_page_cannot_be_published_without_a_source():
    article = make_article(status="draft", body="No source at all.")
    article.status = "published"
    with pytest.raises(ValidationError, match="at least one source"):
        article.full_clean()


def test_unknown_source_is_named_in_the_error():
    article = make_article(status="draft", body="Claim.[@not-there]")
    article.full_clean()  # a draft is kept whatever it says
    article.status = "published"
    with pytest.raises(ValidationError, match="not-there"):
        article.full_clean()


def test_publishing_without_a_time_means_now():
    Source.objects.create(key="a-source", organization="O", title="T")
    article = make_article(status="draft", body="Claim.[@a-source]", published_at=None)
    article.status = "published"
    article.full_clean()
    article.save()
    assert article.is_published()


def test_review_overdue_lists_only_published_pages_past_their_day():
    today = timezone.localdate()
    day = datetime.timedelta(days=1)
    late = make_article(slug="late", reviewed_on=today - 9 * day, review_due_on=today - day)
    make_article(slug="in-time", reviewed_on=today - 9 * day, review_due_on=today + day)
    make_article(slug="late-draft", status="draft", reviewed_on=today - 9 * day, review_due_on=today - day)
    assert list(Article.objects.review_overdue()) == [late]
    assert late.review_overdue
