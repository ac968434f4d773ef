"""A source is data: staff see what rests on it, and an unreliable one is told to readers and makes its pages due."""

import datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.utils import timezone

from articles.models import Article, Topic
from editorial.models import GlossaryTerm, Picture, Source
from editorial.workflow import revisions
from editorial.workflow.needs import needing
from tests.editorial.test_drafts import save_draft
from tests.editorial.test_revisions import address
from tests.factories import DATES, make_article, make_phase, make_source, make_symptom

pytestmark = pytest.mark.django_db


def form_of(admin, source: Source) -> dict:
    page = admin.get(f"/admin/editorial/source/{source.pk}/change/")
    fields = page.context["adminform"].form.initial
    return {name: "" if value is None else value for name, value in fields.items()}


def test_retracted_source_marks_its_pages_due_and_tells_readers(admin, client):
    source, today = make_source("old-study"), timezone.localdate()
    make_source("new-study")
    citing = make_article(title="Citing", slug="citing", body="Text.[@a-source; @old-study]")
    draft = make_article(title="Not out", slug="draft", body="Text.[@old-study]", status="draft", published_at=None)
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    fresh = {"title": "Fresh", "slug": "fresh", "reviewed_on": today, "published_at": tomorrow}
    checked_today = make_article(body="Text.[@old-study]", **fresh)
    other = make_article(title="Other", slug="other", body="Mail [@old-study2] and old-study.")
    save_draft(admin, other, body="Mail [@old-study2].")
    stage = make_phase()
    make_symptom(stage, what_helps="Rest.[@old-study]")
    GlossaryTerm.objects.create(slug="w", word="wording", meaning="A word.[@old-study]")

    html = admin.get(f"/admin/editorial/source/{source.pk}/change/").content.decode()
    for page in (citing, draft, checked_today, stage):
        assert f"/{page.pk}/change/" in html and f"({page.state})" in html
    assert "wording</a> (word)" in html and ">Other</a>" not in html

    change = form_of(admin, source) | {"status": "superseded", "superseded_by": Source.objects.get(key="new-study").pk}
    response = admin.post(f"/admin/editorial/source/{source.pk}/change/", change, follow=True)
    told = [str(message) for message in response.context["messages"]]
    assert "Due for review, because they cite it: A stage, Fresh (scheduled), Citing." in told, told
    for page, due_on in ((citing, today), (stage, today), (checked_today, today + datetime.timedelta(days=1))):
        page.refresh_from_db()
        assert page.review_due_on == due_on
        assert revisions.history(page).count() == 2
        assert LogEntry.objects.filter(object_id=page.pk, change_message__contains="old-study is superseded").exists()
    said = [revisions.history(row).first().revision.get_comment() for row in (source, citing, stage)]
    assert {each.partition(" and ")[0] for each in said} == {"Changed Status of old-study to Superseded"}
    assert set(needing("due", Article.objects.all(), None)) == {citing, checked_today}
    html = admin.get(f"/admin/articles/article/{checked_today.pk}/change/").content.decode()
    assert "old-study is superseded: what rests on it needs another source" in html
    for page in (draft, other):
        page.refresh_from_db()
        assert page.review_due_on == DATES["review_due_on"]
    client.logout()
    assert "<strong>Replaced by An office, A report.</strong>" in client.get("/articles/citing/").content.decode()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"doi": "https://doi.org/10.1136/bmj.c5475"}, "without https"),
        ({"doi": "10.1/A"}, "10.1136"),
        ({"doi": "10.1000/ABC"}, "other is the same document"),
        ({"pmid": "PMID 28446428"}, "the number alone"),
        ({"url": "http://example.org/"}, "https://"),
        ({"url": "javascript:alert(1)"}, "https://"),
        ({"archive_url": "ftp://example.org/"}, "https://"),
        ({"year": 2020, "published_on": "2021-05"}, "another year"),
        ({"published_on": "May 2021"}, "2021-05"),
        ({"superseded_by": "other"}, "superseded"),
    ],
)
def test_source_that_contradicts_itself_or_another_is_refused(values, told):
    other = Source.objects.create(key="other", organization="An office", title="A report", doi="10.1000/abc")
    if values.get("superseded_by"):
        values = {"superseded_by": other}
    source = Source(key="a-source", organization="An office", title="A report", **values)
    with pytest.raises(ValidationError, match=told):
        source.full_clean()


def test_source_does_not_replace_itself():
    source = make_source()
    source.status, source.superseded_by = Source.Status.SUPERSEDED, source
    with pytest.raises(ValidationError, match="never itself"):
        source.full_clean()


def test_starter_sources_are_valid_and_named_once(guide):
    for source in Source.objects.all():
        source.full_clean()
    assert Source.objects.exclude(kind="").count() > 150
    assert Source.objects.get(key="santo-2021").pmcid == "PMC8173472"
    assert Source.objects.get(key="xbot-2018").doi == "10.1016/S0140-6736(17)32812-X"


def test_source_that_is_gone_leads_to_its_archived_copy(client):
    Source.objects.create(
        key="gone", organization="An office", title="A page", url="https://gone.example/", status="gone",
        archive_url="https://web.archive.org/web/2020/https://gone.example/",
    )  # fmt: skip
    make_article(body="Text.[@gone]")
    html = client.get("/articles/an-article/").content.decode()
    assert 'href="https://web.archive.org/web/2020/https://gone.example/"' in html and 'href="https://gone' not in html
    assert "<strong>No longer at its address.</strong>" in html


def test_word_and_topic_say_where_they_are_used(admin):
    word = GlossaryTerm.objects.create(slug="dope", word="opioid", also="opioids", meaning="A drug.")
    topic = Topic.objects.create(name="Safety", slug="safety")
    article = make_article(title="Explains it", slug="explains", body="Opioids.[@a-source]", status="draft")
    article.topics.add(topic)
    make_article(title="Does not", slug="does-not", body="[opioid](/articles/) and opioidy.[@a-source]")
    html = admin.get(f"/admin/editorial/glossaryterm/{word.pk}/change/").content.decode()
    assert "Explains it</a> (Draft)" in html and "Does not" not in html
    html = admin.get(f"/admin/articles/topic/{topic.pk}/change/").content.decode()
    assert f'href="/admin/articles/article/?topics__id__exact={topic.pk}">1 in this topic</a>' in html
    assert ">-</a>" not in admin.get("/admin/articles/article/").content.decode()


def test_draft_of_a_deleted_page_keeps_no_source_or_picture_from_being_opened(admin):
    page, picture = make_article(), Picture.objects.create(name=f"{'a' * 32}.jpg")
    save_draft(admin, page, body=f"{page.body}\n\n![A hand]({picture.path}) Cited.[@a-source]")
    page.delete()
    for row in (Source.objects.get(key="a-source"), picture):
        assert admin.get(address(row)).status_code == 200
