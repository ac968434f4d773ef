"""What people type leads to the page that is on it, and what may mean danger is heard before anything else."""

from pathlib import Path

import pytest

from editorial.values import languages
from search import danger, vocabulary
from search.query import search

pytestmark = pytest.mark.django_db
ANY, DANGER_ALONE = "~", "*"


def _queries() -> dict[str, list[str]]:
    """By the address that must come first; "!" before those above whose results urgent help must stand. The language is
    that of the address, which follows the sign where no page must come first."""
    found, address = {}, ""
    for line in (Path(__file__).parent / "queries.txt").read_text().splitlines():
        if line.startswith(("/", ANY, DANGER_ALONE)):
            address = line
        elif line and not line.startswith("#"):
            found.setdefault(address, []).extend(query.strip() for query in line.split(";"))
    return found


QUERIES = _queries()


def language_of(address: str) -> str:
    return languages.of_path(address.lstrip(ANY + DANGER_ALONE))


@pytest.mark.parametrize("language", languages.NAMES)
def test_language_has_a_vocabulary(language):
    with languages.override(language):
        assert vocabulary.current().called


def test_list_of_queries_is_long():
    queries = [(language_of(address), query) for address, queries in QUERIES.items() for query in queries]
    assert len(set(queries)) == len(queries) >= 400


@pytest.mark.parametrize("address", QUERIES)
def test_query_leads_to_the_page_that_is_on_it(guide, address):
    wrong = {}
    for query in QUERIES[address]:
        with languages.override(language_of(address)):
            results = search(query.removeprefix("!"))
        first = results.found[0].url if results.found else None
        leads = address == first or address[0] == DANGER_ALONE or (address[0] == ANY and first)
        alarms = results.is_urgent or not query.startswith("!")
        if not leads or not alarms or (address[0] == ANY and results.is_urgent):
            wrong[query] = first, results.is_urgent
    assert not wrong


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("methadone clinic near me open sunday", "/treatments/methadone/"),
        ("rapid detox under anesthesia", "/articles/kratom-and-other-remedies/"),
        ("how do i get narcan for my brother", "/treatments/naloxone/"),
        ("cómo entro a metadona", "/es/tratamientos/metadona/"),
        ("parto y metadona", "/es/articulos/embarazo-y-lactancia/"),
        ("se puede dejar el fentanilo", "/es/articulos/fentanilo-y-drogas-de-hoy/"),
    ],
)
def test_page_that_some_of_the_words_name_is_among_the_first_three(guide, query, address):
    with languages.override(language_of(address)):
        assert address in [result.url for result in search(query).found[:3]]


@pytest.mark.parametrize(("rule", "queries", "heading"), danger.RULES, ids=[rule[1][0] for rule in danger.RULES])
def test_rule_of_danger_can_match(rule, queries, heading):
    for query in queries:
        assert any(rule.search(form) for form in danger.forms(query)), query


def test_danger_is_heard_through_a_typing_error(guide):
    """Of the queries that must alarm, at least nine in ten do with two letters of the longest word swapped."""
    heard = {}
    for address, queries in QUERIES.items():
        for query in (query[1:] for query in queries if query.startswith("!")):
            longest = max(query.split(), key=len)
            middle = len(longest) // 2
            wrong = longest[: middle - 1] + longest[middle] + longest[middle - 1] + longest[middle + 1 :]
            if len(longest) >= 5:
                with languages.override(language_of(address)):
                    heard[query.replace(longest, wrong)] = search(query.replace(longest, wrong)).is_urgent
    assert len(heard) > 200 and sum(heard.values()) >= 0.9 * len(heard)


@pytest.mark.parametrize("query", ["Cut!", "Help me.", "me rindo"])
def test_word_that_alarms_by_itself_does(query):
    assert danger.is_danger(query) and not danger.is_danger(f"{query} down")


def test_box_keeps_a_dictated_story_so_that_it_is_heard_again(client, guide):
    story = "my boyfriend came home last night and he took something that a friend gave him and now he wont wake up"
    page = client.get("/search/", {"q": story}).content.decode()
    assert f'value="{story}"' in page and 'href="tel:911"' in page.split("<main")[1].split("</form")[0]


def test_search_in_spanish_shows_danger_and_the_advice_on_doses(client, guide):
    danger, dose = ("está en peligro ahora?", 'href="tel:911"'), ("no da dosis",)
    for typed, shows, hides in [
        ("no quiero vivir", danger, dose),
        ("¿cuánta metadona tomo?", dose, danger[:1]),
        ("dosis de clonidina", dose, danger[:1]),
        ("cuanto cuesta la metadona", (), (*danger[:1], *dose)),
        ("dosis letal", (*danger, *dose), ()),
        ("sin aseguranza", ("Ayuda esta noche",), danger[:1]),
        ("deportar", ("Ayuda esta noche",), ("despertar",)),
    ]:
        main = client.get("/es/buscar/", {"q": typed}).content.decode().split("<main")[1].split("</main")[0]
        assert all(words in main for words in shows) and not any(words in main for words in hides), typed


@pytest.mark.parametrize("typed", ["over dose", "over-dose", "overdose of methadone", "he took a lethal dose"])
def test_danger_comes_before_the_advice_on_doses(client, guide, typed):
    main = client.get("/search/", {"q": typed}).content.decode().split("<main")[1]
    assert "is someone in danger now?" in main.split("This guide gives no doses")[0]
