"""The check-in: danger first, then help for what is felt; no score, no all-clear, nothing kept."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editorial.text.checks import check_sources
from editorial.text.markdown import plain_text
from phases.checkin import DANGERS, VERY_LOW
from phases.models import Phase, Symptom

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]
URL = "/phases/now/check-in/"


def sheet(client, **data) -> str:
    response = client.post(URL, data)
    assert response.status_code == 200
    return response.content.decode().split("<main", 1)[1].split('<details class="sources')[0]


def words(html: str) -> str:
    return " ".join(re.sub(r"<sup.*?</sup>|<[^>]+>", "", html).split())


def test_check_in_asks_about_danger_first(client, guide):
    assert f'href="{URL}"' in client.get("/phases/now/").content.decode()
    html = client.get(URL).content.decode()
    form = html[html.index('class="check-in"') :]
    assert form.index('name="danger"') < form.index('name="felt"') < form.index('name="fluids"')
    for symptom in Symptom.objects.published():
        assert f'name="felt" value="{symptom.slug}"' in form


def test_check_in_groups_every_symptom_plainly(client, guide):
    assert not Symptom.objects.filter(area="other").exists()
    html = client.get(URL).content.decode()
    for group in ("Stomach and gut", "Aches, shakes and heartbeat", "Sleep and energy", "Wanting to use"):
        assert f"<legend>{group}</legend>" in html


@pytest.mark.parametrize("sign", DANGERS, ids=lambda sign: sign.key)
def test_danger_sign_comes_first_with_its_level_and_what_to_do(client, guide, sign):
    html = sheet(client, danger=sign.key, felt=["insomnia"])
    place = html.index(str(sign.question))
    assert place < html.index("What you feel, and what helps")
    assert str(sign.level.label) in html[place : place + 400]
    assert plain_text(str(sign.action)) in words(html)
    assert 'href="tel:911"' in html and 'href="tel:988"' in html


def test_danger_signs_keep_their_order_however_they_were_checked(client, guide):
    html = sheet(client, danger=[sign.key for sign in reversed(DANGERS)])
    places = [html.index(f"{sign.question}.") for sign in DANGERS]
    assert places == sorted(places)


@pytest.mark.parametrize(("answer", "key"), [({"fluids": "no"}, "fluids"), ({"mood": "suicide"}, "suicide")])
def test_answer_that_amounts_to_a_danger_sign_is_taken_as_one(client, guide, answer, key):
    action = next(str(sign.action) for sign in DANGERS if sign.key == key)
    assert plain_text(action) in words(sheet(client, **answer))


def test_very_low_mood_brings_a_line_on_988_and_once_where_suicide_is_named_too(client, guide):
    html = sheet(client, mood="very-low", danger="pregnant")
    place = html.index("Your mood is very low.")
    assert "Call or text 988 now." in html[place : place + 400]
    assert place < html.index("if any of these comes") and plain_text(str(VERY_LOW.action)) in words(html)
    assert place < html.index("Be seen today.")
    assert "Your mood is very low." not in sheet(client, mood="very-low", danger="suicide")
    assert "Your mood is very low." not in sheet(client, mood="low")


def test_every_action_cites_a_known_source_and_names_its_number_as_a_link(guide):
    for sign in (*DANGERS, VERY_LOW):
        assert check_sources([str(sign.action)]), sign
        assert sign.level == "today" or f"(tel:{sign.level})" in sign.action


def test_alcohol_or_benzos_bring_the_warning_not_to_stop_suddenly(client, guide):
    html = sheet(client, others=["benzos"])
    assert "Do not stop them suddenly" in html and "Shaking already? Go to an emergency room." in html


def test_sheet_says_what_helps_for_each_thing_felt_and_when_to_worry(client, guide):
    html = sheet(client, felt=["nausea-and-vomiting", "restless-legs"])
    for words in ("Nausea and vomiting", "Restless legs", "stretch gently if you feel able", "or you see blood, call"):
        assert words in html
    assert "Runny nose" not in html


def test_sheet_always_lists_the_warning_signs_and_never_gives_the_all_clear(client, guide):
    for symptom in Symptom.objects.published():
        html = sheet(client, felt=[symptom.slug], fluids="yes", mood="steady").lower()
        assert "that does not mean there is no danger" in html
        assert "you cannot keep fluids down" in html
        assert not re.search(r"you('| a)re (fine|ok|safe|well)|no need to|score: |\bpoints\b|low risk", html)


def test_sheet_counts_nothing(client, guide):
    """The same words for one symptom, whatever else is ticked: no sum, no cut-off."""
    text = re.sub(r"<sup.*?</sup>", "", sheet(client, felt=list(Symptom.objects.values_list("slug", flat=True))))
    tags_off = re.sub(r"<[^>]+>", "", text.split("What to tell a doctor or nurse")[1].split("</main")[0])
    assert not re.search(r"\b\d+ (of|out of|symptoms|things)\b", tags_off)


def test_sheet_has_what_a_clinician_asks(client, guide):
    html = sheet(client, since="24-48", substance="fentanyl", how="injected", others=["alcohol"], danger="pregnant")
    notes = re.sub(r"<[^>]+>", "|", html.split("What to tell a doctor or nurse")[1])
    for words in ("1 to 2 days ago", "Fentanyl", "Injected", "Alcohol", "Yes, or might be"):
        assert words in notes
    assert "Can you keep drinks down?||" in notes  # left open: a line to write on
    assert "Yes, or might be" not in sheet(client, felt=["shaking"])


def test_check_in_left_empty_comes_back_with_a_way_on(client, guide):
    response = client.post(URL, {})
    html = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: " in html and "Check at least one thing" in html


@pytest.mark.parametrize(
    "data",
    [{"felt": "no-such"}, {"felt": "\x00"}, {"danger": "x"}, {"since": "y"}, {"others": ["z"] * 400}],
)
def test_check_in_with_absurd_answers_is_politely_refused(client, guide, data):
    assert client.post(URL, data).status_code == 422


def test_check_in_opens_with_what_was_answered_before(client, guide):
    html = client.post(URL, {"begin": "1", "since": "48-72", "substance": "heroin"}).content.decode()
    assert '<option value="48-72" selected>' in html and '<option value="heroin" selected>' in html
    assert "There is a problem" not in html


def test_check_in_keeps_checked_boxes_when_it_comes_back(client, guide):
    html = client.post(URL, {"felt": ["insomnia"], "since": "nonsense"}).content.decode()
    assert 'value="insomnia" checked' in html


def test_check_in_stores_nothing_sets_no_cookie_and_is_kept_nowhere(client, guide):
    with CaptureQueriesContext(connection) as queries:
        response = client.post(URL, {"felt": ["insomnia"], "danger": "seizure"})
    assert all(query["sql"].lstrip().upper().startswith("SELECT") for query in queries)
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]
    assert 'name="robots" content="noindex"' in response.content.decode()


def test_check_in_offers_no_symptom_of_a_draft(client, guide):
    Phase.objects.filter(slug="post-acute-withdrawal").update(status="draft")
    assert "lasting-cravings" not in client.get(URL).content.decode()
    assert client.post(URL, {"felt": "lasting-cravings"}).status_code == 422


def test_check_in_takes_no_other_method(client):
    assert client.put(URL).status_code == 405


def test_red_box_holds_no_number_of_the_clinic(client, guide):
    box = sheet(client, danger="seizure").split('card--emergency" aria-labelledby="danger"')[1].split("</section>")[0]
    assert "tel:911" in box and "tel:988" in box and "tel:+18665121908" not in box


@pytest.mark.parametrize("substance", ["heroin", "fentanyl", "unsure"])
def test_sheet_names_what_else_street_drugs_hold(client, guide, substance):
    html = sheet(client, substance=substance)
    assert "xylazine" in html and "medetomidine" in html and "do not wait it out" in html


def test_any_fever_of_somebody_who_injects_is_seen_the_same_day(client, guide):
    assert "Fever alone, and you inject? Be seen today." in words(sheet(client, danger="infection"))
    page = client.get("/symptoms/goosebumps-and-chills/").content.decode()
    assert "If you inject, be seen the same day." in page


@pytest.mark.parametrize(
    "asked", [{"felt": ["shaking"]}, {"danger": ["seizure"], "since": "under-6", "substance": "fentanyl"}]
)
def test_sheet_has_one_red_box_and_one_amber_one_whatever_was_answered(client, guide, asked):
    html = sheet(client, **asked, others=["alcohol", "benzos"])
    assert html.count('class="card card--emergency"') == html.count('class="card card--urgent"') == 1
    assert "Do not stop them suddenly" in html and html.count("Emergency:</span>") <= 2


def test_methadone_beside_another_drug_warns_of_overdose_for_a_day(client, guide):
    answers = {"since": "12-24", "substance": "heroin"}
    assert 'id="just-used"' in sheet(client, **answers, others=["methadone"])
    assert 'id="just-used"' not in sheet(client, **answers, others=["uppers"])
