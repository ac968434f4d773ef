"""What staff type is kept on the server until they save it or throw it away."""

import datetime
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from articles.models import Topic
from editorial.models import unsaved, versions
from editorial.models.unsaved import UnsavedForm
from phases.models import Symptom
from tests.editorial.test_revisions import address, form_of, save
from tests.factories import PASSWORD, SUMMARY, make_article, make_phase, make_staff, make_symptom

pytestmark = pytest.mark.django_db


def type_into(client, page, **typed):
    return client.post(address(page) + "typing/", form_of(client, page) | typed)


def test_form_offers_what_was_typed_and_not_saved_and_shows_it_again(admin):
    article = make_article()
    assert type_into(admin, article, body="Half a sentence").json() == {"others": []}
    assert "Bring it back" in admin.get(address(article)).content.decode()
    html = admin.get(address(article) + "?_bring_back").content.decode()
    assert "Half a sentence" in html and "It is not saved yet" in html
    article.refresh_from_db()
    assert article.body == "Text.[@a-source]"
    data = form_of(admin, article) | {"body": "Half a sentence.[@a-source]"}
    admin.post(address(article) + "typing/", data)
    assert admin.post(address(article), data).status_code == 302
    assert UnsavedForm.objects.count() == 1  # what was typed in the first tab and neither saved nor thrown away
    UnsavedForm.objects.all().delete()
    assert "Bring it back" not in admin.get(address(article)).content.decode()


def test_new_page_and_rows_added_to_a_stage_are_kept_too(admin):
    admin.post("/admin/articles/article/add/typing/", {"title": "Only a title"})
    assert "Only a title" in admin.get("/admin/articles/article/add/?_bring_back").content.decode()
    phase = make_phase()
    make_symptom(phase)
    row = {"symptoms-TOTAL_FORMS": "2", "symptoms-1-name": "Sneezing", "symptoms-1-slug": "sneezing"}
    type_into(admin, phase, **row)
    html = admin.get(address(phase) + "?_bring_back").content.decode()
    assert "Sneezing" in html and Symptom.objects.count() == 1


def test_form_that_was_refused_is_kept(admin):
    article = make_article()
    type_into(admin, article, title="", body="Typed.[@a-source]")
    refused = admin.post(address(article), form_of(admin, article) | {"title": ""})
    assert refused.status_code == 200 and "Bring it back" in admin.get(address(article)).content.decode()


def test_restored_form_does_not_overwrite_another_users_change(admin):
    article = make_article()
    type_into(admin, article, body="Mine.[@a-source]")
    save(admin, article, body="Theirs.[@a-source]", title="Theirs")
    mine = UnsavedForm.objects.create(user=User.objects.get(), page=address(article), data=_typed(admin, article))
    mine.data["_opened_at"] = [""]
    mine.save()
    html = admin.get(address(article) + "?_bring_back").content.decode()
    assert 'name="_opened_at" value=""' in html


def _typed(client, page) -> dict:
    return {name: value if isinstance(value, list) else [value] for name, value in form_of(client, page).items()}


def test_discarded_form_is_gone(admin):
    article = make_article()
    type_into(admin, article, body="Typed")
    thrown = {"throw_away": "", "_tab": UnsavedForm.objects.get().tab}
    assert admin.post(address(article) + "typing/", thrown).status_code == 302
    assert not UnsavedForm.objects.exists()


def test_form_in_two_tabs_is_kept_twice_and_each_brought_back_and_saved_alone(admin):
    article = make_article()
    first, second = (form_of(admin, article) | {"body": f"{name} tab.[@a-source]"} for name in ("First", "Second"))
    for data in (first, second, first):
        admin.post(address(article) + "typing/", data)
    html = admin.get(address(article)).content.decode()
    ways = re.findall(r'href="(\?_bring_back=[\w-]+)"', html)
    shown = [admin.get(address(article) + way).content.decode() for way in ways]
    assert ["First tab." in html for html in shown] == [True, False] and "Second tab." in shown[1]
    assert admin.post(address(article), second).status_code == 302
    assert unsaved.of(User.objects.get(), address(article)).data["body"] == [first["body"]]


def test_words_are_not_kept_in_the_name_of_who_signed_in_next_on_that_computer(admin, client):
    article = make_article()
    data = form_of(admin, article) | {"body": "Mine."}
    client.force_login(make_staff("other", roles=("Publishers",)))
    assert client.post(address(article) + "typing/", data).status_code == 403
    assert not UnsavedForm.objects.exists()


