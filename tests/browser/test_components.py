"""The page of components in a real browser: each part of readers' pages at once, on a phone and on a desk."""

import pytest

from tests.browser import axe


@pytest.mark.parametrize("width", [360, 1280])
def test_components_break_no_rule_and_fit(look, width):
    visitor = look(width, staff=True)
    visitor.open("/admin/components/")
    axe.check_light_and_dark(visitor.page)
    assert visitor.fits()
    assert visitor.complaints == [] and visitor.hosts == {visitor.site.url.removeprefix("http://")}
