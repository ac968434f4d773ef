"""A reader who searches for what they feel lands on what it is, how long it lasts, what helps, when to worry."""

import pytest

from phases.models import Phase, Symptom
from search.query import search
from tests.factories import make_phase, make_symptom
from tests.phases.test_now_short import shown

pytestmark = pytest.mark.django_db


def test_every_symptom_has_a_page_with_the_four_answers(client, guide):
    symptoms = Symptom.objects.published()
    assert symptoms.count() > 20
    for symptom in symptoms:
        html = client.get(f"/symptoms/{symptom.slug}/").content.decode()
        places = [html.index(f"{heading}</h2>") for heading in ("What helps", "when to worry", "How long it lasts")]
        assert places == sorted(places), symptom
        words = shown(html)
        assert len(words.split()) <= 400, symptom
        assert words.lower().count("when to worry") == 1 and "All warning signs" in words
        for words in (symptom.onset_words, symptom.end_words, symptom.get_confidence_display()):
            assert words in html
        assert "Signs of an overdose" in html and "the amount you used before can kill you now" in html.lower()


def test_symptom_page_says_that_its_hours_are_for_heroin_alone(client, guide):
    assert "These times do not fit fentanyl or methadone." in shown(
        client.get("/symptoms/runny-nose/").content.decode()
    )


@pytest.mark.parametrize(
    ("typed", "path"),
    [("runny nose", "/symptoms/runny-nose/"), ("can't sleep", "/symptoms/insomnia/")],
)
def test_search_leads_to_the_symptoms_own_page(guide, typed, path):
    assert path in [result.url for result in search(typed).found[:2]]


@pytest.mark.parametrize("slug", ["initial-withdrawal", "peak-withdrawal", "post-acute-withdrawal"])
def test_old_links_to_a_symptom_on_its_stage_still_land_on_it(client, guide, slug):
    html = client.get(f"/phases/{slug}/").content.decode()
    for symptom in Phase.objects.get(slug=slug).symptoms.all():
        assert f'<dd id="{symptom.slug}"><a href="/symptoms/{symptom.slug}/">' in html


def test_symptoms_are_listed_by_where_they_are_felt(client, guide):
    html = client.get("/symptoms/").content.decode()
    for symptom in Symptom.objects.published():
        assert f'href="/symptoms/{symptom.slug}/"' in html
    assert html.index("Stomach and gut") < html.index("Mood and thoughts")


def test_symptom_of_a_draft_is_nowhere(client):
    make_symptom(make_phase(status="draft"))
    assert client.get("/symptoms/yawning/").status_code == 404
    assert "yawning" not in client.get("/symptoms/").content.decode().lower()
    assert "/symptoms/yawning/" not in client.get("/sitemap.xml").content.decode()


def test_symptoms_are_in_the_sitemap_with_their_stages_date(client, guide):
    xml = client.get("/sitemap.xml").content.decode()
    assert xml.count("<loc>http://testserver/symptoms/") == Symptom.objects.published().count() + 1
    assert "/symptoms/runny-nose/</loc><lastmod>" in xml
