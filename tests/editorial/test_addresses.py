"""A reader who saved an address still arrives when the page has moved."""

import pytest

from articles import starter
from articles.models import Article, Topic
from editorial.loading.content_files import Entry
from editorial.loading.starter import load, load_item
from editorial.models import OldAddress
from editorial.models.addresses import add_redirect, redirect_target
from editorial.workflow import revisions
from operations.content_import import ContentError, Import
from tests.editorial.test_revisions import save
from tests.factories import DATES, SUMMARY, make_article, make_phase, make_source, make_symptom
from tests.translations.helpers import translate

pytestmark = pytest.mark.django_db


def test_old_address_leads_to_the_new_one_for_good(client):
    make_article(slug="new")
    add_redirect("/articles/old/", "/articles/new/")
    response = client.get("/articles/old/?page=2")
    assert (response.status_code, response["Location"]) == (301, "/articles/new/?page=2")
    # or a browser that kept it would go in a circle when the page moves back
    assert client.get("/articles/old/")["Cache-Control"] == "no-cache"
    assert client.get(response["Location"]).status_code == 200


def test_old_address_after_two_moves_leads_there_at_once():
    add_redirect("/a/", "/b/")
    add_redirect("/b/", "/c/")
    assert (redirect_target("/a/"), redirect_target("/b/"), redirect_target("/c/")) == ("/c/", "/c/", None)


def test_old_address_of_a_page_that_came_back_leads_nowhere_else():
    add_redirect("/a/", "/b/")
    add_redirect("/b/", "/a/")
    assert (redirect_target("/a/"), redirect_target("/b/")) == (None, "/a/")


def test_old_address_taken_by_a_new_page_shows_the_new_page(client):
    add_redirect("/articles/old/", "/articles/new/")
    make_article(slug="old")
    assert client.get("/articles/old/").status_code == 200


def test_old_address_is_no_way_to_post(client):
    add_redirect("/articles/old/", "/articles/new/")
    assert client.post("/articles/old/").status_code in {404, 405}


def test_old_address_of_a_place_on_a_page_is_none():
    add_redirect("/phases/a/#b", "/phases/a/#c")
    assert not OldAddress.objects.exists()


def test_slug_changed_by_staff_keeps_the_old_address(admin):
    article = make_article(slug="first")
    values = {
        **{name: getattr(article, name) for name in ("title", "summary", "body", "status")},
        **{name: day.isoformat() for name, day in DATES.items()},
        "slug": "second",
        "published_at_0": "2026-01-01",
        "published_at_1": "00:00:00",
    }
    response = admin.post(f"/admin/articles/article/{article.pk}/change/", values)
    assert response.status_code == 302, response.context["errors"]
    admin.logout()
    assert admin.get("/articles/first/")["Location"] == "/articles/second/"


def test_slug_of_a_topic_changed_by_staff_keeps_the_old_address(admin):
    topic = Topic.objects.create(name="A topic", slug="first", description=SUMMARY)
    values = {"name": "A topic", "slug": "second", "description": SUMMARY, "position": 1}
    assert admin.post(f"/admin/articles/topic/{topic.pk}/change/", values).status_code == 302
    assert redirect_target("/articles/topics/first/") == "/articles/topics/second/"


def _load(slug: str, was: tuple[str, ...] = ()) -> str:
    make_source()
    values = {"title": "An article", "summary": "What it says.", "body": "Text.[@a-source]"}
    return load_item(Entry(Article, {"slug": slug}, values, was=was))


def test_starter_text_renamed_in_its_file_is_the_same_page_at_a_new_address():
    _load("first")
    page = Article.objects.get()
    assert _load("second", was=("first",)) == "unchanged"
    assert Article.objects.get().pk == page.pk and Article.objects.get().slug == "second"
    assert redirect_target("/articles/first/") == "/articles/second/"
    assert _load("second", was=("first",)) == "unchanged"


