"""Comparing treatments: narrowed by plain parameters, shareable, honest about what is not known."""

import re

import pytest

from phases.compare import ANSWERS, HELPS_WITH, CompareForm
from phases.models import TreatmentOption
from tests.factories import make_treatment

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]
URL = "/treatments/compare/"


def names(client, **answers) -> list[str]:
    html = client.get(URL, answers).content.decode()
    return re.findall(r'scope="rowgroup" colspan="3"><a href="[^"]+">([^<]+)', html)


def row_of(client, name: str) -> str:
    return client.get(URL, {"all": ""}).content.decode().split(f">{name}</a>")[1].split("</tbody>")[0]


def test_medicines_are_compared_where_nothing_is_chosen_and_a_link_leads_to_all(client, guide):
    medicines = TreatmentOption.objects.published().filter(kind="medication")
    assert names(client) == list(medicines.values_list("name", flat=True)) and len(medicines) == 5
    everything = TreatmentOption.objects.published().count()
    assert f'href="{URL}?all">Show all {everything} options</a>' in client.get(URL).content.decode()
    assert len(names(client, all="")) == everything
    assert f'href="{URL}">Show medicines only</a>' in client.get(URL, {"all": ""}).content.decode()


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


def test_every_answer_that_is_known_has_a_mark():
    for name, marks in HELPS_WITH.items():
        known = set(TreatmentOption._meta.get_field(name).choices or ()) - {("not-known", "Not known")}
        assert set(marks) == {value for value, _ in known}
        for value, words in known:
            assert marks[value] == (
                "yes" if words.startswith("Yes") else "no" if words.startswith("No") else "partly"
            ) or (words == "Not shown")


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


def test_choice_is_in_the_url_and_comes_back_selected(client, guide):
    html = client.get(URL, {"place": "home"}).content.decode()
    assert '<option value="home" selected>' in html
    assert 'rel="canonical" href="http://127.0.0.1:8000/treatments/compare/"' in html


@pytest.mark.parametrize(
    "query", ["?place=nowhere", "?place=%00", "?x=1", "?place=home&place=stay", "?soon=" + "9" * 5000]
)
def test_address_that_makes_no_sense_still_answers(client, guide, query):
    response = client.get(URL + query)
    assert response.status_code == 200 and not response.cookies
    assert b"<title>Compare treatment options</title>" in response.content


def test_every_fact_in_the_table_cites_a_source(guide):
    """Whatever is said of an option rests on a note, and each note on sources."""
    for option in TreatmentOption.objects.published():
        assert "[@" in option.compare_note, option
        option.full_clean()


def test_only_opioid_medicine_is_linked_to_fewer_overdose_deaths(guide):
    lower = TreatmentOption.objects.filter(overdose_risk="lower").values_list("slug", flat=True)
    assert set(lower) == {"methadone", "buprenorphine"}


def test_each_option_has_three_answers_in_words_or_one_that_nothing_is_clear(client, guide):
    html = client.get(URL, {"all": ""}).content.decode()
    table = html.split('<table class="compare">')[1].split("</table>")[0]
    assert re.findall(r'<th scope="col">([^<]+)', table) == ["Withdrawal", "Craving", "Staying alive"]
    for row in table.split("<tbody>")[1:]:
        cells = re.findall(r"<td([^>]*)>([^<]+)", row)
        assert [words for _, words in cells] == ["No clear answer yet"] or len(cells) == 3, row
        assert all("class=" in mark for mark, words in cells if words[0].isalpha() and words != "No clear answer yet")
    assert "Not known" not in table and 'class="cite"' not in table


def test_what_the_answers_rest_on_is_folded_below_the_table(client, guide):
    html = client.get(URL).content.decode()
    assert html.index("</table>") < html.index("Where these answers come from") < html.index("weeks to work fully")


def test_medicine_that_can_bring_on_withdrawal_is_never_said_to_help_with_it(client, guide):
    for name in ("Extended-release naltrexone", "Naloxone (Narcan): get it and use it"):
        assert '<td class="no">No: it can bring it on</td>' in row_of(client, name)


def test_methadone_and_the_shot_are_not_said_to_be_had_at_home_or_now(client, guide):
    methadone, shot = row_of(client, "Methadone"), row_of(client, "Extended-release naltrexone")
    assert "At a clinic, most days at first. Start: once a clinic takes you on." in methadone
    assert '<td class="yes">Yes: linked to fewer deaths</td>' in methadone
    assert "At home, with clinic visits. Start: only once you are fully off opioids." in shot
    assert '<td class="partly">Maybe</td><td class="partly">Not shown</td>' in shot


def test_treatment_cannot_take_the_address_of_the_comparison():
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError, match="taken by another page"):
        make_treatment(slug="compare").full_clean()
