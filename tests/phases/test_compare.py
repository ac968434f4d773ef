"""Comparing treatments: narrowed by plain parameters, shareable, honest about what is not known."""

import re

import pytest

from phases.compare import ANSWERS, CompareForm
from phases.models import TreatmentOption
from tests.factories import make_treatment

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]
URL = "/treatments/compare/"


def names(client, **answers) -> list[str]:
    html = client.get(URL, answers).content.decode()
    return re.findall(r'scope="row"><a href="[^"]+">([^<]+)', html)


def test_all_options_are_compared_where_nothing_is_chosen(client, guide):
    assert len(names(client)) == TreatmentOption.objects.published().count()


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"cravings": "eases"}, ["Methadone", "Buprenorphine", "Extended-release naltrexone"]),
        ({"overdose_risk": "lower"}, ["Methadone", "Buprenorphine", "Naloxone (Narcan): get it and use it"]),
        ({"overdose_risk": "lower", "soon": "now"}, ["Naloxone (Narcan): get it and use it"]),
        ({"place": "home", "soon": "now"}, ["Naloxone (Narcan): get it and use it"]),
        ({"place": "home", "soon": "in-withdrawal", "cravings": "eases"}, ["Methadone", "Buprenorphine"]),
        ({"place": "stay", "cravings": "eases"}, ["Buprenorphine"]),
        ({"place": "home", "soon": "later"}, ["Extended-release naltrexone"]),
    ],
)
def test_answers_narrow_the_table(client, guide, answers, found):
    assert names(client, **answers) == found


def test_every_answer_fits_some_option(guide):
    options = list(TreatmentOption.objects.published())
    for name, answers in ANSWERS.items():
        for values in answers.values():
            assert any(getattr(option, name) in values for option in options), (name, values)


def test_questions_of_the_form_and_of_the_rule_are_the_same():
    for name, field in CompareForm().fields.items():
        assert {key for key, _ in field.choices} - {""} == set(ANSWERS[name])


def test_what_is_not_known_never_counts_as_a_yes(client):
    make_treatment()
    assert names(client) == ["A medicine"]
    for name, answers in ANSWERS.items():
        for value in answers:
            assert names(client, **{name: value}) == []


def test_nothing_fits_shows_what_each_choice_costs(client, guide):
    html = client.get(URL, {"medicine": "no", "cravings": "eases"}).content.decode()
    assert "Nothing fits all of that" in html
    assert 'href="/treatments/compare/?cravings=eases">Drop “Medicine: no” and see 3 options' in html
    assert 'href="/treatments/compare/?medicine=no">Drop “Cravings: may ease them” and see 8 options' in html
    assert 'href="/contact/"' in html


def test_nothing_fits_offers_no_choice_that_leads_nowhere_either(client):
    make_treatment()
    html = client.get(URL, {"place": "home", "cravings": "eases"}).content.decode()
    assert "Drop “" not in html and "Show all of them" in html


def test_choice_stands_in_the_address_and_comes_back_chosen(client, guide):
    html = client.get(URL, {"place": "home"}).content.decode()
    assert '<option value="home" selected>' in html
    assert 'rel="canonical" href="http://127.0.0.1:8000/treatments/compare/"' in html


@pytest.mark.parametrize(
    "query", ["?place=nowhere", "?place=%00", "?x=1", "?place=home&place=stay", "?soon=" + "9" * 5000]
)
def test_address_that_makes_no_sense_still_answers(client, guide, query):
    response = client.get(URL + query)
    assert response.status_code == 200 and not response.cookies


def test_every_fact_in_the_table_cites_a_source(guide):
    """Whatever is said of an option rests on a note, and each note on sources."""
    for option in TreatmentOption.objects.published():
        assert "[@" in option.compare_note, option
        option.full_clean()


def test_only_opioid_medicine_is_linked_to_fewer_overdose_deaths(guide):
    lower = TreatmentOption.objects.filter(overdose_risk="lower").values_list("slug", flat=True)
    assert set(lower) == {"methadone", "buprenorphine"}


def test_table_keeps_its_meaning_where_it_is_shown_as_cards(client, guide):
    html = client.get(URL).content.decode()
    assert html.count('<th scope="col">') == 7
    rows = html.count('<th scope="row">')
    for name in ("Where", "Medicine", "How soon", "Cravings", "Overdose risk", "What we know"):
        assert html.count(f"<td><b>{name}</b> ") == rows > 5


def test_methadone_and_the_shot_are_not_said_to_be_had_at_home_or_now(client, guide):
    html = client.get(URL).content.decode()
    rows = {
        name: html.split(f">{name}</a></th>")[1].split("</tr>")[0]
        for name in ("Methadone", "Extended-release naltrexone")
    }
    assert "<b>Where</b> At a clinic, most days at first<" in rows["Methadone"]
    assert "<b>How soon</b> Once a clinic takes you on<" in rows["Methadone"]
    assert "almost every day at first" in rows["Methadone"] and "days to weeks to hold" in rows["Methadone"]
    assert "<b>Where</b> At home, with clinic visits<" in rows["Extended-release naltrexone"]
    assert "<b>Cravings</b> May ease cravings<" in rows["Extended-release naltrexone"]


def test_treatment_cannot_take_the_address_of_the_comparison():
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError, match="taken by another page"):
        make_treatment(slug="compare").full_clean()
