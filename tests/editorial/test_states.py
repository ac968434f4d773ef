"""Draft, in review, scheduled, published, archived: what readers and staff see of each."""

import datetime
import re

import pytest
from django.utils import timezone

from articles.models import Article
from editorial.models import HelpLine
from editorial.models.reviewers import Reviewer, sign
from editorial.text.digests import page_digest
from privateversion import codes
from tests.editorial.test_drafts import save_draft
from tests.editorial.test_revisions import address, form_of
from tests.factories import make_article, make_phase, make_staff, make_symptom, make_treatment
from tests.translations.helpers import translate

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("make", [make_article, make_treatment, make_phase])
def test_archived_page_is_shown_as_taken_down_and_listed_nowhere(admin, make):
    page = make()
    path, spanish = page.get_absolute_url(), translate(page).get_absolute_url()
    kind = f"{page._meta.app_label}/{page._meta.model_name}"
    picked = {"_selected_action": [page.pk]}
    admin.post(f"/admin/{kind}/", picked | {"action": "archive", "post": "yes"})
    response = admin.get(path)
    assert response.status_code == 410 and "This page was taken down" in response.content.decode()
    response = admin.get(spanish)
    assert response.status_code == 410 and "Esta página se retiró" in response.content.decode()
    listed = admin.get("/sitemap.xml").content.decode()
    assert path not in listed and spanish not in listed
    assert admin.get(path.replace(page.slug, "no-such-page")).status_code == 404
    admin.post(f"/admin/{kind}/", picked | {"action": "publish"})
    assert admin.get(path).status_code == admin.get(spanish).status_code == 200


def test_only_an_administrator_erases_a_page_and_nobody_the_number_911(admin, client, guide):
    article, line = Article.objects.first(), HelpLine.objects.get(call="911")
    assert admin.get(f"/admin/editorial/helpline/{line.pk}/delete/").status_code == 403
    picked = {"action": "delete_selected", "_selected_action": [line.pk], "post": "yes"}
    admin.post("/admin/editorial/helpline/", picked)
    assert HelpLine.objects.filter(call="911").exists()
    assert admin.get(f"/admin/articles/article/{article.pk}/delete/").status_code == 200
    client.force_login(make_staff("other", roles=("Editors",)))
    assert client.get(f"/admin/articles/article/{article.pk}/delete/").status_code == 403
    assert "delete_selected" not in client.get("/admin/articles/article/").content.decode()


def test_archiving_shows_which_other_pages_link_here(admin):
    gone = make_article()
    path = gone.get_absolute_url()
    make_article(slug="linking", title="Linking", body=f"See [it]({path}#part).[@a-source]")
    make_article(slug="a-draft", title="A draft", body=f"See [it]({path}).[@a-source]", status="draft")
    make_symptom(make_phase(), what_helps="[[article:an-article|Read]].")
    picked = {"action": "archive", "_selected_action": [gone.pk]}
    asked = admin.post("/admin/articles/article/", picked).content.decode()
    assert re.findall(r">([^<]*)</a> \(Published\)", asked) in (["A stage", "Linking"], ["Linking", "A stage"])
    gone.refresh_from_db()
    assert gone.is_published() and "told that the page was taken down" in asked
    picked["post"] = "yes"
    html = admin.post("/admin/articles/article/", picked, follow=True).content.decode()
    assert "An article: Archived." in html and "told that it was taken down" in html
    assert re.findall(r"Remove the links to it from: (.*?)\.<", html) in (["A stage, Linking"], ["Linking, A stage"])
    html = admin.post(address(gone), form_of(admin, gone) | {"status": "draft"}, follow=True).content.decode()
    assert "Remove the links to it from" in html


def test_save_message_says_what_readers_see_now(admin):
    article = make_article()
    for changed, words in (
        ({}, "Readers see it now."),
        ({"status": "draft"}, "readers do not see it"),
        ({"status": "draft", "_send_to_review": "yes"}, "It is in review: readers do not see it."),
        ({"status": "archived"}, "told that it was taken down"),
        (
            {"status": "published", "published_at_0": "2066-01-02", "published_at_1": "09:00"},
            "Readers will see it from Jan. 2, 2066, 9 a.m. on.",
        ),
    ):
        html = admin.post(address(article), form_of(admin, article) | changed, follow=True).content.decode()
        assert words in html, words