def test_two_who_write_on_one_page_are_told_of_each_other(admin, client):
    article = make_article()
    type_into(admin, article, body="Typed")
    client.force_login(make_staff("other", roles=("Publishers",)))
    assert "is writing on this page too" in client.get(address(article)).content.decode()
    assert len(type_into(client, article, body="Mine").json()["others"]) == 1
    assert unsaved.of(User.objects.get(username="other"), address(article)).data["body"] == ["Mine"]


def test_typing_needs_the_right_to_change_the_page(client):
    article = make_article()
    client.force_login(make_staff("intake", roles=("Intake",)))
    for path in (address(article) + "typing/", "/admin/articles/article/add/typing/"):
        assert client.post(path, {"body": "x"}).status_code == 403
    assert not UnsavedForm.objects.exists()


def test_typing_changes_no_version_of_the_content(admin):
    article = make_article()
    before = versions.number()
    type_into(admin, article, body="Typed")
    assert versions.number() == before


def test_typing_of_last_month_is_erased(admin):
    article = make_article()
    type_into(admin, article, body="Typed")
    unsaved.erase_old()
    assert UnsavedForm.objects.count() == 1
    UnsavedForm.objects.update(typed_at=timezone.now() - unsaved.KEPT_FOR - datetime.timedelta(hours=1))
    unsaved.erase_old()
    assert not UnsavedForm.objects.exists()


def test_only_a_save_forgets_what_was_typed_and_a_save_in_a_small_window_too(admin):
    article = make_article()
    path, data = address(article), form_of(admin, article)
    admin.post(path + "typing/", data | {"body": "Typed"})
    article.delete()
    assert admin.get(path + "?_bring_back").status_code == admin.post(path, data).status_code == 302
    assert UnsavedForm.objects.count() == 1
    new = {"name": "A topic", "slug": "a-topic", "description": SUMMARY, "position": "1", "_popup": "1"}
    admin.post("/admin/articles/topic/add/typing/", new)
    admin.post("/admin/articles/topic/add/?_popup=1", new)
    assert Topic.objects.exists() and UnsavedForm.objects.count() == 1


def test_nothing_is_kept_of_a_page_that_is_not_there(admin):
    for key in ("abc", "99999", "9" * 40, "%00", "x" * 300):
        assert admin.post(f"/admin/articles/article/{key}/change/typing/", {"body": "x"}).status_code == 404
        assert admin.get(f"/admin/articles/article/{key}/change/").status_code == 302
    assert not UnsavedForm.objects.exists()


def test_zero_bytes_and_the_forms_token_are_not_kept(admin):
    article = make_article()
    assert type_into(admin, article, **{"body": "a\0b", "x\0": "c", "csrfmiddlewaretoken": "d"}).status_code == 200
    data = unsaved.of(User.objects.get(), address(article)).data
    assert data["body"] == ["ab"] and "csrfmiddlewaretoken" not in data


def test_two_who_write_new_pages_do_not_write_on_one_page(admin, client):
    admin.post("/admin/articles/article/add/typing/", {"title": "Mine"})
    client.force_login(make_staff("other", roles=("Publishers",)))
    assert "is writing on this page too" not in client.get("/admin/articles/article/add/").content.decode()
    assert client.post("/admin/articles/article/add/typing/", {"title": "Another"}).json() == {"others": []}


def test_words_typed_while_the_page_was_taken_down_or_deleted_are_kept(admin):
    articles = [make_article(status="draft"), make_article(title="Live", slug="live")]
    make_staff("ed", roles=("Editors",))
    editor = Client()
    editor.login(username="ed", password=PASSWORD)
    forms = [form_of(editor, article) | {"body": "Mine.[@a-source]"} for article in articles]
    admin.post(address(articles[0], "delete"), {"post": "yes"})
    archive = {"action": "archive", "_selected_action": [articles[1].pk], "post": "yes"}
    admin.post("/admin/articles/article/", archive)
    for article, data in zip(articles, forms, strict=True):
        html = editor.post(address(article), data, follow=True).content.decode()
        assert "What you typed is kept for 30 days" in html
        way = UnsavedForm.objects.get(page__startswith=address(article)).page
        assert "Ask a publisher" in editor.get(way, follow=True).content.decode()
    admin.post("/admin/articles/article/", archive | {"action": "withdraw"})
    assert "Mine.[@a-source]" in editor.get(way).content.decode()
