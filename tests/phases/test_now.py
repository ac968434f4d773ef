"""Where am I now: right about heroin, silent about hours it cannot know, and it stores nothing."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from phases.models import Phase
from phases.now import answer_for
from phases.now_form import SINCE, Substance

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]
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
    answer = answer_for(SINCE[since][1], Substance.HEROIN, list(Phase.objects.published().with_symptoms()))
    assert (answer.phase.name if answer.phase else None) == stage


def test_answer_page_shows_stage_symptoms_and_the_readers_place(client, guide):
    html = client.post(URL, {"since": "48-72", "substance": "heroin"}).content.decode()
    assert "You may be in the hardest part" in html
    assert "Nausea and vomiting" in html
    assert 'class="now"' in html
    assert "tel:911" in html and "tel:988" in html


@pytest.mark.parametrize(
    ("since", "amount", "unit", "stage"),
    [
        ("unknown", "3", "hours", "It may not have begun yet"),
        ("6-12", "12", "hours", "Withdrawal may be starting"),
        ("12-24", "30", "hours", "You may be in the hardest part"),
        ("", "1.5", "days", "You may be in the hardest part"),
        ("over-28", "60", "days", "You may be past the worst"),
    ],
)
def test_answer_goes_by_an_exact_number_where_one_is_given(client, guide, since, amount, unit, stage):
    data = {"since": since, "amount": amount, "unit": unit, "substance": "heroin"}
    html = client.post(URL, data).content.decode()
    heading = html.split("<h1>")[1].split("</h1>")[0]
    assert stage in heading and f"Heroin, {amount} {unit} ago" in heading


@pytest.mark.parametrize("amount", ["-1", "x", "1e9", "99999999999", "nan", "inf", "1.2345", "2000"])
def test_answer_refuses_a_number_that_is_none(client, guide, amount):
    response = client.post(URL, {"amount": amount, "unit": "days", "substance": "heroin"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "Write " in html.split('role="alert"')[1].split("</ul>")[0]


def test_windows_name_what_usually_changes_and_each_change_once(guide):
    phases = list(Phase.objects.published().with_symptoms())
    answer = answer_for((18, 18), Substance.HEROIN, phases)
    assert [(window.after, window.until) for window in answer.ahead] == [(0, 6), (6, 72)]
    first, last = answer.ahead
    assert [phase.name for phase in first.phases] == ["Peak withdrawal"]
    assert {"Nausea and vomiting", "Diarrhea"} <= {symptom.name for symptom in first.begins}
    assert not last.eases  # it starts at 42 hours
    begun = [symptom for window in answer.ahead for symptom in window.begins]
    assert len(begun) == len(set(begun))
    for window in answer.ahead:
        assert all(18 + window.after < symptom.onset_from <= 18 + window.until for symptom in window.begins)


@pytest.mark.parametrize(
    ("hour", "cravings", "sleep"),
    [
        (9, "Early cravings", "Insomnia"),
        (36, "Intense cravings", "Insomnia"),
        (12 * 24, "Lasting cravings", "Sleep problems"),
    ],
)
def test_answer_names_what_is_one_thing_once_and_by_its_name_at_that_stage(guide, hour, cravings, sleep):
    phases = list(Phase.objects.published().with_symptoms())
    likely = answer_for((hour, hour), Substance.HEROIN, phases).likely_now
    assert [symptom.name for symptom in likely if symptom.thing == "cravings"] == [cravings]
    assert [symptom.name for symptom in likely if symptom.thing == "sleep"] == [sleep]


@pytest.mark.parametrize("hours", [(12, 24), None])
def test_answer_without_a_stage_names_what_is_one_thing_once(guide, hours):
    likely = answer_for(hours, Substance.FENTANYL, list(Phase.objects.published().with_symptoms())).likely_now
    assert [symptom.name for symptom in likely if symptom.thing == "cravings"] == ["Intense cravings"]


def test_windows_let_nothing_begin_that_is_there_and_nothing_ease_that_goes_on(guide):
    phases = list(Phase.objects.published().with_symptoms())
    (first, *_), (before, *_), (day, *_) = (
        answer_for((hour, hour), Substance.HEROIN, phases).ahead for hour in (2, 166, 167.5)
    )
    assert [symptom.name for symptom in first.begins if symptom.thing == "cravings"] == ["Early cravings"]
    for window in (before, day):
        assert "Lasting cravings" not in {symptom.name for symptom in window.begins}
        eases = {symptom.name for symptom in window.eases}
        assert "Irritability" in eases and not {"Early cravings", "Intense cravings", "Insomnia"} & eases


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({"amount": "30"}, ["The next 24 hours", "1 to 3 days from now"]),
        ({"amount": "2"}, ["The next 6 hours", "6 to 24 hours from now", "1 to 3 days from now"]),
        ({"since": "over-28"}, ["The next 3 days"]),
    ],
)
def test_answer_page_shows_three_days_ahead_in_rows_that_differ(client, guide, asked, rows):
    html = client.post(URL, asked | {"substance": "heroin"}).content.decode()
    coming = html.split('id="coming"')[1].split("</section>")[0]
    assert re.findall("<dt>(.*?)</dt>", coming) == rows
    assert len(set(re.findall("<dd>([^<]*)", coming))) == len(rows)


def test_answer_for_heroin_warns_that_fentanyl_may_be_in_it(client, guide):
    html = client.post(URL, {"since": "12-24", "substance": "heroin"}).content.decode()
    assert "these times may not fit you" in html


def test_answer_passes_its_input_to_the_check_in_and_no_url_has_any(client, guide):
    html = client.post(URL, {"amount": "2", "unit": "days", "substance": "heroin"}).content.decode()
    assert '<input type="hidden" name="since" value="48-72">' in html
    assert "?since" not in html and "?amount" not in html


@pytest.mark.parametrize("substance", ["fentanyl", "methadone"])
def test_answer_gives_no_stage_and_no_place_where_heroins_hours_do_not_apply(client, guide, substance):
    html = client.post(URL, {"since": "48-72", "substance": substance}).content.decode()
    assert 'class="now"' not in html
    assert "You may be in" not in html
    assert "tel:911" in html


def test_answer_for_fentanyl_holds_no_hours(client, guide):
    html = client.post(URL, {"since": "12-24", "substance": "fentanyl"}).content.decode()
    main = html.split("</h1>", 1)[1].split('<details class="sources')[0]
    assert not re.search(r"\d+ (to \d+ )?hours", main)


def test_answer_always_says_what_helps_and_what_many_people_feel(client, guide):
    for since in SINCE:
        for substance, _ in Substance.choices:
            html = client.post(URL, {"since": since, "substance": substance}).content.decode()
            assert "What helps now" in html, (since, substance)
            if "What many people feel" in html:  # long lists, which somebody who is sick need not pass first
                assert html.index("What helps now") < html.index("What many people feel"), (since, substance)
            if since != "under-6" or substance != "heroin":
                assert "What many people feel" in html, (since, substance)
            if substance == "heroin" and since != "unknown":
                assert "What comes next" in html, (since, substance)


def test_answer_for_i_do_not_know_still_helps(client, guide):
    html = client.post(URL, {"since": "unknown", "substance": "heroin"}).content.decode()
    assert "Not sure when you last used? That is OK" in html and "The worst is usually day 2 to 3" in html


def test_answer_never_says_that_all_is_well(client, guide):
    for since in SINCE:
        for substance, _ in Substance.choices:
            html = client.post(URL, {"since": since, "substance": substance}).content.decode().lower()
            assert "you are fine" not in html and "you're fine" not in html


@pytest.mark.parametrize(
    ("substance", "heading"),
    [("fentanyl", "Fentanyl withdrawal is hard to predict"), ("unsure", "Not sure what you took? That is OK")],
)
def test_fentanyl_answer_says_that_nobody_can_say_the_hours(client, guide, substance, heading):
    html = client.post(URL, {"since": "12-24", "substance": substance}).content.decode()
    assert heading in html and "We give no times for fentanyl" in html and "hours from now" not in html


@pytest.mark.parametrize("path", [URL, f"{URL}check-in/"])
def test_form_asks_the_browser_to_remember_nothing(client, guide, path):
    response = client.get(path)
    forms = response.content.decode().split("<form")[1:]
    assert all('method="post"' in form and 'autocomplete="off"' in form for form in forms)
    assert "no-store" in response["Cache-Control"]


def test_answers_reach_no_log(client, guide, caplog):
    client.post(URL, {"since": "12-24", "amount": "zzz", "substance": "fentanyl"})
    client.post(f"{URL}check-in/", {"danger": "zzz", "fluids": "no"})
    assert "zzz" not in caplog.text and "12-24" not in caplog.text


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
    assert 'value="48-72"' in html and "checked" in html


@pytest.mark.parametrize("data", [{"since": "x", "substance": "y"}, {"since": "\x00", "substance": ["a", "b"]}, {}])
def test_question_with_absurd_answers_is_politely_refused(client, guide, data):
    assert client.post(URL, data).status_code == 422


def test_question_takes_no_other_method(client):
    assert client.put(URL).status_code == 405


@pytest.mark.parametrize("days", [190, 365, 1000])
def test_long_after_the_last_stage_tolerance_comes_first_and_nothing_is_said_to_begin(client, guide, days):
    page = client.post("/phases/now/", {"amount": days, "unit": "days", "substance": "heroin"}).content.decode()
    assert "You may be past the stages" in page
    assert "may not have begun" not in page and "First signs" not in page and "What comes next" not in page
    assert page.count("The amount you used before can kill you now") == 1
    assert page.index("The amount you used before can kill you now") < page.index("What to do now")


@pytest.mark.parametrize("substance", ["heroin", "fentanyl", "methadone"])
def test_answer_weeks_later_names_lost_tolerance_before_anything_that_reassures(client, guide, substance):
    page = client.post("/phases/now/", {"since": "over-28", "substance": substance}).content.decode()
    assert page.index("The amount you used before can kill you now") < page.index('class="lede"')
