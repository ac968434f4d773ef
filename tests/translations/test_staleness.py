"""Readers of a page whose English has changed since are told, and see what could hurt them; who signed is said too."""

import re

import pytest

from editorial.models import Reviewer
from editorial.models.reviewers import sign
from editorial.text.digests import page_digest
from tests.factories import make_article, make_phase, make_staff, make_symptom, make_treatment
from tests.translations.helpers import correct, translate

pytestmark = pytest.mark.django_db

BEHIND = "La traducción aún no incluye ese cambio"
UNSAFE = "podía hacer daño"


def main_of(client, path: str) -> str:
    return re.search(r"<main.*</main>", client.get(path).content.decode(), re.S)[0]


def test_stale_page_is_marked_and_shows_a_safety_correction_in_english_until_confirmed(client):
    page = make_article(body="First.[@a-source]\n\nTake it at once.\n\nLast.")
    spanish = translate(page, body="Texto.[@a-source] Vea [los pasos](/emergency/#steps).")
    told = main_of(client, "/es/articulos/una-pagina/")
    assert BEHIND not in told and '<a href="/es/emergencia/#steps">los pasos</a>' in told
    correct(page, "wording", body="First![@a-source]\n\nTake it at once.\n\nLast.")
    told = main_of(client, "/es/articulos/una-pagina/")
    assert BEHIND in told and UNSAFE not in told and 'href="/articles/an-article/"' in told and "First!" not in told

    correct(page, body="First![@a-source]\n\n::: urgent Wait\nWait an hour.[@a-source]\n:::")
    correct(page, "wording", body="First![@a-source]\n\n::: urgent Wait\nWait one hour.[@a-source]\n:::")
    told = main_of(client, "/es/articulos/una-pagina/")
    box = told[: told.index("Texto.")]
    assert UNSAFE in box and '<div lang="en">' in box and "Wait one hour." in box and "<s>Last.</s>" in box
    assert "Take it" not in box and "tel:911" in box and "tel:988" in box

    spanish.refresh_from_db()
    spanish.confirm()
    spanish.save()
    assert BEHIND not in main_of(client, "/es/articulos/una-pagina/")
    correct(page, "wording", body="First[@a-source]")
    told = main_of(client, "/es/articulos/una-pagina/")
    assert BEHIND in told and UNSAFE not in told  # the safety correction was confirmed
    assert BEHIND not in main_of(client, "/articles/an-article/")


def test_safety_correction_of_a_stage_is_shown_with_the_symptom_that_it_changed_only(client):
    stage = make_phase()
    yawning, aches = make_symptom(stage), make_symptom(stage, name="Aches", slug="aches")
    translate(stage)
    translate(yawning, slug="bostezos")
    translate(aches, slug="dolores")
    correct(stage, row=yawning, what_helps="Call a nurse.")
    assert "Call a nurse." in main_of(client, "/es/sintomas/bostezos/")
    assert BEHIND not in main_of(client, "/es/sintomas/dolores/")
    correct(stage, "wording", row=aches, what_helps="Rest well.")
    assert UNSAFE not in main_of(client, "/es/sintomas/dolores/")


def test_page_names_a_clinician_only_for_the_words_that_they_signed_in_its_language(client):
    page, stage = make_treatment(), make_phase()
    symptom = make_symptom(stage)
    reviewer = Reviewer.objects.create(user=make_staff("doc"), name="Ana Roe", credentials="MD", conflicts="None")
    for row in (page, stage):
        sign(row, page_digest(row), reviewer)
    spanish = {
        "/es/tratamientos/una-pagina/": translate(page),
        "/es/sintomas/bostezos/": translate(symptom, slug="bostezos"),
    }
    translate(stage)
    for path, words in spanish.items():
        told = client.get(path).content.decode()
        assert "Falta la revisión de un profesional de salud bilingüe" in told and "Ana Roe" not in told
        sign(words, page_digest(words), reviewer)
        words.save()  # a page is made again when its content changes
        told = client.get(path).content.decode()
        assert "Ana Roe" in main_of(client, path) and '"reviewedBy":{"@type":"Person","name":"Ana Roe"' in told
        words.title = "Otra"
        words.save()
        assert "Ana Roe" not in main_of(client, path)
    assert "Ana Roe" in main_of(client, page.get_absolute_url())
