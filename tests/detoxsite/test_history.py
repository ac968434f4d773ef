"""Readers are told what changed, what a page said before and what was wrong, and never as if it were true now."""

import datetime

import pytest
import reversion
from django.utils import timezone

from articles.models import Article
from editorial.models import ChangeRecord
from editorial.workflow.change_kinds import record
from tests.factories import make_article, make_phase, make_source, make_symptom, make_treatment

pytestmark = pytest.mark.django_db
Kind = ChangeRecord.Kind


def saved(page, kind, note="", **values):
    with reversion.create_revision():
        for name, value in values.items():
            setattr(page, name, value)
        page.save()
        record(page, kind, note=note)


@pytest.fixture
def article():
    article = make_article(title="Sleep", slug="sleep", body=f"The first words. [@{make_source().key}]")
    saved(article, Kind.NEW)
    saved(article, Kind.CORRECTION, "We said first. It is second.", body="The second words.")
    return article


def text_of(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def test_page_says_its_correction_for_thirty_days_and_links_to_its_history(client, article):
    assert "We said first. It is second." in text_of(client, "/articles/sleep/")
    assert 'href="/articles/sleep/changes/"' in text_of(client, "/articles/sleep/")
    ChangeRecord.objects.filter(kind=Kind.CORRECTION).update(at=timezone.now() - datetime.timedelta(days=31))
    article.save()  # the content's snapshot is read again
    assert "We said first" not in text_of(client, "/articles/sleep/")
    assert "We said first. It is second." in text_of(client, "/corrections/")


def test_safety_correction_of_a_stage_stays_ninety_days_on_its_symptoms_too(client):
    stage = make_phase()
    make_symptom(stage, slug="sweats")
    saved(stage, Kind.SAFETY_CORRECTION, "It could hurt you.")
    ChangeRecord.objects.update(at=timezone.now() - datetime.timedelta(days=80))
    stage.save()
    for path in (stage.get_absolute_url(), "/symptoms/sweats/"):
        assert "It could hurt you." in text_of(client, path)


def test_history_of_a_page_lists_all_kinds_and_none_of_its_drafts(client, article):
    saved(article, Kind.WORDING, body="The 2nd words.")
    saved(article, Kind.DRAFT)
    page = text_of(client, "/articles/sleep/changes/")
    assert [page.count(word) for word in ("<strong>Published", "<strong>Correction", "<strong>Wording")] == [1, 1, 1]
    assert "/articles/sleep/v/3/" in page and "<strong>Draft" not in page
    assert '<li><a href="/articles/">Articles</a></li>' in page


def test_old_version_shows_the_words_of_then_marked_and_not_indexed(client, article):
    page = text_of(client, "/articles/sleep/v/1/")
    assert "The first words." in page and "The second words." not in page
    assert "Do not follow it." in page and '<meta name="robots" content="noindex">' in page
    assert '/articles/sleep/">' in page and "application/ld+json" not in page
    assert "tel:911" in page and "We said first" not in page  # what was corrected since is not of this version
    assert text_of(client, "/articles/sleep/v/3/", 404)
    assert text_of(client, f"/articles/sleep/v/{10**30}/", 404)


@pytest.mark.parametrize("make", [make_phase, make_treatment])
def test_old_version_of_each_kind_of_page_is_shown(client, make):
    page = make()
    saved(page, Kind.NEW)
    saved(page, Kind.UPDATE, "More is known.", summary="A new summary that is certainly long enough to be published.")
    old = text_of(client, f"{page.get_absolute_url()}v/1/")
    assert "Do not follow it." in old and "A new summary" not in old


def test_changes_of_the_guide_leave_out_wording_and_what_nobody_may_see(client, article):
    hidden = make_article(title="Not yet", slug="not-yet", status=Article.Status.DRAFT)
    saved(hidden, Kind.NEW)
    saved(article, Kind.WORDING)
    for path in ("/changes/", "/changes/feed/"):
        page = text_of(client, path)
        assert "We said first. It is second." in page
        assert "Not yet" not in page and "Wording" not in page
    assert text_of(client, "/articles/not-yet/changes/", 404)
    assert text_of(client, "/articles/not-yet/v/1/", 404)


def test_page_that_was_taken_down_keeps_its_history(client, article):
    saved(article, Kind.ARCHIVED, status=Article.Status.ARCHIVED)
    assert "was taken down" in text_of(client, "/articles/sleep/changes/")
    assert "The page was taken down." in text_of(client, "/articles/sleep/v/2/")
    assert "Taken down" in text_of(client, "/changes/")
    assert 'href="/articles/sleep/"' not in text_of(client, "/changes/")


def test_pages_first_published_on_one_day_are_one_line(client, article):
    for number in range(60):
        saved(make_article(title=f"Page {number}", slug=f"page-{number}"), Kind.NEW)
    page = text_of(client, "/changes/")
    assert "61 new pages" in page and page.count("<time") == 2  # the correction, and all that is new
    assert 'href="/articles/page-59/"' in page and "?page=2" not in page


@pytest.mark.parametrize("asked", ["0", "2", "-1", "x", "١", "99999999999"])
def test_lists_of_changes_have_no_such_page(client, article, asked):
    assert text_of(client, f"/changes/?page={asked}", 404)


def test_corrections_say_that_there_are_none(client):
    assert "None so far." in text_of(client, "/corrections/")
