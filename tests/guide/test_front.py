"""The front page: where each choice leads, the days as one hill, and what to print."""

import datetime

import pytest
from django.db import DatabaseError
from django.utils import timezone

from articles.models import Article
from editorial.text import snapshot
from guide import featured
from phases.models import TreatmentOption
from tests.detoxsite.test_ten_lines import text_of
from tests.trees import tree_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]
FIRST = {
    "Someone will not wake up": "/emergency/#steps",
    "I am in withdrawal now": "/phases/now/",
    "Get help tonight": "/articles/help-tonight-without-insurance/",
    "Naloxone (Narcan)": "/treatments/naloxone/",
    "I am pregnant": "/articles/pregnant-or-breastfeeding/",
    "Craving right now": "/articles/craving-right-now/",
    "I am helping someone": "/articles/helping-someone-through-withdrawal/",
    "Ask for a call": "/contact/",
}


def links(client, part: str, path: str = "/") -> dict[str, str]:
    """The links in the elements of a class, by what each says first."""
    page = tree_of(client.get(path).content.decode())
    places = [each for each in page.iter() if part in (each.get("class") or "").split()]
    found = [link for place in places for link in place.iter("a")]
    return {" ".join((link.findtext("strong") or "".join(link.itertext())).split()): link.get("href") for link in found}


def test_each_choice_is_linked_from_the_front_page(client, guide):
    assert FIRST.items() <= links(client, "choices").items()


def test_menu_of_every_page_leads_to_help_tonight_naloxone_families_and_print(client, guide):
    more = links(client, "more", "/about/")
    assert more["Get help tonight"] == FIRST["Get help tonight"] and more["Naloxone"] == FIRST["Naloxone (Narcan)"]
    assert more["Families"] == FIRST["I am helping someone"] and more["Print or save"] == "/?print#print"


def test_page_not_published_has_no_link_and_gets_it_when_its_time_comes(client, guide):
    Article.objects.filter(slug="pregnant-or-breastfeeding").update(status=Article.Status.DRAFT)
    TreatmentOption.objects.filter(slug="naloxone").delete()
    later = timezone.now() + datetime.timedelta(days=1)
    Article.objects.filter(slug="help-tonight-without-insurance").update(published_at=later)
    snapshot.forget()
    assert not {"I am pregnant", "Get help tonight", "Naloxone (Narcan)"} & set(links(client, "choices"))
    assert not {"Get help tonight", "Naloxone"} & set(links(client, "more", "/about/"))
    Article.objects.filter(slug="help-tonight-without-insurance").update(published_at=timezone.now())
    snapshot.forget()
    assert "Get help tonight" in links(client, "choices")


def test_menu_needs_no_database(guide, monkeypatch):
    def down():
        raise DatabaseError

    monkeypatch.setattr(snapshot.ContentSnapshot, "link_targets", lambda *_: down())
    assert not any(featured.featured(snapshot.current()).values())


def test_front_page_says_how_long_it_lasts_first_and_has_one_hill_and_no_source_marks(client, guide):
    html = client.get("/").content.decode()
    page = tree_of(html)
    (lede,) = [each for each in page.iter("p") if each.get("class") == "lede"]
    words = "".join(lede.itertext())
    assert words.startswith("Most of the sickness is gone in about 4 to 10 days") and len(words.split()) <= 25
    assert html.count('class="course"') == 1 and "<table" not in html and 'class="cite"' not in html
    for stage in ("initial", "peak", "post-acute"):
        assert f'href="/phases/{stage}-withdrawal/"' in html
    assert "starts after 6 to 24 hours" in text_of(client.get("/").content)


def test_front_page_leads_to_what_one_can_print_or_keep(client, guide):
    assert set(links(client, "sheets").values()) == {
        "/card/",
        "/plan/",
        "/emergency/",
        "/articles/helping-someone-through-withdrawal/",
        "/notes.html",
    }


FOR_PAPER = [
    "/emergency/",
    "/card/",
    "/plan/",
    "/phases/peak-withdrawal/",
    "/symptoms/insomnia/",
    "/treatments/naloxone/",
    FIRST["I am helping someone"],
]


@pytest.mark.parametrize("path", FOR_PAPER)
def test_page_made_for_paper_says_how_to_print_it(client, guide, path):
    html = client.get(path).content.decode()
    assert "To print this page: browser menu" in html
