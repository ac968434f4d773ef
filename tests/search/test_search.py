"""Search finds what a tired person types, and takes anything without falling over."""

import re

import pytest

from search.documents import rebuild
from search.models import SearchEntry
from search.query import search
from tests.factories import make_article, make_phase, make_symptom, make_treatment

pytestmark = pytest.mark.django_db

FINDS = [
    ("withdrawl", "withdrawal"),
    ("buprenorfine", "Buprenorphine"),
    ("methodone", "Methadone"),
    ("suboxone", "Buprenorphine"),
    ("runny nose", "Runny nose"),
    ("can't sleep", "Insomnia"),
    ("throwing up", "Nausea and vomiting"),
    ("narcan", "Naloxone"),
    ("vivitrol", "naltrexone"),
    ("restless legs", "Restless legs"),
    ("diarhea", "Diarrhea"),
    ("group therapy", "Group"),
    ("detóx", "detox"),
    ("my son", "Helping someone"),
    ("dope sickness", "withdrawal"),
    ("withdrawl", "Initial withdrawal"),
    ("the shits", "Diarrhea"),
    ("the runs", "Diarrhea"),
    ("dope sick", "withdrawal"),
    ("dopesick", "withdrawal"),
    ("subs", "Buprenorphine"),
    ("bupe", "Buprenorphine"),
    ("fent", "Fentanyl"),
    ("cant sleep at night", "Insomnia"),
    ("can’t sleep", "Insomnia"),
    ("no sleep", "Insomnia"),
    ("puking", "vomiting"),
    ("the shakes", "Shaking"),
    ("cold sweats", "Sweating"),
    ("kicking legs", "Restless legs"),
    ("heart racing", "heart rate"),
    ("my stomach hurts", "Abdominal"),
    ("cold turkey", "detox"),
    ("out of jail", "leaving jail"),
    ("i want to use so bad", "cravings"),
    ("subozone", "Buprenorphine"),
    ("naloxne", "Naloxone"),
    ("diarreah", "Diarrhea"),
]


@pytest.mark.parametrize(("typed", "title"), FINDS)
def test_search_first_results_hold_what_was_meant(guide, typed, title):
    titles = [result.title for result in search(typed).found[:4]]
    assert any(title.lower() in found.lower() for found in titles), titles


def test_search_says_what_it_corrected(client, guide):
    html = client.get("/search/", {"q": "buprenorphene"}).content.decode()
    assert "Showing results for <strong>buprenorphine</strong>" in html


DANGER = [
    "overdose",
    "overdosse",
    "od'd",
    "he is not breathing",
    "he won't wake up",
    "passed out",
    "seizures",
    "unresponsive",
    "i want to die",
    "sucide",
    "hurt myself",
    "self-harm",
    "don’t want to live",
]


@pytest.mark.parametrize("typed", DANGER)
def test_search_for_danger_shows_urgent_help_first(client, guide, typed):
    main = client.get("/search/", {"q": typed}).content.decode().split("<main")[1]
    assert "is someone in danger now?" in main and 'href="tel:911"' in main and 'href="tel:988"' in main
    assert 'href="/emergency/#warning-signs"' in main and "is someone in danger now?" in main.split("<form")[0]


DESPAIR = ("i dont trust myself tonight", "i give up", "cutting")


@pytest.mark.parametrize("typed", [*DESPAIR, "he is dead", "i took all my pills to kill myself", "help me"])
def test_despair_is_shown_the_lifeline_before_naloxone_and_an_overdose_after_it(client, guide, typed):
    main = client.get("/search/", {"q": typed}).content.decode().split("<main")[1]
    assert re.findall('href="tel:(\\d+)"', main)[0] == ("988" if typed in DESPAIR else "911")


def test_search_offers_no_word_of_a_draft(client):
    make_article(slug="live", body="Rest and sleep.[@a-source]")
    make_article(slug="hidden", body="Secretword and sleep.[@a-source]", status="draft")
    html = client.get("/search/", {"q": "sleep secretwrd"}).content.decode()
    assert "secretword" not in html.lower()


def test_search_marks_the_words_it_found(client, guide):
    assert "<mark>" in client.get("/search/", {"q": "naloxone"}).content.decode()