def test_draft_begun_while_its_page_was_scheduled_does_not_take_it_from_readers(admin):
    article = make_article(published_at=timezone.now() + datetime.timedelta(days=9))
    save_draft(admin, article, body="Other words.[@a-source]")
    html = admin.get(address(article)).content.decode()
    assert "Readers do not see the page." in html
    Article.objects.update(published_at=timezone.now())
    assert "Readers see the page as it was saved on" in admin.get(address(article)).content.decode()
    publish = form_of(admin, article) | {"change_kind": "wording", "_save": "yes"}
    assert "would lose it until the time" in admin.post(address(article), publish).content.decode()
    assert admin.post(address(article), publish | {"published_at_0": "2026-01-02"}).status_code == 302
    assert admin.get("/articles/an-article/").status_code == 200


def test_publish_action_tells_of_a_draft_beside_a_due_review_and_a_time_to_come(admin):
    day, today = datetime.timedelta(days=1), timezone.localdate()
    overdue = {"reviewed_on": today - 9 * day, "review_due_on": today - day}
    pages = [
        make_article(slug="due", title="Due", status="draft", **overdue),
        make_article(slug="later", title="Later", status="draft", published_at=timezone.now() + day),
        drafted := make_article(slug="drafted", title="Drafted"),
    ]
    save_draft(admin, drafted, body="Other words.[@a-source]")
    picked = {"action": "publish", "_selected_action": [page.pk for page in pages]}
    told = admin.post("/admin/articles/article/", picked, follow=True).content.decode()
    assert "Due is due for review, and says so to readers." in told and "Readers will see it from" in told
    assert told.count("has a draft, which is not published") == 1 and "Drafted has a draft" in told


@pytest.mark.parametrize("state", ["draft", "in-review", "scheduled", "published", "archived"])
def test_list_is_filtered_by_state(admin, state):
    make_article(slug="now", title="Now")
    make_article(slug="later", title="Later", published_at=timezone.now() + datetime.timedelta(days=1))
    for status in ("draft", "in-review", "archived"):
        make_article(slug=status, title=f"A {status} page", status=status)
    titles = {"published": "Now", "scheduled": "Later"}
    html = admin.get("/admin/articles/article/", {"state": state}).content.decode()
    assert html.count('class="action-select"') == 1 and titles.get(state, f"A {state} page") in html


def test_list_finds_what_no_clinician_has_signed_as_it_is_now(admin):
    page = make_article()

    def is_listed() -> bool:
        return page in admin.get("/admin/articles/article/", {"needs": "no-clinician"}).context["cl"].result_list

    assert is_listed()
    who = {"user": make_staff("clinician"), "name": "Jo Roe", "credentials": "MD", "conflicts": "None"}
    sign(page, page_digest(page), Reviewer.objects.create(**who))
    assert not is_listed()
    changed = {"summary": f"{page.summary} Yes.", "change_kind": "update", "change_note": "More is said."}
    assert admin.post(address(page), form_of(admin, page) | changed).status_code == 302
    assert is_listed()


@pytest.mark.parametrize("published_at", [None, timezone.now() + datetime.timedelta(days=1)])
def test_archived_page_that_readers_never_had_was_never_here(client, published_at):
    article = make_article(status="archived", published_at=published_at)
    assert client.get(article.get_absolute_url()).status_code == 404


def test_private_version_and_symptoms_of_an_archived_page_say_so_too(client):
    article, phase = make_article(status="archived"), make_phase(status="archived")
    symptom = make_symptom(phase)
    for page in (article, phase, symptom):
        path = page.get_absolute_url()
        assert client.get(path).status_code == 410
        twin = client.get(codes.private(path))
        assert twin.status_code == 410 and "<title>Notes</title>" in twin.content.decode()
        assert path not in twin.content.decode()


def test_number_911_stays_what_it_is_and_one_added_twice_can_go(admin, guide):
    line = HelpLine.objects.get(call="911")
    admin.post(address(line), form_of(admin, line) | {"call": "912", "slug": "x", "kind": "crisis", "position": "3"})
    line.refresh_from_db()
    assert (line.call, line.slug, line.kind, line.position) == ("911", "911", "emergency", 3)
    line.pk, line.slug = None, "again"
    line.save()
    assert admin.get(address(line, "delete")).status_code == 200
