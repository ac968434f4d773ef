"""Icons beside words: line drawings in the words' own color, of which no screen reader speaks."""

import re

import pytest
from django.template import engines

from guide import styles
from phases.choices import Area
from phases.starter import STARTER
from tests.guide.test_templates import made

pytestmark = pytest.mark.any_backend

icons = engines["readers"].env.get_template("pictures/icon.html").make_module()
MOST = 260  # bytes, before the page is compressed


@pytest.mark.parametrize("name", icons.shapes)
def test_icon_is_one_small_line_in_the_color_of_its_words(name):
    html = made("{{ icon(name) }}", name=name)
    assert re.fullmatch(r'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="[-\w. ]+"/></svg>', html)
    assert len(html) <= MOST
    assert ".icon{fill:none;stroke:currentColor" in styles.style("pictures")


def test_each_symptom_of_the_starter_has_its_icon_and_a_new_one_that_of_its_area():
    slugs = re.findall(r"^    slug: (.+)$", "".join(each.read_text() for each in STARTER.glob("phases/*.yaml")), re.M)
    assert len(slugs) == 24 and set(slugs) == set(icons.of_symptom)
    assert set(icons.of_symptom.values()) | set(icons.of_area.values()) <= set(icons.shapes)
    for area in Area:
        assert bool(made("{{ icon('itching', area) }}", area=area.value)) == (area != Area.OTHER)
