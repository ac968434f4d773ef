"""Pictures of an act: the site's own drawings, which hold no words, and take all their colors from the page."""

import re
from xml.etree import ElementTree

import pytest
from django.conf import settings

from guide import styles
from tests.trees import tree_of

pytestmark = pytest.mark.any_backend

DRAWINGS = sorted((settings.BASE_DIR / "templates/readers/pictures").glob("*.svg"))
CLASSES = set("kscdwhpnoia")
SHAPES = {"path", "circle", "rect", "g"}
MOST = 1_700  # bytes


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda path: path.stem)
def test_drawing_is_shapes_alone_in_colors_of_the_page(drawing):
    text = drawing.read_text()
    svg = ElementTree.fromstring(text)
    assert len(text.encode()) <= MOST and set(svg.attrib) == {"viewBox"}
    for shape in list(svg.iter())[1:]:
        assert shape.tag in SHAPES and not (shape.text or "").strip() and not (shape.tail or "").strip()
        assert set(shape.get("class", "").split()) <= CLASSES, shape.attrib
        assert not {"style", "fill", "stroke", "id", "stroke-width"} & set(shape.attrib), shape.attrib
    assert not re.search(r"#|url\(|rgb|<!", text)


def test_style_has_each_color_for_light_dark_and_the_readers_own():
    css = styles.style("pictures")
    for token in ("--skin", "--skin2", "--cloth", "--cloth2", "--cloth3", "--hair"):
        assert css.count(f"{token}:") == 2 and f"var({token})" in css, token
    assert "stroke:canvastext" in css.lower() and "--f:canvas}" in css.lower()


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "steps"), [("/emergency/", 7), ("/treatments/naloxone/", 3), ("/notes.html", 7)])
def test_each_step_shows_one_picture_after_its_words(client, guide, path, steps):
    page = tree_of(client.get(path).content.decode())
    (listed,) = [each for each in page.iter("ol") if "steps" in each.get("class", "")]
    assert len(listed) == steps
    for step in listed:
        *words, picture = step
        assert [part.tag for part in words] == ["h3", "p"] and picture.tag == "figure"
        assert picture.get("aria-hidden") == "true" and not "".join(picture.itertext()).strip()


@pytest.mark.django_db
def test_emergency_page_says_the_steps_first_then_the_signs(client, guide):
    html = client.get("/emergency/").content.decode()
    order = ["<h1>", 'class="button call"', "Try to wake them", "Stay until help comes"]
    order += ["Signs of an overdose</h2>", 'id="warning-signs"', 'id="lines"']
    places = [html.index(words) for words in order]
    assert places == sorted(places) and "not dialed" not in html
    steps = html[html.index('class="steps') : html.index("Signs of an overdose</h2>")]
    assert 'class="cite"' not in steps
    assert "not dialed" in client.get("/about/").content.decode()