def test_page_renamed_in_an_imported_file_is_said_to_be_and_keeps_a_revision():
    page = make_article(slug="first", status="draft", published_at=None, reviewed_on=None, review_due_on=None)
    values = {name: getattr(page, name) for name in ("title", "summary", "body", "also_called")}

    def told() -> list[str]:
        importing = Import("A note.", "update")
        importing.import_page(iter([Entry(Article, {"slug": "second"}, values, was=("first",))]))
        return list(map(str, importing.outcomes))

    assert told() == ["changed  article second: slug"]
    assert told() == []
    page.refresh_from_db()
    assert redirect_target("/articles/first/") == page.get_absolute_url() == "/articles/second/"
    assert [version.field_dict["slug"] for version in revisions.history(page)] == ["second", "first"]


def test_page_renamed_in_an_imported_file_has_no_other_file():
    make_article(slug="first")
    importing = Import("A note.", "update")
    values = {"title": "An article", "summary": SUMMARY, "body": "Text.", "also_called": ""}
    importing.import_page(iter([Entry(Article, {"slug": "second"}, values, was=("first",))]))
    with pytest.raises(ContentError, match="article first has a file, and second says that it was that"):
        importing.import_page(iter([Entry(Article, {"slug": "first"}, values)]))


def test_page_imported_after_one_that_took_its_earlier_address_is_another_page():
    values = {"title": "An article", "summary": "What it says.", "body": "Text.", "status": "draft"}
    importing = Import("A note.", "update")
    for slug, was in (("first", ()), ("second", ("first",))):
        importing.import_page(iter([Entry(Article, {"slug": slug}, values, was=was)]))
    assert list(map(str, importing.outcomes)) == ["added    article first", "added    article second"]


def test_starter_text_renamed_by_staff_keeps_the_name_they_gave():
    _load("first")
    Article.objects.update(slug="theirs")
    _load("second", was=("first",))
    assert Article.objects.get().slug == "theirs"


def test_address_with_capitals_or_accents_leads_to_the_page_that_was_meant(client, db):
    for typed, meant in (
        ("/es/S%C3%ADntomas", "/es/sintomas/"),
        ("/Emergency/", "/emergency/"),
        ("/ES/", "/es/"),
        ("/stages", "/phases/"),
    ):
        assert client.get(typed)["Location"] == meant
    for path in ("/es/Nada/", "/%2FEvil.example/", "/%5CEvil.example/", "/articles/Nothing/"):
        assert client.get(path).status_code == 404, path


def test_address_in_the_wrong_language_leads_to_the_page_in_spanish(client, db):
    translate(make_article(slug="first"), slug="primero")
    for typed, meant in (
        ("/es/contact/", "/es/contacto/"),
        ("/es/Emergency", "/es/emergencia/"),
        ("/es/stages/now/", "/es/etapas/ahora/"),
        ("/es/search/?q=x", "/es/buscar/?q=x"),
        ("/es/articles/first/", "/es/articulos/primero/"),
        ("/es/articles/not-translated/", "/es/articulos/"),
        ("/Síntomas", "/es/sintomas/"),
    ):
        assert client.get(typed)["Location"] == meant
    for path in ("/es/admin/", "/es//evil.example/", "/es/es/contact/", "/contact/nothing/"):
        assert client.get(path).status_code == 404, path


def test_starter_text_removed_by_staff_does_not_come_back_under_a_new_name():
    _load("first")
    Article.objects.all().delete()
    assert _load("second", was=("first",)) == "kept"
    assert not Article.objects.exists()


def test_starter_files_may_name_earlier_slugs(guide):
    assert load(starter)["added"] == 0


def test_draft_that_gets_another_slug_takes_no_old_address_from_a_live_page(admin, client):
    moved_page, draft = make_article(slug="first"), make_article(title="A draft", status="draft", published_at=None)
    save(admin, moved_page, slug="second")
    for slug in ("first", "third"):  # back to an address that readers know, and away
        draft.refresh_from_db()
        save(admin, draft, slug=slug)
        assert redirect_target("/articles/first/") == "/articles/second/"


def test_address_of_a_deleted_symptom_leads_to_its_stage(admin, client):
    stage = make_phase()
    make_symptom(stage)
    new = {"symptoms-TOTAL_FORMS": "2", "symptoms-1-name": "Typed", "symptoms-1-DELETE": "on"}
    save(admin, stage, **{"symptoms-0-DELETE": "on"}, **new)
    assert client.get("/symptoms/yawning/")["Location"] == "/phases/a-stage/"
