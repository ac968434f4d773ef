"""What many pages show is read once, and shows each change at once."""

import pytest
from django.db import DatabaseError

from editorial.models import Clinic, GlossaryTerm, HelpLine, Source, versions
from tests.factories import make_article, make_source

pytestmark = pytest.mark.django_db


def page(client) -> str:
    return client.get("/articles/an-article/").content.decode()


@pytest.fixture
def article():
    GlossaryTerm.objects.create(slug="craving", word="craving", meaning="A pull.")
    return make_article(body="A craving comes.[@a-source]")


def test_snapshot_parts_are_read_once(client, guide, django_assert_num_queries):
    client.get("/emergency/")
    with django_assert_num_queries(1) as queries:
        client.get("/emergency/")
    assert "contentversion" in queries.captured_queries[0]["sql"]


def test_changed_clinic_source_word_and_help_line_show_at_once(client, article):
    Clinic.objects.update_or_create(defaults={"name": "The clinic", "phone": "212-555-0100"})
    assert "212-555-0100" in page(client) and "A report" in page(client) and "A pull." in page(client)
    for model, values in (
        (Clinic, {"phone": "212-555-0199"}),
        (Source, {"title": "A better report"}),
        (GlossaryTerm, {"meaning": "A strong pull."}),
    ):
        row = model.objects.first()
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        assert list(values.values())[0] in page(client)
    Source.objects.first().delete()
    assert "This source is no longer listed." in page(client)
    HelpLine.objects.create(slug="a", name="A new line", kind="crisis", call="988", checked_on="2026-01-01")
    assert "A new line" in client.get("/emergency/").content.decode()


def test_source_added_later_is_found(client):
    make_article(body="Text.[@a-source][@later]")
    assert 'id="source-2"><span>This source is no longer listed.' in page(client)
    make_source("later")
    assert 'id="source-2">An office. <cite>A report</cite>' in page(client)


def test_rows_changed_by_hand_show_as_soon_as_finished_pages_end(client, article, monkeypatch):
    page(client)
    Source.objects.update(title="Changed by hand")  # no signal tells of it
    assert "Changed by hand" not in page(client)
    later = versions.time.time() + versions.MAX_PAGE_AGE.total_seconds() + 1
    monkeypatch.setattr(versions.time, "time", lambda: later)
    assert "Changed by hand" in page(client)


def test_words_of_one_page_are_not_taken_for_explained_on_the_next(client, article):
    make_article(slug="another", title="Another", body="A craving goes.[@a-source]")
    assert 'id="word-craving"' in page(client)
    assert 'id="word-craving"' in client.get("/articles/another/").content.decode()


def test_last_known_numbers_and_sources_are_shown_while_the_database_is_down(client, guide, monkeypatch):
    before = client.get("/emergency/").content.decode()

    def gone():
        raise DatabaseError

    Clinic.objects.update(phone="212-555-0100")
    monkeypatch.setattr(versions, "number", gone)
    away = client.get("/emergency/").content.decode()
    assert away == before and "212-555-0100" not in away
