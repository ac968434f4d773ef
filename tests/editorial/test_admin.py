"""Editors write, preview and publish in the admin."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from editorial.models import Clinic, OpeningTime, Source
from phases.models import Phase
from tests.factories import make_article, make_phase, make_staff, make_symptom, make_treatment

pytestmark = pytest.mark.django_db

NO_SPECIAL_DAYS = {"special_days-TOTAL_FORMS": "0", "special_days-INITIAL_FORMS": "0"}


PAGES = [
    "articles/article",
    "articles/topic",
    "phases/phase",
    "phases/treatmentoption",
    "editorial/helpline",
    "editorial/source",
    "callbacks/callbackrequest",
]


@pytest.mark.parametrize("page", PAGES)
def test_admin_lists_every_kind_of_page(admin, guide, page):
    assert admin.get(f"/admin/{page}/").status_code == 200
    assert admin.get(f"/admin/{page}/?q=a&needs=overdue&e=1").status_code in {200, 302}


def test_admin_editor_has_live_preview_for_body_and_symptoms(admin, guide):
    phase = Phase.objects.first()
    html = admin.get(f"/admin/phases/phase/{phase.pk}/change/").content.decode()
    assert html.count('data-markdownx-urls-path="/admin/markdownx/preview/"') >= 5 + phase.symptoms.count()
    article = Article.objects.first()
    assert "markdownx-editor" in admin.get(f"/admin/articles/article/{article.pk}/change/").content.decode()


@pytest.mark.parametrize("make", [make_article, make_treatment, make_phase])
def test_draft_is_previewed_by_staff_as_readers_would_see_it(admin, client, make):
    page = make(status="draft")
    url = f"/admin/{page._meta.app_label}/{page._meta.model_name}/{page.pk}/preview/"
    response = admin.get(url)
    html = response.content.decode()
    assert "Preview for staff" in html and "State: Draft" in html
    assert str(page) in html
    assert "no-store" in response["Cache-Control"]
    client.logout()
    assert client.get(url).status_code == 302
    client.force_login(make_staff("other"))
    assert client.get(url).status_code == 403


def test_draft_that_has_no_date_yet_is_previewed_beside_published_articles(admin):
    make_article(slug="out", title="Out")
    draft = make_article(status="draft", published_at=None)
    html = admin.get(f"/admin/articles/article/{draft.pk}/preview/").content.decode().split("<main")[1]
    assert 'rel="prev"' not in html and 'rel="next"' not in html and "Out" in html.split('id="related"')[1]


def test_new_page_is_previewed_before_it_has_an_address(admin):
    html = admin.post("/admin/articles/article/add/preview/", {"title": "New", "slug": ""}).content.decode()
    assert "<h1>New</h1>" in html and "It is not saved yet" in html


def test_preview_of_a_page_that_is_not_there_is_not_found(admin):
    assert admin.get("/admin/articles/article/999/preview/").status_code == 404
    assert admin.get("/admin/articles/article/abc/preview/").status_code == 404


def test_form_that_is_opened_takes_no_lock_and_reads_its_page_twice(admin):
    path = f"/admin/articles/article/{make_article().pk}/change/"
    with CaptureQueriesContext(connection) as queries:
        admin.get(path)
    asked = [query["sql"] for query in queries]
    assert not [sql for sql in asked if sql.startswith(("BEGIN", "SAVEPOINT"))]
    assert sum('FROM "articles_article" WHERE "articles_article"."id" =' in sql for sql in asked) == 2


def test_publish_action_refuses_what_may_not_be_published(admin):
    good = make_article(slug="good", status="draft", published_at=None)
    bad = make_article(slug="bad", status="draft", body="No source.", review_due_on=None)
    response = admin.post(
        "/admin/articles/article/", {"action": "publish", "_selected_action": [good.pk, bad.pk]}, follow=True
    )
    good.refresh_from_db()
    bad.refresh_from_db()
    assert good.is_published() and bad.status == "draft"
    html = response.content.decode()
    assert "at least one source" in html and "Review due on: Needed before this page can be published." in html


@pytest.mark.parametrize(("form", "field"), [("editorial/reviewer", "id_name"), ("auth/user", "id_username")])
def test_each_form_names_its_errors_above_with_a_link(admin, form, field):
    html = admin.post(f"/admin/{form}/add/", {}).content.decode()
    assert f'<li><a href="#{field}">' in html.partition('<ul class="errors-named">')[2].partition("</ul>")[0]


def test_withdraw_action_takes_a_page_from_readers_at_once(admin):
    article = make_article()
    assert admin.get("/articles/an-article/").status_code == 200
    admin.post("/admin/articles/article/", {"action": "withdraw", "_selected_action": [article.pk]})
    assert admin.get("/articles/an-article/").status_code == 404


def test_clinic_details_cannot_be_removed_or_doubled(admin, guide):
    assert admin.get("/admin/editorial/clinic/add/").status_code == 403
    assert admin.post(f"/admin/editorial/clinic/{Clinic.ONLY}/delete/", {"post": "yes"}).status_code == 403


def test_clinic_details_open_without_a_list_of_one(admin, guide):
    assert admin.get("/admin/editorial/clinic/").url == f"/admin/editorial/clinic/{Clinic.ONLY}/change/"


def test_each_weekday_has_a_row_ready_and_those_left_empty_are_not_listed(admin, guide):
    page = f"/admin/editorial/clinic/{Clinic.ONLY}/change/"
    forms = admin.get(page).context["inline_admin_formsets"][0].formset.forms
    assert [form.initial["weekday"] for form in forms] == list(range(7))
    data = {"name": "Our line", "phone": "(212) 555-0123", "call_within_hours": "8"}
    data |= NO_SPECIAL_DAYS | {"opening_times-TOTAL_FORMS": "7", "opening_times-INITIAL_FORMS": "0"}
    data |= {f"opening_times-{day}-weekday": str(day) for day in range(7)}
    data |= {"opening_times-2-opens": "09:00", "opening_times-2-closes": "17:00"}
    assert admin.post(page, data).status_code == 302
    assert [str(time) for time in OpeningTime.objects.all()] == ["Wednesday 9 am to 5 pm"]


def test_staff_front_page_mentions_no_framework(admin, guide):
    html = admin.get("/admin/").content.decode()
    assert "Backend" not in html and "Authentication" not in html
    assert re.search("Times: (E[SD]T)?</span>", html)  # Django names no zone in the hour that fall repeats


@pytest.mark.parametrize("phone", ["12", "()", "866-512-190", "911", "-", "512-1908", "5551234", "000-000-0000"])
def test_clinic_number_nobody_could_call_is_refused(admin, guide, phone):
    response = admin.post(f"/admin/editorial/clinic/{Clinic.ONLY}/change/", {"name": "Clinic helpline", "phone": phone})
    assert response.status_code == 200
    assert Clinic.objects.get().phone == "866-512-1908"


def test_clinic_number_is_changed_by_staff(admin, guide):
    data = {"name": "Our line", "phone": "(212) 555-0123", "hours": "", "call_within_hours": "8"}
    data |= NO_SPECIAL_DAYS | {"opening_times-TOTAL_FORMS": "1", "opening_times-INITIAL_FORMS": "0"}
    data |= {"opening_times-0-weekday": "0", "opening_times-0-opens": "09:00", "opening_times-0-closes": "17:00"}
    assert admin.post(f"/admin/editorial/clinic/{Clinic.ONLY}/change/", data).status_code == 302
    assert "tel:+12125550123" in admin.get("/").content.decode()
    assert str(OpeningTime.objects.get()) == "Monday 9 am to 5 pm"
    assert "Monday 9 am to 5 pm" in admin.get("/").content.decode()


def test_stages_and_sources_cannot_be_removed(admin, guide):
    phase, source = Phase.objects.first(), Source.objects.first()
    assert admin.get("/admin/phases/phase/add/").status_code == 403
    assert admin.post(f"/admin/phases/phase/{phase.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.post(f"/admin/editorial/source/{source.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Text.[@a-source] ![](/media/pictures/a.png)", "Describe each picture"),
        ("Text.[@a-source] ![Describe this picture](/media/pictures/a.png)", "Describe each picture"),
        ("Text.[@a-source] ![A cat](https://elsewhere.example/a.png)", "must be on this site"),
        ("Text.[@a-source] [Picture not added: Add a JPEG.]", "could not be added"),
        ("Text.[@a-source] ![a [b]](https://elsewhere.example/a.png)", "must be on this site"),
        ("Text.[@a-source] ![ Describe this picture ](/media/pictures/a.png)", "Describe each picture"),
    ],
)
def test_page_with_a_picture_readers_cannot_see_is_not_published(body, words):
    page = make_article(status="draft", body=body)
    page.full_clean()
    page.status = "published"
    with pytest.raises(ValidationError, match=words):
        page.full_clean()


@pytest.mark.parametrize(("make", "slug"), [(make_article, "feed"), (make_article, "topics"), (make_phase, "now")])
def test_slug_that_another_address_has_taken_is_refused(make, slug):
    with pytest.raises(ValidationError, match="taken by another page"):
        make(slug=slug).full_clean()


def test_stage_with_wrong_hours_gets_a_clear_error():
    symptom = make_symptom(make_phase())
    symptom.peak_to = 4000
    with pytest.raises(ValidationError, match="Fill in both peak fields"):
        symptom.full_clean()


def test_symptom_citing_an_unknown_source_is_refused():
    symptom = make_symptom(make_phase())
    symptom.description = "Claim.[@nowhere]"
    with pytest.raises(ValidationError, match="nowhere"):
        symptom.full_clean()


@pytest.mark.parametrize(
    ("page", "first", "told"),
    [
        ("articles/article", "title", "Fill this in."),
        ("editorial/helpline", "name", "Give a number to call, a number to text or a website."),
        ("editorial/glossaryterm", "word", "Fill this in."),
    ],
)
def test_form_left_empty_says_that_nothing_is_saved_and_what_to_do(admin, page, first, told):
    html = admin.post(f"/admin/{page}/add/", {}).content.decode()
    assert "Nothing is saved yet. Fix these, then save again." in html and told in html
    assert "is required" not in html and "Constraint" not in html
    assert html.index(f'id="id_{first}"') < html.index('id="id_slug"')


def test_paste_that_is_too_long_is_told_of_and_not_cut(admin):
    article = make_article()
    address = f"/admin/articles/article/{article.pk}/change/"
    assert "maxlength" not in re.search('<textarea name="summary"[^>]*>', admin.get(address).content.decode())[0]
    html = admin.post(address, {"title": article.title, "slug": article.slug, "summary": "s" * 201}).content.decode()
    assert "Write at most 200 characters: this has 201." in html and "s" * 201 in html


def test_expired_admin_form_shows_what_to_do(client):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/admin/login/", {"username": "a", "password": "b"})
    assert response.status_code == 403
    assert "has expired" in response.content.decode() and "tel:911" in response.content.decode()


def test_picture_in_a_symptom_must_be_described_and_can_be_mended():
    symptom = make_symptom(make_phase())
    symptom.description = "Words.[@a-source] ![Describe this picture](/media/pictures/a.png)"
    with pytest.raises(ValidationError, match="Describe each picture"):
        symptom.full_clean()
    type(symptom).objects.filter(pk=symptom.pk).update(description=symptom.description)
    symptom.phase.full_clean()  # what is in a symptom does not lock the form in which it can be mended
    symptom.description = "Words.[@a-source] `![code](url)`"
    symptom.full_clean()
