"""What search engines are told holds to schema.org and says nothing that is not on the page."""

import json
import re
from urllib.parse import urlsplit

import pytest

from articles.models import Article
from tests.factories import make_article

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]

#: What each kind must have, by schema.org and by what search engines read.
NEEDED = {
    "MedicalWebPage": {"name", "url", "description", "inLanguage", "dateModified"},
    "WebSite": {"name", "url"},
    "BreadcrumbList": {"itemListElement"},
    "ListItem": {"position", "name", "item"},
    "Person": {"name"},
    "Patient": set(),
    "MedicalSignOrSymptom": {"name"},
    "HowTo": {"name", "step"},
    "HowToStep": {"name", "text"},
    "FAQPage": {"mainEntity"},
    "Question": {"name", "acceptedAnswer"},
    "Answer": {"text"},
}


def _check(thing: dict) -> set[str]:
    kind = thing["@type"]
    assert NEEDED[kind] <= set(thing), (kind, set(thing))
    kinds = {kind}
    for value in thing.values():
        for part in value if isinstance(value, list) else [value]:
            assert part not in ("", None), thing
            if isinstance(part, dict):
                kinds |= _check(part)
    return kinds


def _microdata(scope) -> dict:
    thing = {"@type": scope.get("itemtype").removeprefix("https://schema.org/")}

    def walk(element):
        for child in element:
            name = child.get("itemprop")
            if name:
                value = (
                    _microdata(child) if child.get("itemtype") else child.get("content") or "".join(child.itertext())
                )
                thing.setdefault(name, []).append(value)
            if not child.get("itemtype"):
                walk(child)

    walk(scope)
    return thing


def _things(tree) -> list[dict]:
    things = []
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        data = json.loads(script.text)
        assert data["@context"] == "https://schema.org"
        things += data["@graph"]
    scopes = [element for element in tree.iter() if element.get("itemtype") and not element.get("itemprop")]
    return things + [_microdata(scope) for scope in scopes]


def test_structured_data_has_what_its_kind_needs_and_names_no_reviewer_where_there_was_none(walk):
    for path, tree in walk.items():
        things = _things(tree)
        for thing in things:
            _check(thing)
        assert "reviewedBy" not in json.dumps(things), path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/articles/the-first-72-hours/", "MedicalWebPage"),
        ("/phases/peak-withdrawal/", "MedicalWebPage"),
        ("/symptoms/nausea-and-vomiting/", "MedicalWebPage"),
        ("/symptoms/nausea-and-vomiting/", "MedicalSignOrSymptom"),
        ("/treatments/methadone/", "BreadcrumbList"),
        ("/articles/", "BreadcrumbList"),
        ("/articles/topics/staying-safe/", "BreadcrumbList"),
        ("/a-z/", "BreadcrumbList"),
        ("/emergency/", "HowTo"),
        ("/safety/", "FAQPage"),
        ("/", "WebSite"),
    ],
)
def test_page_has_the_structured_data_of_its_kind(walk, path, kind):
    assert kind in set().union(*map(_check, _things(walk[path])))


def test_steps_and_questions_are_told_whole(walk):
    (steps,) = [thing for thing in _things(walk["/emergency/"]) if thing["@type"] == "HowTo"]
    assert len(steps["step"]) == 7 and "naloxone" in steps["step"][2]["name"][0]
    (questions,) = [thing for thing in _things(walk["/safety/"]) if thing["@type"] == "FAQPage"]
    assert len(questions["mainEntity"]) >= 6
    assert all(question["name"][0].endswith("?") for question in questions["mainEntity"])


def test_trail_is_the_one_that_readers_see_and_leads_to_pages_that_are_there(walk):
    for path, tree in walk.items():
        seen = ["".join(step.itertext()) for step in tree.findall(".//nav[@class='crumbs']//li")]
        trails = [thing for thing in _things(tree) if thing["@type"] == "BreadcrumbList"]
        if not seen or re.search(r"/v/\d+/$", path):  # old versions are not indexed
            assert not trails, path
            continue
        (trail,) = trails
        assert [item["name"] for item in trail["itemListElement"]] == seen, path
        assert [item["position"] for item in trail["itemListElement"]] == [*range(1, len(trail["itemListElement"]) + 1)]
        for item in trail["itemListElement"]:
            assert urlsplit(item["item"]).path in walk, path


def test_days_are_those_of_the_clinic(client):
    page = make_article()
    Article.objects.update(published_at="2026-01-01T03:00Z", updated_at="2026-08-01T03:00Z")
    text = client.get(page.get_absolute_url()).content.decode()
    assert '"datePublished":"2025-12-31"' in text and '"dateModified":"2026-07-31"' in text


def test_no_title_or_summary_gets_out_of_the_element(client):
    hostile = "</script><script>alert(1)</script><!--<script> & \u2028 ]]>"
    make_article(slug="harmless")
    make_article(slug="hostile")
    Article.objects.filter(slug="hostile").update(title=hostile, summary=hostile)  # past the forms and `save`
    pages = [client.get(f"/articles/{slug}/").content.decode() for slug in ("harmless", "hostile")]
    assert len({page.count("<script") for page in pages}) == len({page.count("</script") for page in pages}) == 1
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', pages[1], flags=re.S)
    assert not re.search("[<>&]", text)
    assert json.loads(text)["@graph"][0]["name"] == hostile