def test_search_ranks_the_title_above_the_text():
    make_article(slug="b", title="Something else", body="A word on sleep.[@a-source]")
    make_article(slug="a", title="Sleep", body="Nothing.[@a-source]")
    assert search("sleep").found[0].title == "Sleep"


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("methadone", "Methadone"),
        ("how much methadone", "Methadone"),
        ("diarhea", "Diarrhea"),
        ("how much can i use", "Using again after a break: lost tolerance and overdose"),
    ],
)
def test_search_for_a_thing_by_its_name_finds_the_page_on_it_first(guide, typed, title):
    assert search(typed).found[0].title == title


def test_search_finds_all_four_kinds(guide):
    kinds = set(SearchEntry.objects.values_list("kind", flat=True))
    assert kinds == {"Article", "Stage", "Symptom", "Treatment"}


ABSURD = [
    "",
    "   ",
    "\x00",
    "\x00\x01\x1f\u202e",
    '"',
    "'",
    '"; DROP TABLE search_fts; --',
    "a AND b OR NOT c NEAR d",
    "col:umn ^x *",
    "(((((",
    "*",
    "-detox",
    "%",
    "🙂" * 50,
    "x" * 10_000,
    "detox " * 2_000,
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "؟¿…",
    "<script>alert(1)</script>",
]


@pytest.mark.parametrize("typed", ABSURD)
def test_search_takes_anything(client, guide, typed):
    response = client.get("/search/", {"q": typed})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_search_with_broken_encoding_is_answered(client, guide):
    assert client.get("/search/?q=%ff%fe%00&q=2").status_code == 200


def test_search_with_no_result_offers_a_way_on(client, guide):
    html = client.get("/search/", {"q": "qqqqzzzz"}).content.decode()
    assert "Nothing found" in html
    main = html.split("<main")[1].split("</main")[0]
    for target in ("/emergency/", "/phases/now/", "/a-z/", "tel:+18665121908", "tel:+18006624357"):
        assert f'href="{target}"' in main
    assert "Runny nose" in main


def test_search_is_neither_cached_nor_indexed(client, guide):
    response = client.get("/search/", {"q": "detox"})
    assert "no-store" in response["Cache-Control"]
    assert 'content="noindex"' in response.content.decode()


def test_search_follows_an_edit_and_a_removal():
    article = make_article(body="Aardvark.[@a-source]")
    assert search("aardvark").found
    article.body = "Badger.[@a-source]"
    article.save()
    assert not search("aardvark").found
    assert search("badger").found
    article.delete()
    assert not search("badger").found


def test_search_hides_symptoms_of_a_stage_taken_back_to_draft():
    phase = make_phase()
    make_symptom(phase)
    assert search("yawning").found
    phase.status = "draft"
    phase.save()
    assert not search("yawning").found


def test_search_rebuilt_holds_the_same():
    make_article()
    make_treatment()
    make_symptom(make_phase())
    before = sorted(SearchEntry.objects.values_list("kind", "title", "url"))
    assert rebuild() == 4
    assert sorted(SearchEntry.objects.values_list("kind", "title", "url")) == before
    assert search("medicine").found


@pytest.mark.parametrize(
    "typed",
    [
        "cant wake him up",
        "can’t wake her",
        "he wont get up",
        "not responding",
        "my friend is nodding out",
        "took too much",
        "took too many pills",
        "lethal dose of fentanyl",
        "painless way out",
        "heart stopped",
        "he is not moving",
        "turning purple",
        "grey lips",
        "chest pain",
        "throwing up blood",
        "cant keep water down",
        "no reason to live",
        "dont want to be here anymore",
        "narcan",
        "911",
    ],
)
def test_cry_for_help_in_plain_words_shows_urgent_help(guide, typed):
    assert search(typed).is_urgent


@pytest.mark.parametrize("typed", ["runny nose", "cutting down", "cant sleep", "keep my job", "wake early"])
def test_plain_question_shows_no_urgent_help(guide, typed):
    assert not search(typed).is_urgent


@pytest.mark.parametrize("typed", ["turning purple", "nodding off", "wish i was dead", "convulsions", "meth", "paws"])
def test_word_of_danger_and_short_word_are_not_corrected_into_another(guide, typed):
    assert search(typed).corrected == ""
