"""Readers get a page in one language or not at all, and its facts from the page's own row."""

import datetime

import pytest
from django.utils import timezone

from articles.models import Article
from editorial.text import snapshot
from editorial.text.link_targets import look_up
from editorial.values import languages
from phases.models import Phase
from translations.models import Translation

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]


def test_page_is_in_its_language_or_is_not_there(client, guide):
    assert "Ansias ahora mismo" in client.get("/es/articulos/ansias-ahora-mismo/").content.decode()
    assert client.get("/es/articulos/craving-right-now/").status_code == 404
    assert client.get("/es/articles/craving-right-now/").url == "/es/articulos/ansias-ahora-mismo/"
    Translation.objects.filter(slug="ansias-ahora-mismo").update(status=Translation.Status.DRAFT)
    snapshot.forget()  # as a save would
    assert client.get("/es/articulos/ansias-ahora-mismo/").status_code == 404
    assert client.get("/articles/craving-right-now/").status_code == 200


def test_translated_row_has_the_facts_of_the_page_and_cannot_be_saved(guide):
    english = Phase.objects.published().at("peak-withdrawal").get()
    with languages.override("es"):
        spanish = Phase.objects.published().get(pk=english.pk)
        assert (spanish.onset_from, spanish.end_to, spanish.position) == (
            english.onset_from,
            english.end_to,
            english.position,
        )
        assert spanish.name == "Días más fuertes" and spanish.in_english["name"] == english.name
        with pytest.raises(TypeError, match="another language"):
            spanish.save()
    assert Phase.objects.get(pk=english.pk).name == english.name


def test_hour_changed_once_changes_in_both_languages(client, guide):
    Phase.objects.filter(slug="initial-withdrawal").update(end_from=30, end_to=40)
    for path in ("/phases/initial-withdrawal/", "/es/etapas/primeras-horas/"):
        assert "30" in client.get(path).content.decode() and "40" in client.get(path).content.decode()


def test_page_to_come_in_a_language_is_there_from_its_time_on(client, guide):
    later = timezone.now() + datetime.timedelta(hours=1)
    Translation.objects.filter(slug="metadona").update(published_at=later)
    assert client.get("/es/tratamientos/metadona/").status_code == 404


def test_links_to_several_kinds_of_page_take_two_queries(guide, django_assert_num_queries):
    names = ["article:craving-right-now", "stage:peak-withdrawal", "symptom:nausea-and-vomiting", "treatment:methadone"]
    with languages.override("es"):
        look_up(names)  # from now on the types of content are known
        with django_assert_num_queries(2):
            found = look_up(names)
    assert {page.language for page in found.values()} == {"es"}
    assert found["treatment:methadone"][:2] == ("/es/tratamientos/metadona/", "Metadona")


def test_guide_file_has_the_articles_in_its_language(client, guide):
    file = client.get("/es/notas.html").content.decode()
    assert "Respire" in file and "Breathe" not in file
    assert Article.objects.get(slug="craving-right-now").title not in file


def test_no_page_depends_on_a_cookie_or_accept_language(client, guide):
    client.cookies["django_language"] = "es"
    response = client.get("/emergency/", HTTP_ACCEPT_LANGUAGE="es")
    assert '<html lang="en-US">' in response.content.decode() and "Accept-Language" not in response.get("Vary", "")
    spanish = client.get("/es/emergencia/", HTTP_ACCEPT_LANGUAGE="en")
    assert spanish["Content-Language"] == "es-US" and '<html lang="es-US">' in spanish.content.decode()


def test_intensity_of_a_symptom_has_no_gender(client, guide):
    """“Insomnio suele ser moderada” is wrong, and a screen reader says it."""
    words = client.get("/es/sintomas/insomnio/").content.decode()
    assert "suele ser moderada" not in words
    assert "intensidad moderada" in words and "<dt>Intensidad usual</dt><dd>moderada</dd>" in words
