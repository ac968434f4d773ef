"""What is brought back where the guide has changed around it since."""

import pytest
from django.db import connection
from reversion.models import Version

from articles.models import Article, Topic
from editorial import revisions
from phases.models import Phase, Symptom
from tests.editorial.test_revisions import address, bring_back, save
from tests.factories import SUMMARY, make_article, make_phase, make_symptom

pytestmark = pytest.mark.django_db


def test_revision_comes_back_without_a_topic_that_is_deleted(admin):
    article = make_article()
    topics = [Topic.objects.create(name=name, slug=name, description=SUMMARY) for name in ("one", "two")]
    article.topics.set(topics)
    save(admin, article, title="Another title")
    topics[0].delete()
    bring_back(admin, revisions.history(article).last())
    connection.check_constraints()  # as the end of a transaction does
    assert Article.objects.get().title == "An article" and list(article.topics.all()) == topics[1:]


def test_symptom_comes_back_in_place_of_a_later_one_with_its_name(admin):
    phase = make_phase()
    yawning = make_symptom(phase)
    save(admin, phase, name="Another name")
    Symptom.objects.all().delete()
    make_symptom(phase)
    bring_back(admin, revisions.history(phase).last())
    assert Symptom.objects.get().pk == yawning.pk and Phase.objects.get().name == "A stage"


def test_deleted_page_whose_address_is_in_use_stays_deleted_and_staff_are_told_why(admin):
    article = make_article()
    admin.post(address(article, "delete"), {"post": "yes"})
    make_article(title="Another")
    html = bring_back(admin, revisions.deleted(Article)[0]).content.decode()
    assert "Another page has its name or address now" in html and Article.objects.get().title == "Another"


def test_revision_that_nothing_can_read_is_listed_and_neither_compared_nor_brought_back(admin):
    article = make_article()
    save(admin, article, title="Another title")
    new, old = revisions.history(article)
    Version.objects.filter(pk=old.pk).update(serialized_data="[{]")
    html = admin.get(f"{address(article, 'history')}?from={old.pk}&to={new.pk}").content.decode()
    assert "Not compared" in html and "Not brought back" in bring_back(admin, old).content.decode()
