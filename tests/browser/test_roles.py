"""An editor writes and sends to review, a publisher finds it on the first page and publishes: in the real admin."""

import pytest
from playwright.sync_api import expect

from tests.browser import axe
from tests.factories import app_code

SEED = """
from tests.factories import make_article, make_staff
make_staff("ed-{width}", roles=("Editors",))
make_staff("pub-{width}", roles=("Publishers",))
make_article(title="Sleep {width}", slug="sleep-{width}", status="draft", published_at=None)
"""


@pytest.mark.parametrize("width", [390, 1280])
def test_page_goes_from_editor_to_publisher_to_readers(visit, site, width):
    site.manage("shell", "--verbosity=0", "-c", SEED.format(width=width))
    editor, publisher, reader = visit(width), visit(width, "dark"), visit(360)
    for visitor, name in ((editor, "ed"), (publisher, "pub")):
        visitor.give_password(f"{name}-{width}")
        visitor.give_code(app_code())
        assert visitor.page.url.endswith("/admin/")
        axe.check(visitor.page)
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")

    page = editor.page
    editor.open(f"/admin/articles/article/?q=Sleep+{width}")
    assert page.locator("select[name=action]").count() == 0, "an editor has nothing to do to many pages at once"
    page.get_by_role("link", name=f"Sleep {width}").click()
    expect(page.locator("#id_status option")).to_have_text(["Draft", "In review"])
    page.select_option("#id_status", "in-review")
    page.get_by_role("button", name="Save", exact=True).click()
    assert "in review: readers do not see it" in page.locator(".messagelist").inner_text()

    page = publisher.page
    publisher.open("/admin/")
    page.locator(".needs").get_by_role("link", name="in review, ready to publish").click()
    page.get_by_role("link", name=f"Sleep {width}").click()
    assert reader.open(f"/articles/sleep-{width}/").status == 404
    page.select_option("#id_status", "published")
    page.get_by_role("button", name="Save", exact=True).click()
    assert "Readers see it now." in page.locator(".messagelist").inner_text()
    assert reader.open(f"/articles/sleep-{width}/").status == 200
    assert editor.complaints == publisher.complaints == []
