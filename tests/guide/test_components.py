"""The page on which staff find each component of readers' pages with the line that makes it."""

import pytest

from guide import styles
from tests.factories import make_staff
from tests.guide.test_icons import icons
from tests.guide.test_pictures import DRAWINGS
from tests.guide.test_styles import forgotten
from tests.guide.test_templates import made
from tests.trees import tree_of

PATH = "/admin/components/"


@pytest.fixture
def page(client, guide):
    client.force_login(make_staff(roles=("Intake",)))
    response = client.get(PATH)
    assert response.status_code == 200
    return tree_of(response.content.decode())


def shown(page, kind: str) -> list[str]:
    (heading,) = [each for each in page.iter("section") if each.findtext("h2") == kind]
    return [each.findtext("code") for each in heading.find("ul")]


@pytest.mark.django_db
def test_every_picture_and_icon_is_shown_with_its_name(page):
    assert shown(page, "Pictures") == [path.stem for path in DRAWINGS]
    assert shown(page, "Icons") == list(icons.shapes)


@pytest.mark.django_db
def test_each_component_is_there_with_the_line_that_makes_it(page):
    sections = [
        each for each in page.iter("section") if each.get("class") == "example" and each.find("pre") is not None
    ]
    assert len(sections) >= 18
    for section in sections:
        heading, *made, line = section
        assert heading.tag == "h2" and made and line.findtext("code").strip(), heading.text
    assert len({each.findtext("h2") for each in sections}) == len(sections)
    ids = [each.get("id") for each in page.iter() if each.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.django_db
def test_page_names_the_parts_of_the_style_that_it_needs(page):
    assert forgotten(page) == set() and ".example{" in styles.style("components")


@pytest.mark.django_db
def test_page_takes_few_queries_and_is_not_cached(client, guide, django_assert_max_num_queries):
    client.force_login(make_staff(roles=("Editors",)))
    client.get(PATH)
    with django_assert_max_num_queries(12):
        response = client.get(PATH)
    assert "no-store" in response["Cache-Control"] and b'content="noindex"' in response.content
    assert PATH.encode() in client.get("/admin/").content


def test_picture_has_alternative_text_only_without_words_beside_it():
    assert made('{{ picture("side") }}').startswith('<figure class="pic" aria-hidden="true"><svg viewBox=')
    spoken = made('{{ picture("detox", "Rest & drink", "wide") }}')
    assert spoken.startswith('<figure class="pic pic--wide" role="img" aria-label="Rest &amp; drink"><svg viewBox=')
