"""The checks in the admin: seen without script too; an administrator alone lets a dose through, with a reason."""

import re

import pytest
from django.contrib.admin.models import LogEntry

from articles.models import Article
from editorial.models import ChangeRecord
from phases.models import Symptom
from tests.editorial.test_revisions import address, form_of, save
from tests.factories import make_article, make_phase, make_staff, make_symptom

pytestmark = pytest.mark.django_db
DOSE = "Take 40 mg of methadone each day.[@a-source]"


@pytest.fixture
def editor(client):
    client.force_login(make_staff("writer", roles=("Editors", "Publishers")))
    return client


def test_saved_page_shows_what_is_to_mend_and_how_to_write(editor):
    article = make_article(status="draft", body=f"{DOSE}\n\nGo:\n- Call", title="A <b>page</b>")
    html = editor.get(address(article)).content.decode()
    assert "This guide gives no doses: take “40 mg” out" in html and "blank line above this list" in html
    assert '<a href="#id_body" data-from="5" data-to="10">Body</a>' in html
    assert "of 430 words · 1 minute · grade" in html
    assert "::: emergency Call 911" in html and "[[article:an-article]]" in html
    assert "let_through" not in html


def test_form_is_checked_as_it_is_typed_with_rows_and_by_those_who_may_change_it(editor, client):
    stage = make_phase()
    make_symptom(stage, description="You yawn.[@a-source]")
    typed = form_of(editor, stage) | {"symptoms-0-what_helps": "Take two tablets of loperamide.", "overview": "Hi\n- a"}
    html = editor.post(address(stage) + "checks/", typed).content.decode()
    assert '<a href="#id_symptoms-0-what_helps" data-from="5" data-to="16">Yawning: what helps</a>' in html
    assert '<a href="#id_overview" data-from="3" data-to="6">Overview</a>' in html and "data-dose" in html
    assert Symptom.objects.get().what_helps == "Rest."
    assert editor.post("/admin/articles/article/add/checks/", {"body": "x"}).status_code == 200
    assert editor.get(address(stage) + "checks/").status_code == 403
    assert editor.post("/admin/phases/phase/999/change/checks/", typed).status_code == 404
    client.force_login(make_staff("reader", permissions=("phases.view_phase",)))
    assert client.post(address(stage) + "checks/", typed).status_code == 403


def test_forged_numbers_of_rows_cost_no_more_than_two_hundred(editor):
    stage = make_phase()
    make_symptom(stage)
    typed = form_of(editor, stage)
    for name in ("symptoms-TOTAL_FORMS", "symptoms-0-id"):
        for told in ("9" * 30, "9" * 5000):
            assert editor.post(address(stage) + "checks/", typed | {name: told}).status_code == 200
    html = editor.post(address(stage), typed | {"symptoms-TOTAL_FORMS": "9" * 30, "name": ""}).content.decode()
    assert 'id="id_symptoms-199-name"' in html and 'id="id_symptoms-200-name"' not in html


@pytest.mark.parametrize("key", ["9" * 30, "9" * 5000, "x", "1.0"])
def test_forged_keys_choose_nothing(editor, key):
    article = make_article(status="draft")
    chosen = editor.post("/admin/articles/article/", {"action": "publish", "_selected_action": [str(article.pk), key]})
    assert chosen.status_code == 400 and Article.objects.get().status == "draft"
    for name in ("topics", "phases"):
        html = editor.post(address(article), form_of(editor, article) | {name: key}).content.decode()
        assert re.search("is not (one of the available choices|a valid value)", html), name


def test_draft_with_a_number_of_rows_that_only_a_form_can_read_keeps_nobody_from_the_page(editor):
    stage = make_phase()
    make_symptom(stage)
    forged = {"symptoms-TOTAL_FORMS": "1.0", "overview": "In the draft.[@a-source]", "_save_draft": "yes"}
    assert editor.post(address(stage), form_of(editor, stage) | forged).status_code == 302
    assert b"In the draft." in editor.get(address(stage)).content


def test_editor_cannot_publish_a_dose_and_the_refusal_leads_to_its_field(editor):
    article = make_article()
    tried = {"body": DOSE, "let_through": "on", "let_through_reason": "I want to."}
    html = editor.post(address(article), form_of(editor, article) | tried).content.decode()
    assert '<li><a href="#id_body">Body</a>: This guide gives no doses' in html
    assert Article.objects.get().body == "Text.[@a-source]"
    save(editor, article, body=DOSE, status="draft")
    assert Article.objects.get().body == DOSE


def test_administrator_lets_a_dose_through_with_a_reason_that_is_kept(admin):
    article, stage = make_article(), make_phase()
    make_symptom(stage)
    html = admin.post(address(article), form_of(admin, article) | {"body": DOSE, "let_through": "on"}).content.decode()
    assert "Say why, in a sentence." in html and Article.objects.get().body != DOSE
    reason = {"let_through": "on", "let_through_reason": "A court ruling, quoted."}
    assert admin.post(address(article), form_of(admin, article) | {"body": DOSE} | reason).status_code == 302
    assert Article.objects.get().body == DOSE
    row = {"symptoms-0-what_helps": "Take two tablets of loperamide."}
    assert admin.post(address(stage), form_of(admin, stage) | row).status_code == 200
    assert admin.post(address(stage), form_of(admin, stage) | row | reason).status_code == 302
    for page in (article, stage):
        assert ChangeRecord.objects.of(page).get().override_reason == "A court ruling, quoted."
        history = admin.get(address(page).replace("change/", "history/")).content.decode()
        assert "<p>Let a dose through: A court ruling, quoted.</p>" in history
    kept = [entry.get_change_message() for entry in LogEntry.objects.all()]
    assert kept.count("Let a dose through: A court ruling, quoted.") == 2
