"""A draft beside the live page: kept, shown, sent to review, answered and published; readers see nothing of it."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Topic
from editorial.models import OldAddress, UnsavedForm, versions
from editorial.models.changes import ChangeRecord, draft_beside
from editorial.text.digests import page_digest
from editorial.workflow import drafts, revisions
from phases.models import Phase, Symptom
from search.models import SearchEntry
from tests.editorial.test_revisions import address, form_of, other_editor, save
from tests.factories import make_article, make_phase, make_staff, make_symptom

pytestmark = pytest.mark.django_db


def save_draft(client, page, button="_save_draft", **changed):
    response = client.post(address(page), form_of(client, page) | changed | {button: "yes"})
    assert response.status_code == 302, response.context["errors"]
    return draft_beside(page)


def with_sneezing(client, phase) -> dict:
    """The fields of a second symptom, which is new."""
    fields = form_of(client, phase)
    new = {name.replace("-0-", "-1-"): value for name, value in fields.items() if name.startswith("symptoms-0-")}
    named = {"symptoms-1-id": "", "symptoms-1-name": "Sneezing", "symptoms-1-slug": "sneezing"}
    return new | named | {"symptoms-TOTAL_FORMS": "2"}


def as_readers_get_it(*paths) -> list[bytes]:
    reader = Client()
    return [reader.get(path).content for path in paths]


def preview(client, page, query="", **posted) -> str:
    path = address(page, "preview") + query
    response = client.post(path, posted) if posted else client.get(path)
    return response.content.decode()


def test_draft_of_a_stage_is_kept_and_nothing_that_readers_get_changes(admin):
    phase = make_phase()
    symptom = make_symptom(phase)
    make_article()  # the feed of none has the time of now
    paths = ("/", "/phases/", "/phases/a-stage/", "/symptoms/", "/articles/feed/", "/search/?q=yawning", "/notes.html")
    before = as_readers_get_it(*paths)
    rows = list(SearchEntry.objects.values()), list(Phase.objects.values()), list(Symptom.objects.values())
    number = versions.number()
    changed = {"slug": "elsewhere", "overview": "In the draft.[@a-source]", "symptoms-0-name": "Gaping"}
    draft = save_draft(admin, phase, **changed, **with_sneezing(admin, phase))
    assert as_readers_get_it(*paths) == before and versions.number() == number
    assert rows == (
        list(SearchEntry.objects.values()),
        list(Phase.objects.values()),
        list(Symptom.objects.values()),
    )
    assert not OldAddress.objects.exists() and not UnsavedForm.objects.exists()
    text = drafts.text_of(draft)
    assert text.overview.startswith("In the draft.") and text.status == "published"
    assert [row.name for row in text.symptoms.all()] == ["Gaping", "Sneezing"]
    assert draft.digest and draft.number is None and LogEntry.objects.latest("pk").change_message == "Saved a draft."

    # The key that the new row had goes to another; the draft is compared, shown and published all the same.
    make_symptom(make_phase(name="Second", slug="second", position=2), name="Aches", slug="aches")
    live, kept = drafts.saved(phase)[0], drafts.version_of(draft)
    rows = {change.row for change in revisions.changes(live, kept)}
    assert "Aches" not in rows and {"Gaping", "Sneezing"} <= rows
    html = admin.get(address(phase)).content.decode()
    assert "In the draft." in html and 'value="Sneezing"' in html and "errornote" not in html
    save(admin, phase, _save="yes")
    assert sorted(phase.symptoms.values_list("name", flat=True)) == ["Gaping", "Sneezing"]
    assert Symptom.objects.get(name="Gaping").pk == symptom.pk and Symptom.objects.filter(name="Aches").exists()
    assert page_digest(Phase.objects.get(pk=phase.pk)) == draft.digest, "what a reviewer signed is what is published"
    assert draft_beside(phase) is None and "In the draft." in Client().get("/phases/elsewhere/").content.decode()


def test_draft_brought_back_from_the_history_takes_no_other_pages_row(admin):
    phase = make_phase()
    make_symptom(phase)
    draft = save_draft(admin, phase, **with_sneezing(admin, phase))
    other = make_symptom(make_phase(name="Second", slug="second", position=2), name="Aches", slug="aches")
    revisions.bring_back(drafts.version_of(draft))
    other.refresh_from_db()
    assert other.name == "Aches" and sorted(phase.symptoms.values_list("name", flat=True)) == ["Sneezing", "Yawning"]


def test_symptom_deleted_from_the_live_page_is_there_in_the_draft(admin):
    phase = make_phase()
    gone = make_symptom(phase)
    make_symptom(phase, name="Aches", slug="aches")
    save_draft(admin, phase, **{"symptoms-1-name": "Sore"})
    gone.delete()
    assert "errornote" not in admin.get(address(phase)).content.decode()
    save(admin, phase, _save="yes")
    assert sorted(phase.symptoms.values_list("name", flat=True)) in (["Aches", "Sore"], ["Sore", "Yawning"])


def test_form_shows_the_draft_until_it_is_published_or_thrown_away(admin):
    article = make_article()
    topic = Topic.objects.create(name="A topic", slug="a-topic", description="What this topic is about, in words.")
    save_draft(admin, article, body="Half a text", summary="Short", topics=[topic.pk])  # not fit to be published
    html = admin.get(address(article)).content.decode()
    assert "This is the draft that" in html and "Half a text" in html and "Publish these changes" in html
    assert "Text.[@a-source]" in admin.get(address(article) + "?live").content.decode()
    assert "A topic" in preview(admin, article, "?of=draft") and "Half a text" not in preview(admin, article)
    refused = admin.post(address(article), form_of(admin, article) | {"_save": "yes"})
    assert "Write 50 to 160 characters" in refused.content.decode() and draft_beside(article)
    assert '<option value="published" selected>' in refused.content.decode()
    admin.post(address(article, "draft"), {"throw_away": ""})
    article.refresh_from_db()
    assert article.body == "Text.[@a-source]" and draft_beside(article) is None
    assert "Half a text" in [version.field_dict["body"] for version in revisions.history(article)]


def test_draft_with_wrong_fields_is_refused_and_comes_back_with_the_state_of_the_page(admin):
    article = make_article()
    response = admin.post(address(article), form_of(admin, article) | {"title": "", "_save_draft": "yes"})
    html = response.content.decode()
    assert response.status_code == 200 and "Fill this in." in html
    assert '<option value="published" selected>' in html
    assert not ChangeRecord.objects.filter(kind="draft").exists()


def test_draft_is_kept_with_all_that_keeps_it_from_being_published(admin):
    stage = make_phase()
    make_symptom(stage)
    wrong = {"symptoms-0-what_helps": "Take 40 mg of methadone.", "overview": "A claim.[@not-there]"}
    assert save_draft(admin, stage, **wrong)
    refused = admin.post(address(stage), form_of(admin, stage) | {"_of_draft": "yes"})
    assert refused.status_code == 200 and Symptom.objects.get().what_helps == "Rest."
    for why in ("This guide gives no doses: take “40 mg” out", "There is no source named not-there"):
        assert why in refused.content.decode()
    too_deep = admin.post(address(stage), form_of(admin, stage) | {"overview": ">" * 5000, "_save_draft": "yes"})
    assert too_deep.status_code == 200 and not draft_beside(stage).typed.count("%3E%3E")

    taken_down = form_of(admin, stage) | {"status": "draft", "symptoms-0-what_helps": wrong["symptoms-0-what_helps"]}
    assert admin.post(address(stage), taken_down | {"overview": "O.[@a-source]"}).status_code == 302
    picked = {"action": "publish", "_selected_action": [stage.pk]}
    told = admin.post("/admin/phases/phase/", picked, follow=True).content.decode()
    assert "was not published: " in told and "This guide gives no doses" in told
    assert Phase.objects.get().status == "draft"


def test_second_editor_of_a_draft_is_told_and_a_change_of_the_live_page_too(admin, client):
    article = make_article()
    save_draft(admin, article, body="Begun.")
    mine = form_of(admin, article) | {"body": "Mine.", "_save_draft": "yes"}
    save_draft(other_editor(client), article, body="Theirs.")
    html = admin.post(address(article), mine).content.decode()
    assert "other saved this page at" in html and "Mine." in html and draft_beside(article).by.username == "other"
    live = form_of(admin, article) | {"body": "Live.[@a-source]", "change_kind": "correction", "change_note": "Not so."}
    del live["_of_draft"]  # as the form has it that shows the live text
    assert admin.post(address(article), live).status_code == 302
    article.refresh_from_db()
    assert article.body == "Live.[@a-source]" and draft_beside(article)
    assert "Theirs." in admin.get(address(article)).content.decode()
    save_draft(admin, article, body="Theirs, without what was corrected.")
    html = admin.get(address(article)).content.decode()
    assert "changed the page itself on" in html and "something was wrong.</strong> “Not so.”" in html, "until published"


def test_editor_who_may_not_publish_saves_drafts_only(admin):
    article, editor = make_article(), Client()
    editor.force_login(make_staff("ed", roles=("Editors",)))
    html = editor.get(address(article)).content.decode()
    assert 'name="_save"' not in html and 'name="_continue"' not in html and 'name="status"' not in html
    for button in ("_save", "_continue", "_send_to_review"):
        save(editor, article, body=f"By {button}", **{button: "yes"})
    article.refresh_from_db()
    assert article.body == "Text.[@a-source]" and drafts.text_of(draft_beside(article)).body == "By _send_to_review"
    live, kept = drafts.saved(article).first(), drafts.version_of(draft_beside(article))
    assert [change.field for change in revisions.changes(live, kept)] == ["Body"]
    reviewer = Client()
    reviewer.force_login(make_staff("doc", roles=("Medical reviewers",)))
    html = reviewer.get(address(article)).content.decode()
    assert "There is a draft of this page" in html and "Preview the draft" in html and "Make a review link" not in html
    version = revisions.history(article)[1]
    assert editor.post(f"/admin/articles/article/bring-back/{version.pk}/").status_code == 403
    html = admin.get(address(article)).content.decode()
    assert '<option value="published" selected>' in html and "and it is in review" in html
    first = article.published_at.replace(microsecond=0)
    save(admin, article, body="Published.[@a-source]", _save="yes")
    article.refresh_from_db()
    assert article.published_at.replace(microsecond=0) == first
    assert "Published." in Client().get("/articles/an-article/").content.decode() and not draft_beside(article)


def test_list_says_and_filters_which_pages_have_a_draft_at_a_constant_cost(admin):
    pages = [make_article(slug=f"number-{each}", title=f"Number {each}") for each in range(3)]
    save_draft(admin, pages[0])
    with CaptureQueriesContext(connection) as before:
        admin.get("/admin/articles/article/")
    save_draft(admin, pages[1], "_send_to_review")
    with CaptureQueriesContext(connection) as after:
        html = admin.get("/admin/articles/article/").content.decode()
    assert len(before) == len(after) and "Published, with a draft" in html and "Published, draft in review" in html
    asked = {"draft-in-review": {"Number 1"}, "with-draft": {"Number 0"}, "in-review": {"Number 1"}}
    for state, titles in asked.items():
        html = admin.get(f"/admin/articles/article/?state={state}").content.decode()
        assert set(re.findall(r">(Number \d)<", html)) == titles
    admin.post(address(pages[1], "draft"), {"take_back": ""})
    assert draft_beside(pages[1]).in_review is False


def test_page_that_nobody_sees_is_sent_to_review_as_it_is(admin):
    article = make_article(status="draft")
    save(admin, article, _send_to_review="yes")
    article.refresh_from_db()
    assert article.status == "in-review" and draft_beside(article) is None


@pytest.mark.parametrize("path", ["/admin/articles/article/", "/admin/phases/phase/", "/admin/phases/treatmentoption/"])
def test_preview_shows_what_is_typed_and_writes_nothing(admin, path):
    nothing = admin.get(f"{path}add/preview/?of=typed&framed")
    assert nothing.status_code == 200 and nothing["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in nothing["Content-Security-Policy"]
    phase, article = make_phase(), make_article()
    make_symptom(phase)
    make_symptom(phase, name="Zaps", slug="zaps")
    page = {"article": article, "phase": phase}.get(path.split("/")[-2], article)
    typed = form_of(admin, page) | {"summary": "Typed " * 60, "body": "**Typed**", "overview": "**Typed**"}
    typed |= {"symptoms-0-name": "Gaping", "symptoms-0-onset_from": "", "onset_from": "nonsense"}
    assert ("Zaps" in preview(admin, page, **typed)) is (page is phase)
    with CaptureQueriesContext(connection) as queries:
        html = preview(admin, page, **typed, **{"symptoms-1-DELETE": "on"})
    assert "<strong>Typed</strong>" in html and "Typed Typed" in html and "not saved yet" in html and "Zaps" not in html
    assert not [query for query in queries if re.match("INSERT|UPDATE|DELETE", query["sql"])]
    admin.post(address(page) + "typing/", typed)
    framed = admin.get(address(page, "preview") + "?of=typed&framed").content.decode()
    assert "<strong>Typed</strong>" in framed and "Preview for staff" not in framed
    assert admin.get(address(page))["Content-Security-Policy"].count("frame-src 'self'") == 1
    assert Client().get("/").headers["X-Frame-Options"] == "DENY"


def test_rights_are_needed_for_drafts_and_previews(admin):
    article = make_article()
    save_draft(admin, article)
    for path in ("draft", "preview"):
        assert Client().post(address(article, path), {"throw_away": ""}).status_code == 302  # to sign in
    told = admin.get(address(article, "draft"), follow=True)  # as signing in again leads there
    assert told.redirect_chain[-1][0] == address(article) and "Press the button again." in told.content.decode()
    assert draft_beside(article) and Article.objects.count() == 1
