"""An editor writes and sends to review, a publisher finds it on the first page and publishes: in the real admin."""

import re

from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.conftest import shell
from tests.factories import app_code

SEED = """
from tests.factories import make_article, make_staff
make_staff("ed", roles=("Editors",))
make_staff("pub", roles=("Publishers",))
make_article(title="Sleep", slug="sleep", status="draft", published_at=None)
"""


def test_page_goes_from_editor_to_publisher_to_readers(visit, look, site):
    shell(site, SEED)
    editor, publisher, reader = visit(390), visit(1280, "dark"), look(360)
    for visitor, name in ((editor, "ed"), (publisher, "pub")):
        visitor.give_password(name)
        visitor.give_code(app_code())
        expect(visitor.page).to_have_url(re.compile("/admin/$"))
        axe.check(visitor.page)
        assert visitor.fits()

    page = editor.page
    editor.open("/admin/articles/article/?q=Sleep")
    assert page.locator("select[name=action]").count() == 0, "an editor has nothing to do to many pages at once"
    page.get_by_role("link", name="Sleep", exact=True).click()
    expect(page.locator("#id_status option")).to_have_text(["Draft", "In review"])
    page.select_option("#id_status", "in-review")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("in review: readers do not see it")

    page = publisher.page
    publisher.open("/admin/")
    page.locator(".needs").get_by_role("link", name="in review, ready to publish").click()
    page.get_by_role("link", name="Sleep", exact=True).click()
    assert reader.open("/articles/sleep/").status == 404
    page.select_option("#id_status", "published")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("Readers see it now.")
    assert reader.open("/articles/sleep/").status == 200
    assert editor.complaints == publisher.complaints == []
