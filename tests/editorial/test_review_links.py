"""A link by which a reviewer without a login reads a draft, and answers."""

import datetime
import re

import pytest
from django.test import Client

from editorial.models import Reviewer, SignOff
from editorial.models.changes import ChangeRecord, ReviewAnswer, draft_beside
from editorial.pages import review_links
from tests.editorial.test_drafts import save_draft
from tests.editorial.test_revisions import address, form_of, save
from tests.factories import PASSWORD, make_article, make_phase, make_staff, make_symptom, make_treatment

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinician():
    user = make_staff("clinician", roles=("Medical reviewers",))
    Reviewer.objects.create(user=user, name="Jo Roe", credentials="MD", conflicts="None")
    window = Client()
    window.login(username="clinician", password=PASSWORD)
    return window


def link_to(client, page) -> str:
    html = client.post(address(page, "draft"), {"make_link": ""}, follow=True).content.decode()
    return re.search(r'href="[^"]*(/review/[^"]+/)"', html)[1]


def test_reviewer_without_a_login_reads_a_draft_by_its_link_and_answers(admin):
    article = make_article()
    save_draft(admin, article, body="In the draft.[@a-source]")
    link, reviewer = link_to(admin, article), Client(enforce_csrf_checks=True)
    shown = reviewer.get(link)
    html = shown.content.decode()
    assert "In the draft." in html and "for review. Readers do not see it" in html and not shown.cookies
    assert "noindex" in shown["X-Robots-Tag"] and shown["Referrer-Policy"] == "no-referrer"
    assert "no-store" in shown["Cache-Control"] and shown["X-Frame-Options"] == "DENY"
    answer = {"name": "Dr. Roe", "says": "change", "words": "<b>Say</b> hours.", "complete": "1"}
    for wrong in ({"name": ""}, {"words": ""}, {"says": ""}, {"complete": ""}, {"words": "x" * 6000}):
        refused = reviewer.post(link, answer | wrong)
        assert refused.status_code == 422 and "There is a problem" in refused.content.decode()
    for _ in range(2):  # a double tap
        assert reviewer.post(link, answer).status_code == 303
    assert reviewer.post(link, {"name": "A nurse", "says": "fine", "complete": "1"}).status_code == 303
    assert ReviewAnswer.objects.count() == 2
    for path in (address(article), address(article, "history")):
        html = admin.get(path).content.decode()
        assert "&lt;b&gt;Say&lt;/b&gt; hours." in html and "Dr. Roe" in html and "Nothing to change." in html


def test_review_link_ends(admin, monkeypatch):
    article = make_article()
    save_draft(admin, article, body="First.")
    link = link_to(admin, article)
    assert Client().get(link[:-3] + "x/").status_code == 404
    with monkeypatch.context() as past_its_end:
        past_its_end.setattr(review_links, "VALID_FOR", datetime.timedelta(days=-1))
        assert Client().get(link).status_code == 410
    save_draft(admin, article, body="Second.")
    gone = Client().get(link)
    assert gone.status_code == 410 and "Ask the person who sent" in gone.content.decode()
    assert "Ten lines on &lt;hours&gt;." in Client().post(link, {"words": "Ten lines on <hours>."}).content.decode()
    link = link_to(admin, article)
    assert Client().get(link).status_code == 200
    admin.post(address(article, "draft"), {"throw_away": ""})
    assert Client().get(link).status_code == 410
    save_draft(admin, article, body="Third.")
    link = link_to(admin, article)
    article.delete()
    assert Client().get(link).status_code == 410
    ChangeRecord.objects.all().delete()  # a backup of before was restored
    assert Client().get(link).status_code == 410


def test_page_that_nobody_sees_has_a_review_link_to_its_last_save(admin):
    article = make_article(status="draft", body="A new page.[@a-source]")
    link = link_to(admin, article)
    assert "A new page." in Client().get(link).content.decode()
    save(admin, article, status="published")
    assert Client().get(link).status_code == 410


def test_answers_are_limited(admin):
    article = make_article()
    save_draft(admin, article, body="In the draft.")
    link, reviewer = link_to(admin, article), Client()
    answers = [{"name": "A", "says": "change", "words": f"Number {each}", "complete": "1"} for each in range(12)]
    assert [reviewer.post(link, answer).status_code for answer in answers] == [303] * 10 + [429] * 2
    assert ReviewAnswer.objects.count() == 10


