"""Pages that are found by the names people have for them, and what is said where the guide has no answer."""

import re

import pytest

from search.query import search

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("plan", "/plan/"),
        ("Pocket card", "/card/"),
        ("where am i now?", "/phases/now/"),
        ("how do i clear history", "/safety/"),
        ("compare treatments", "/treatments/compare/"),
        ("emergency", "/emergency/"),
        ("911", "/emergency/"),
        ("call me", "/contact/"),
        ("crisis", "/emergency/#lines"),
        ("suicide hotline", "/emergency/#lines"),
        ("en español", "/emergency/#lines"),
        ("sobredosis", "/emergency/"),
        ("i'm pregnant and use heroin", "/emergency/#pregnant"),
        ("detox at home", "/treatments/compare/"),
        ("how to home detox", "/treatments/compare/"),
        ("naloxone", "/treatments/naloxone/"),
        ("narcan", "/treatments/naloxone/"),
        ("how to use narcan", "/emergency/"),
        ("naloxne", "/treatments/naloxone/"),
        ("where do i get naloxone", "/treatments/naloxone/"),
        ("how long will it last", "/phases/"),
    ],
)
def test_page_of_that_name_comes_first(guide, typed, address):
    assert search(typed).found[0].url == address


def test_search_for_pregnancy_leads_to_words_that_say_not_to_stop(client, guide):
    (said,) = re.findall(r'<p id="pregnant">(.*?)</p>', client.get("/emergency/").content.decode())
    assert "Do not stop suddenly" in said and "the same day" in said


NO_DOSES = "This guide gives no doses"


@pytest.mark.parametrize(
    "typed",
    [
        "how much methadone",
        "how much suboxone",
        "How many subs",
        "dose",
        "methadone dosage",
        "dosing",
        "how much methdone should i take",
        "how much can i use",
        "safe amount",
        "8 mg",
        "16mg bupe",
        "taper off methadone",
        "microdosing",
        "qqzz dose",
    ],
)
def test_search_for_a_dose_says_above_the_results_that_there_is_none_and_whom_to_ask(client, guide, typed):
    main = client.get("/search/", {"q": typed}).content.decode().split("<main")[1].split("</main")[0]
    before, said = main.split(NO_DOSES)
    assert "results" not in before and "Nothing found" not in before
    said = said.split("<h2")[0]
    for words in ("doctor", "pharmacist", 'href="tel:+18665121908"', "do not decide on an amount by yourself"):
        assert words in said


@pytest.mark.parametrize(
    "typed",
    ["methadone", "overdose", "how much does methadone cost", "how much longer", "how many days", "how much narcan"],
)
def test_search_without_a_dose_shows_no_advice_on_doses(client, guide, typed):
    assert NO_DOSES not in client.get("/search/", {"q": typed}).content.decode()
