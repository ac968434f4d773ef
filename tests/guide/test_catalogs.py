"""The words of templates and code in other languages: all of them, none left over, and with the same parts."""

import re
from collections import Counter
from datetime import time
from pathlib import Path

import django
import pytest
from babel.messages.catalog import Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po
from django import forms
from django.conf import settings

from editorial.models import Clinic
from guide import catalogs

#: What a sentence has besides words: names of values, elements with their links, citations.
PARTS = re.compile(r"%\(\w+\)[sd]|\{\w*\}|<[^>]*>|\]\([^)]*\)|\[@[^\]]*\]")
ENGLISH = [
    "/",
    "/emergency/",
    "/card/",
    "/phases/",
    "/treatments/compare/",
    "/privacy/",
    "/search/?q=xqzzt",
    "/nowhere/",
]
SPANISH = [
    "/es/",
    "/es/emergencia/",
    "/es/tarjeta/",
    "/es/etapas/",
    "/es/tratamientos/comparar/",
    "/es/buscar/?q=xqzzt",
]

pytestmark = pytest.mark.any_backend


def words_in(path: Path) -> dict[tuple, Message]:
    catalog = read_po(path.read_text().splitlines(keepends=True))
    return {(message.context, message.id): message for message in catalog if message.id}


@pytest.fixture(scope="module")
def extracted(tmp_path_factory) -> dict[tuple, Message]:
    """What `make words` finds in templates and code."""
    found = tmp_path_factory.mktemp("words") / "words.pot"
    keywords = re.search(r'-k "([^"]*)"', (settings.BASE_DIR / "Makefile").read_text())[1]
    mapping = catalogs.SOURCES / "babel.cfg"
    command = ["pybabel", "-q", "extract", "-F", str(mapping), "-k", keywords, "-o", str(found), str(settings.BASE_DIR)]
    CommandLineInterface().run(command)
    return words_in(found)


def test_no_words_are_within_an_f_string_where_they_would_not_be_found():
    code = [path for room in settings.BASE_DIR.glob("*/__init__.py") for path in room.parent.rglob("*.py")]
    within = re.compile(r"""\{n?p?gettext\(['"](?!\))""")
    assert not {path: found for path in code if (found := within.findall(path.read_text()))}


@pytest.mark.parametrize("path", sorted(catalogs.SOURCES.glob("*/LC_MESSAGES/*.po")), ids=lambda path: path.parts[-3])
def test_catalog_has_every_word_translated_with_its_parts_and_no_other(path: Path, extracted):
    ours = words_in(path)
    assert ours.keys() == extracted.keys(), "make words"
    assert not [key for key, message in ours.items() if message.fuzzy]
    for (context, said), message in ours.items():
        pairs = zip(said, message.string, strict=True) if isinstance(said, tuple) else [(said, message.string)]
        for english, translated in pairs:
            assert translated.strip(), english
            assert context or Counter(PARTS.findall(translated.replace(' hreflang="en"', ""))) == Counter(
                PARTS.findall(english)
            ), translated


def test_words_of_django_that_are_replaced_are_still_its_words_with_the_same_parts():
    theirs = {}
    for path in Path(django.__file__).parent.glob("**/locale/en/LC_MESSAGES/django.po"):
        theirs |= words_in(path)
    ours = words_in(catalogs.SOURCES / "django/en/LC_MESSAGES/django.po")
    assert ours and not ours.keys() - theirs.keys()
    for (_, said), message in ours.items():
        pairs = zip(said, message.string, strict=True) if isinstance(said, tuple) else [(said, message.string)]
        for before, now in pairs:
            assert set(PARTS.findall(now)) <= set(PARTS.findall(before)), now
    assert str(forms.Field.default_error_messages["required"]) == "Fill this in."


def test_words_are_those_of_the_language_when_they_are_shown(client, guide):
    """Parts that pages share, and texts that are kept converted, are kept for each language."""
    english = [client.get(path).content for path in ENGLISH]
    for path in SPANISH:
        html = client.get(path).content.decode()
        assert '<html lang="es-US">' in html and "Ayuda por teléfono" in html and "Help by phone" not in html
    answers = {"amount": "1", "unit": "days", "substance": "heroin"}
    html = client.post("/es/etapas/ahora/", answers).content.decode()
    assert "Heroína, hace 1 día" in html and "Urgente:" in html
    unsure = client.post("/es/etapas/ahora/", {"since": "unknown", "substance": "heroin"}).content.decode()
    assert "Heroína, no sabe cuándo" in unsure
    assert [client.get(path).content for path in ENGLISH] == english


def test_opening_times_are_said_in_the_language_of_the_page(client, guide):
    clinic = Clinic.objects.get()
    clinic.hours = ""
    for day in range(5):
        clinic.opening_times.create(weekday=day, opens=time(9), closes=time(17, 30))
    clinic.list_hours()
    clinic.save()
    assert "Monday to Friday 9 am to 5:30 pm" in client.get("/about/").content.decode()
    assert "lunes a viernes 9 a.\xa0m. a 5:30 p.\xa0m." in client.get("/es/acerca-de/").content.decode()


def test_page_leads_to_itself_in_the_other_language_and_back(client, guide):
    for english, spanish in (
        ("/", "/es/"),
        ("/phases/peak-withdrawal/", "/es/etapas/dias-mas-fuertes/"),
        ("/treatments/naloxone/", "/es/tratamientos/naloxona/"),
    ):
        assert f'href="{spanish}" lang="es"' in client.get(english).content.decode()
        assert f'href="{english}" lang="en"' in client.get(spanish).content.decode()
