"""Ten lines that may save a life are in the text of every page that could lead somebody to stop."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest
from django.urls import reverse

from editorial.values import languages
from privateversion import codes
from tests.factories import make_article, make_phase, make_treatment
from tests.translations.helpers import translate

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]

ENGLISH = {
    "overdose": r"call 911\b.{0,20} naloxone",
    "lost tolerance": r"even a few days without opioids, your (old|usual) amount can (kill you|be too much)",
    "not alone": r"do not detox alone.{0,70} people have died from vomiting and diarrhea that no one treated",
    "no detox first": r"you do not have to detox first\. you can start methadone or buprenorphine instead",
    "detox alone": r"without medicine after detox, most people use again\. .{0,40}died less than half as often",
    "supply": r"\bfentanyl\b.{0,60} xylazine or medetomidine",
    "pregnant": r"pregnant\? do not stop suddenly\. .{0,30}the same day",
    "alcohol and benzos": r"alcohol or (take )?benzos( every day| too)?[?.] (i will|do) not stop them suddenly",
    "suicide": r"thoughts of suicide\W{1,2}call or text 988",
    "care": r"1-800-662-(4357|help \(4357\)).{0,25} findtreatment\.gov",
}
#: As federal pages in Spanish word them.
SPANISH = {
    "overdose": r"llam(e|ar) al 911\b.{0,20} naloxona",
    "lost tolerance": r"solo unos días sin opioides, su cantidad de siempre puede (matarle|ser demasiada)",
    "not alone": r"no se desintoxique a solas.{0,70} han muerto por vómitos y diarrea que nadie trató",
    "no detox first": r"no tiene que desintoxicarse primero\. en su lugar, puede empezar con metadona o buprenorfina",
    "detox alone": r"sin medicina después de la desintoxicación, la mayoría vuelve a consumir.{0,30}menos de la mitad",
    "supply": r"\bfentanilo\b.{0,60} xilacina o medetomidina",
    "pregnant": r"embarazada\? no deje los opioides de golpe\. .{0,50}el mismo día",
    "alcohol and benzos": r"alcohol o benzos a diario[?.] no los dej(e|aré) de golpe",
    "suicide": r"¿piensa en el suicidio\? llame al 988 y oprima 2",
    "care": r"1-800-662-(4357|help \(4357\)).{0,30} findtreatment\.gov",
}
#: The card has room for a few words each.
ON_THE_CARD = {
    "overdose": r"call 911\. .{0,60}naloxone",
    "lost tolerance": r"the amount you used before can kill you now",
    "not alone": r"do not detox alone",
    "no detox first": r"no need to detox first: ask for methadone or buprenorphine",
    "detox alone": r"with no medicine after, most use again",
    "supply": r"may have fentanyl, xylazine or medetomidine\.",
    "pregnant": r"pregnant\?.{0,30}do not stop suddenly",
    "alcohol and benzos": r"daily alcohol or benzos\? do not stop suddenly",
    "suicide": r"suicide: call, text ?988",
    "care": r"find care ?1-800-662-4357",
}
SPANISH_ON_THE_CARD = {
    "overdose": r"llame al 911\. .{0,60}naloxona",
    "lost tolerance": r"la cantidad que consumía antes puede matarle ahora",
    "not alone": r"no se desintoxique a solas",
    "no detox first": r"no tiene que desintoxicarse primero: pida metadona o buprenorfina",
    "detox alone": r"sin medicina después, la mayoría vuelve a consumir",
    "supply": r"puede tener fentanilo, xilacina o medetomidina",
    "pregnant": r"¿embarazo\?.{0,30}no deje nada de golpe",
    "alcohol and benzos": r"¿alcohol o benzos a diario\? no deje nada de golpe",
    "suicide": r"suicidio \(luego oprima 2\) ?988",
    "care": r"buscar atención ?1-800-662-4357",
}
LINES = {
    ("en", False): ENGLISH,
    ("en", True): ON_THE_CARD,
    ("es", False): SPANISH,
    ("es", True): SPANISH_ON_THE_CARD,
}
LISTS = ("home", "emergency", "card", "plan", "guide-file")
#: Forms and what is about the site itself lead nobody to stop.
OTHERS = (
    "callbacks:contact about privacy kept accessibility safety a-z search:search changes data corrections sources "
    "reviewers phases:now phases:check-in"
).split()
#: The kinds of pages that lead somebody to stop, in each language.
KINDS = {
    "en": {"phases", "symptoms", "treatments", "articles", "emergency", "card", "plan"},
    "es": {"etapas", "sintomas", "tratamientos", "articulos", "emergencia", "tarjeta", "plan"},
}


def words(element: Element) -> Iterator[str]:
    """Its text, without source numbers and the list of sources."""
    if element.get("class") not in {"sources fold", "cite"}:
        yield element.text or ""
        for child in element:
            yield from words(child)
            yield child.tail or ""


def text_of(page: Element | bytes) -> str:
    """The words in <main>, in lower case."""
    tree = html5lib.parse(page, namespaceHTMLElements=False) if isinstance(page, bytes) else page
    return " ".join("".join(words(tree.find(".//main"))).split()).lower()


def missing(page: Element | bytes, path: str) -> list[str]:
    text, lines = text_of(page), LINES[languages.of_path(path), path in {"/card/", "/es/tarjeta/"}]
    return [name for name, pattern in lines.items() if not re.search(pattern, text)]


def pages_of_the_site(client) -> list[str]:
    xml = client.get("/sitemap.xml").content.decode()
    return [urlsplit(address).path for address in re.findall(r"<loc>([^<]+)</loc>", xml)]


@pytest.mark.parametrize("language", languages.NAMES)
def test_every_page_about_stopping_has_all_ten_lines_and_its_private_version_too(client, walk, private_walk, language):
    with languages.override(language):
        lists, others = set(map(reverse, LISTS)), set(map(reverse, OTHERS))
    listed = {path for path in pages_of_the_site(client) if languages.of_path(path) == language}
    paths = sorted((listed | lists) - others)
    assert KINDS[language] <= {part for path in paths for part in path.split("/")} and len(paths) > 70
    seen, gaps = walk | private_walk, {}
    for path in paths:
        for address in (path, codes.private(path)):
            page = seen[address] if address in seen else client.get(address).content
            if gap := missing(page, path):
                gaps[address, path] = gap
    assert not gaps


@pytest.mark.parametrize("kind", ["phases", "treatments", "articles"])
def test_page_as_bare_as_an_editor_can_leave_it_has_all_ten_lines(client, kind):
    page = {"phases": make_phase, "treatments": make_treatment, "articles": make_article}[kind]()
    translate(page)
    for language in languages.NAMES:
        with languages.override(language):
            own = type(page).objects.published().get().get_absolute_url()
        for path in (own, own.removesuffix("/").rpartition("/")[0] + "/"):
            assert not missing(client.get(path).content, path), path


@pytest.mark.parametrize("since", ["under-6", "24-48", "over-28", "unknown"])
@pytest.mark.parametrize("substance", ["heroin", "fentanyl", "methadone"])
def test_answer_has_all_ten_lines(client, guide, since, substance):
    for path in ("/phases/now/", "/es/etapas/ahora/"):
        assert not missing(client.post(path, {"since": since, "substance": substance}).content, path), path


def test_page_says_each_line_of_the_list_once(walk):
    """A reader in withdrawal reads one list, not the same ten things in two."""
    for path, tree in walk.items():
        lists = tree.findall(".//*[@class='ten']") + tree.findall(".//*[@id='safety-title']")
        assert len(lists) <= 1, path