def test_text_that_cannot_be_published_says_so_to_who_sends_it_and_who_signs_it(admin, clinician):
    def send(page, **typed) -> str:
        sent = form_of(admin, page) | {"_send_to_review": "yes", **typed}
        return admin.post(address(page), sent, follow=True).content.decode()

    make_symptom(page := make_phase())
    new = make_treatment(slug="new", name="New", status="draft", watch_out="Careful.[@none]")
    assert "Say what should change" not in clinician.get(address(page, "sign")).content.decode()
    for each, wrong in ((page, {"symptoms-0-description": "Rest.[@none]"}), (new, {})):
        assert "It cannot be published as it is" in send(each, **wrong)
        shown = clinician.get(address(each, "sign")).content.decode()
        assert "There is no source named none" in shown and "Say what should change" in shown
        answer = clinician.post(address(each, "sign"), {"answer": ""}).url
        assert 'name="words"' in clinician.get(answer).content.decode() and not SignOff.objects.exists()
    assert "cannot be published" not in send(page, **{"symptoms-0-description": "Rest.[@a-source]"})
    assert "cannot be published" not in clinician.get(address(page, "sign")).content.decode()


def test_answer_to_a_draft_that_was_published_meanwhile_signs_nothing(admin, clinician):
    save_draft(admin, page := make_article(), "_send_to_review", body="In the draft.[@a-source]")
    shown = clinician.get(address(page, "sign")).content.decode()
    save(admin, page, change_kind="correction", change_note="It was wrong.")
    assert "In the draft." in Client().get(page.get_absolute_url()).content.decode()
    answer = {"digest": re.search(r'name="digest" value="(\w+)"', shown)[1], "answer": ""}
    said = clinician.post(address(page, "sign"), answer, follow=True).content.decode()
    assert "Nothing is signed" in said and not SignOff.objects.exists()


def test_draft_undoes_no_later_correction_until_someone_says_that_it_does_not(admin):
    article = make_article()
    save_draft(admin, article, body="Begun.[@a-source]")
    wrong = {"body": "Right.[@a-source]", "change_kind": "safety-correction", "change_note": "It could hurt."}
    live = form_of(admin, article) | wrong
    del live["_of_draft"]
    assert admin.post(address(article), live).status_code == 302
    published = {"change_kind": "correction", "change_note": "New.", "_save": "yes"}
    refused = admin.post(address(article), form_of(admin, article) | published).content.decode()
    article.refresh_from_db()
    assert "corrected after this draft was begun" in refused and article.body == "Right.[@a-source]"
    assert "Begun.[@a-source]" in refused and draft_beside(article), "no word of the draft is lost"
    box = re.search(r'name="(_has_correction)" value="(\d+)" form="article_form"', refused)
    save_draft(admin, article, **{box[1]: box[2]})
    refused = admin.post(address(article), form_of(admin, article) | published)
    assert refused.status_code == 200, "said to publish, not to save"
    again = {box[1]: box[2], "change_kind": ""}
    again = admin.post(address(article), form_of(admin, article) | again).content.decode()
    assert "Say what kind it is" in again and f"{box[0]} checked" in again
    assert admin.post(address(article), form_of(admin, article) | published | {box[1]: box[2]}).status_code == 302
    article.refresh_from_db()
    assert article.body == "Begun.[@a-source]" and draft_beside(article) is None


def test_corrected_page_is_signed_while_its_draft_is_in_review(admin, clinician):
    save_draft(admin, page := make_article(), "_send_to_review", body="In the draft.[@a-source]")
    corrected = form_of(admin, page) | {
        "change_kind": "safety-correction",
        "change_note": "It was wrong.",
        "_save": "yes",
    }
    del corrected["_of_draft"]
    assert admin.post(address(page), corrected | {"body": "Right.[@a-source]"}).status_code == 302
    assert "In the draft." in (shown := clinician.get(address(page, "sign")).content.decode()) and '"?live"' in shown
    live = clinician.get(address(page, "sign") + "?live").content.decode()
    assert "Right." in live and "Say what should change" not in live
    clinician.post(address(page, "sign") + "?live", {"digest": re.search(r'name="digest" value="(\w+)"', live)[1]})
    assert "Reviewed by" in Client().get(page.get_absolute_url()).content.decode()
    start = clinician.get("/admin/").content.decode()
    assert "corrected, to be signed" not in start and "in review, without a signature" in start
