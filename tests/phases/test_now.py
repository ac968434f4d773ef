"""Where am I now: right about heroin, silent about hours it cannot know, and it stores nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from phases.models import Phase
from phases.now import SINCE, Substance, place

pytestmark = pytest.mark.django_db
URL = "/phases/now/"


@pytest.mark.parametrize(
    ("since", "stage"),
    [
        ("under-6", None),
        ("6-12", "Initial withdrawal"),
        ("12-24", "Initial withdrawal"),
        ("24-48", "Peak withdrawal"),
        ("48-72", "Peak withdrawal"),
        ("3-5", "Peak withdrawal"),
        ("10-28", "Post-acute withdrawal"),
        ("over-28", "Post-acute withdrawal"),
    ],
)
def test_answer_names_the_stage_for_heroin(guide, since, stage):
    answer = place(SINCE[since][1], Substance.HEROIN, list(Phase.objects.published().with_symptoms()))
    assert (answer.phase.name if answer.phase else None) == stage


def test_answer_page_shows_stage_symptoms_and_the_readers_place(client, guide):
    html = client.post(URL, {"since": "48-72", "substance": "heroin"}).content.decode()
    assert "You may be in: peak withdrawal" in html
    assert "Nausea and vomiting" in html
    assert 'class="now"' in html
    assert "tel:911" in html and "tel:988" in html


@pytest.mark.parametrize("substance", ["fentanyl", "methadone"])
def test_answer_gives_no_stage_and_no_place_where_heroins_hours_do_not_apply(client, guide, substance):
    html = client.post(URL, {"since": "48-72", "substance": substance}).content.decode()
    assert 'class="now"' not in html
    assert "You may be in" not in html
    assert "tel:911" in html


def test_answer_for_fentanyl_holds_no_hours(client, guide):
    import re

    html = client.post(URL, {"since": "12-24", "substance": "fentanyl"}).content.decode()
    main = html.split("<main", 1)[1].split('<section class="sources"')[0]
    assert not re.search(r"\d+ (to \d+ )?hours", main)


def test_answer_always_says_what_helps_and_what_many_people_feel(client, guide):
    for since in SINCE:
        for substance, _ in Substance.choices:
            html = client.post(URL, {"since": since, "substance": substance}).content.decode()
            assert "What helps now" in html, (since, substance)
            if since != "under-6" or substance != "heroin":
                assert "What many people feel" in html, (since, substance)
            if substance == "heroin" and since != "unknown":
                assert "What comes after this" in html, (since, substance)


def test_answer_for_i_do_not_know_still_helps(client, guide):
    html = client.post(URL, {"since": "unknown", "substance": "heroin"}).content.decode()
    assert "Not knowing is fine" in html


def test_answer_never_says_that_all_is_well(client, guide):
    for since in SINCE:
        for substance, _ in Substance.choices:
            html = client.post(URL, {"since": since, "substance": substance}).content.decode().lower()
            assert "you are fine" not in html and "you're fine" not in html


def test_question_stores_nothing_and_sets_no_cookie(client, guide):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.post(URL, {"since": "6-12", "substance": "heroin"})
    assert all(query["sql"].lstrip().upper().startswith("SELECT") for query in queries)
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]


def test_question_unanswered_comes_back_with_errors(client, guide):
    response = client.post(URL, {"since": "48-72"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: " in html
    assert "There is a problem" in html
    assert 'value="48-72" required' in html or "checked" in html


@pytest.mark.parametrize("data", [{"since": "x", "substance": "y"}, {"since": "\x00", "substance": ["a", "b"]}, {}])
def test_question_with_absurd_answers_is_politely_refused(client, guide, data):
    assert client.post(URL, data).status_code == 422


def test_question_takes_no_other_method(client):
    assert client.put(URL).status_code == 405
