"""An editor writes and sends to review; what readers see changes by a publisher. Forged posts change nothing either."""

import pytest
from django.test import Client

from articles.models import Article
from tests.editorial.test_revisions import address, form_of
from tests.factories import PASSWORD, make_article, make_phase, make_staff, make_treatment

pytestmark = pytest.mark.django_db

LIST = "/admin/articles/article/"


@pytest.fixture
def editor():
    make_staff("ed", roles=("Editors",))
    browser = Client()
    browser.login(username="ed", password=PASSWORD)
    return browser


def test_editor_writes_and_sends_to_review_and_publishes_in_no_way(editor):
    page = make_article(status="draft")
    html = editor.get(address(page)).content.decode()
    assert 'value="in-review"' in html
    assert 'value="published"' not in html and 'value="archived"' not in html
    for status in ("published", "archived"):
        response = editor.post(address(page), form_of(editor, page) | {"status": status})
        assert "is not one of the available choices" in response.content.decode()
    response = editor.post(address(page), form_of(editor, page) | {"status": "in-review", "title": "Mine"})
    assert response.status_code == 302
    for action in ("publish", "archive", "withdraw"):
        editor.post(LIST, {"action": action, "post": "yes", "_selected_action": [page.pk]})
        assert f'value="{action}"' not in editor.get(LIST).content.decode()
    page.refresh_from_db()
    assert (page.status, page.title) == ("in-review", "Mine")


@pytest.mark.parametrize("make", [make_article, make_phase, make_treatment])
def test_editor_changes_nothing_that_readers_see_or_saw(editor, admin, make):
    page = make()
    admin.post(address(page), form_of(admin, page) | {"summary": "Another sentence that is long enough to be shown."})
    newest = admin.get(address(page, "history")).context["newest"]
    for status in ("published", "archived"):
        type(page).objects.update(status=status)
        assert editor.get(address(page)).status_code == 200, "it is there to be read"
        sent = editor.post(address(page), {"status": "draft"})  # a draft beside what readers see, with errors
        assert sent.status_code == (302 if status == "archived" else 200)  # to what they may read
        bring_back = f"/admin/{page._meta.label_lower.replace('.', '/')}/bring-back/{newest.pk}/"
        assert editor.post(bring_back).status_code == 403
        page.refresh_from_db()
        assert page.status == status


def test_publisher_publishes_and_takes_back(client):
    client.force_login(make_staff("pub", roles=("Publishers",)))
    page = make_article(status="in-review")
    for action, count in (("publish", 1), ("withdraw", 0)):
        client.post(LIST, {"action": action, "post": "yes", "_selected_action": [page.pk]})
        assert Article.objects.published().count() == count
