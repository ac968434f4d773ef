"""The starter guide never overwrites what staff edited and never brings back what they removed."""

import pytest

from articles.models import Article
from editorial.models import Clinic, Source
from editorial.starter import load, load_item
from phases.models import Phase, Symptom

pytestmark = pytest.mark.django_db
KEY = {"key": "a-key"}
VALUES = {"organization": "First", "title": "Title"}


def test_item_is_added_once():
    assert load_item(Source, KEY, VALUES) == "added"
    assert load_item(Source, KEY, VALUES) == "unchanged"
    assert Source.objects.count() == 1


def test_item_nobody_edited_follows_its_file():
    load_item(Source, KEY, VALUES)
    assert load_item(Source, KEY, VALUES | {"title": "Better"}) == "updated"
    assert Source.objects.get().title == "Better"


def test_item_staff_edited_is_kept():
    load_item(Source, KEY, VALUES)
    Source.objects.update(title="By staff")
    assert load_item(Source, KEY, VALUES | {"title": "Better"}) == "kept"
    assert Source.objects.get().title == "By staff"


def test_item_staff_removed_stays_removed():
    load_item(Source, KEY, VALUES)
    Source.objects.all().delete()
    assert load_item(Source, KEY, VALUES) == "kept"
    assert not Source.objects.exists()


def test_item_staff_made_first_is_kept():
    Source.objects.create(key="a-key", organization="Staff", title="Staff")
    assert load_item(Source, KEY, VALUES) == "kept"


def test_clinic_number_staff_changed_survives_the_next_start():
    load()
    Clinic.objects.update(phone="800-555-0100")
    load()
    assert Clinic.objects.get().phone == "800-555-0100"


def test_whole_guide_loads_and_loads_nothing_twice(guide):
    import articles.starter
    import phases.starter

    counts = [model.objects.count() for model in (Phase, Symptom, Article, Source)]
    again = phases.starter.load() + articles.starter.load() + load()
    assert set(again) == {"unchanged"}
    assert counts == [model.objects.count() for model in (Phase, Symptom, Article, Source)]


def test_topics_of_an_article_changed_by_staff_are_kept(guide):
    import articles.starter

    article = Article.objects.get(slug="medicines-that-help")
    article.topics.clear()
    article.title = article.title
    articles.starter.load()
    assert not article.topics.exists()
