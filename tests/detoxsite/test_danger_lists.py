"""No list of danger signs leaves out what the emergency page names."""

import re

import pytest
from django.conf import settings

from articles.models import Article
from editorial.models.changes import type_of
from tests.detoxsite.test_ten_lines import text_of
from translations.models import Translation

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]
SIGNS_IN_ARTICLES = {
    "en": ("blood in vomit or stool", "any fever, if", "pregnant, with bleeding or cramps", "thoughts of suicide"),
    "es": ("sangre en el vómito o el excremento", "cualquier fiebre si", "con sangrado o dolor de vientre", "suicidio"),
}
ARTICLES = ["the-first-72-hours", "helping-someone-through-withdrawal", "why-medical-supervision-matters"]


@pytest.mark.parametrize("slug", ARTICLES)
def test_list_of_emergencies_in_an_article_leaves_out_none_of_these(client, guide, slug):
    english = Article.objects.get(slug=slug)
    spanish = Translation.objects.get(page_type=type_of(english), page_id=english.pk)
    for language, body in (("en", english.body), ("es", spanish.body)):
        lists = re.findall(r"(?:^- .*\n)+", body.lower(), re.M)
        (signs,) = [text for text in lists if "@acep-fever" in text]
        for sign in SIGNS_IN_ARTICLES[language]:
            assert sign in signs, (language, sign)


def test_someone_who_just_used_is_told_of_gray_lips_too(client, guide):
    text = text_of(client.post("/phases/now/", {"since": "under-6", "substance": "heroin"}).content)
    assert "not waking, breathing slowly or badly, blue or gray lips? someone must call 911" in text


def test_dizziness_is_a_warning_sign_on_every_list(client, guide):
    for path in ("/emergency/", "/plan/", "/symptoms/", "/notes.html"):
        assert "sunken eyes, or feel dizzy, faint or confused" in text_of(client.get(path).content), path


def test_no_list_of_when_to_call_rests_on_the_hospital_series_of_medetomidine():
    """It is a source for that withdrawal, not for when to call 911."""
    for path in (settings.BASE_DIR / "templates" / "readers").rglob("*.html"):
        assert "medetomidine-philadelphia-2025" not in path.read_text(), path


@pytest.mark.parametrize("path", ["/search/?q=estoy+embarazada+y+sangro", "/search/?q=ran+out+of+xanax"])
def test_help_above_a_search_names_bleeding_in_pregnancy_wounds_and_stopped_alcohol_or_benzos(client, guide, path):
    text = text_of(client.get(path).content)
    for sign in ("bleeding in pregnancy", "fever with a stiff neck", "a wound that spreads", "daily alcohol or benzos"):
        assert sign in text, sign


@pytest.mark.parametrize(
    "path", ["/symptoms/diarrhea/", "/symptoms/nausea-and-vomiting/", "/treatments/outpatient-detox/"]
)
def test_page_on_what_stays_down_sends_blood_to_the_hospital(client, guide, path):
    english = client.get(path).content.decode()
    spanish = re.search(r'href="(/es/[^"]+)"', english.split("<main")[0])[1]
    assert re.search("blood in your stool|see blood", text_of(english.encode()))
    assert re.search("sangre en el excremento|ve sangre", text_of(client.get(spanish).content))


def test_someone_much_worse_after_buprenorphine_is_told_what_to_do(client, guide):
    text = text_of(client.post("/phases/now/", {"since": "under-6", "substance": "buprenorphine"}).content)
    assert "suddenly much worse after a dose? call your clinic. very sick? emergency room." in text
