"""The answer of "Where am I now?" is short, comes first, and folds nothing about safety."""

import pytest

from phases.now_form import SINCE, Substance
from tests.trees import tree_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]
URL = "/phases/now/"


def shown(html: str) -> str:
    """The words in <main> that stand open: no folds, source numbers or pictures."""
    main = tree_of(html).find(".//main")
    for parent in list(main.iter()):
        for child in list(parent):
            if child.get("class") == "cite" or str(child.tag).endswith("svg"):
                child.text, child[:] = "", []
            elif parent.tag == "details" and child.tag != "summary":
                parent.remove(child)
    return " ".join("".join(main.itertext()).split())


ASKED = [{"amount": amount} for amount in ("1", "6", "30", "120", "504", "4800")] + [
    {"since": since} for since in SINCE
]


@pytest.mark.parametrize("substance", [key for key, _ in Substance.choices])
def test_answer_is_short_and_comes_first(client, guide, substance):
    for asked in ASKED:
        words = shown(client.post(URL, asked | {"substance": substance}).content.decode())
        assert len(words.split()) <= 450, (asked, len(words.split()))
        before, next_, rest = words.partition("What comes next")
        assert len(before.split()) <= (80 if next_ else 450), (asked, len(before.split()))
        assert "What to do now Small sips, often." in rest or not next_


@pytest.mark.parametrize(
    "asked", [{"since": "under-6"}, {"since": "24-48"}, {"since": "over-28"}, {"since": "unknown"}]
)
@pytest.mark.parametrize("substance", [key for key, _ in Substance.choices])
def test_nothing_about_safety_is_in_a_fold(client, guide, substance, asked):
    words = shown(client.post(URL, asked | {"substance": substance}).content.decode()).lower()
    for line in (
        "call 911 for any of these",
        "your usual amount can be too much",
        "mixing is a cause of overdose",
        "do not detox alone. people have died",
        "xylazine or medetomidine",
        "pregnant? do not stop suddenly. see a doctor or nurse the same day",
        "bleeding or cramps? emergency room, or 911",
        "fever if you inject? be seen today. spreading wound, new bad back pain? emergency room",
        "alcohol or benzos every day? do not stop them suddenly. that withdrawal can kill. stopped? 911",
        "call or text 988",
        "1-800-662-4357",
        "keep it where others can reach it",
    ):
        assert line in words, line
    assert "london" not in words


@pytest.mark.parametrize("substance", ["heroin", "fentanyl", "pills", "methadone", "unsure"])
def test_answer_begins_with_lost_tolerance_after_a_few_days(client, guide, substance):
    for since, begins in {"48-72": False, "3-5": True, "5-10": True, "10-28": True, "over-28": True}.items():
        words = shown(client.post(URL, {"since": since, "substance": substance}).content.decode())
        before = words.partition("What comes next")[0] or words
        assert ("The amount you used before can kill you now." in before) is begins, since


def test_questions_are_short_and_the_number_is_in_a_fold_until_it_is_wrong(client, guide):
    asked = client.get(URL).content.decode()
    assert '<details class="fold"><summary>Or a number' in asked and 'name="felt"' not in asked
    assert asked.index('name="since"') < asked.index('name="amount"') < asked.index('name="substance"')
    assert '<details class="fold" open>' in client.post(URL, {"amount": "x"}).content.decode()


@pytest.mark.parametrize(
    ("since", "amount", "unit", "fits"),
    [
        ("under-6", "4", "days", False),
        ("under-6", "8", "hours", True),
        ("3-5", "4", "hours", False),
        ("over-28", "1000", "days", True),
    ],
)
def test_number_that_does_not_fit_the_rough_answer_is_asked_for_again(client, guide, since, amount, unit, fits):
    response = client.post(URL, {"since": since, "amount": amount, "unit": unit, "substance": "fentanyl"})
    page = response.content.decode()
    assert response.status_code == (200 if fits else 422)
    assert ("The number does not fit the answer above it." in page) is not fits
    if not fits:
        kept = [".//input[@name='since'][@checked]", ".//input[@name='amount']"]
        assert [tree_of(page).find(each).get("value") for each in kept] == [since, amount]


@pytest.mark.parametrize("substance", [Substance.HEROIN, Substance.FENTANYL, Substance.METHADONE])
@pytest.mark.parametrize("days", [20, 60, 1000])
def test_who_still_feels_sick_after_weeks_is_told_to_be_seen_today(client, guide, substance, days):
    words = shown(client.post(URL, {"amount": days, "unit": "days", "substance": substance}).content.decode())
    assert "Be seen today." in words
    assert f"Still feel sick{' after day 10' * (substance == Substance.HEROIN and days < 100)}?" in words
