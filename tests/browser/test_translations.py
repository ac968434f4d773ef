"""A translator finds a page that is behind in the table, sees the paragraph that changed, and confirms."""

from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.conftest import shell

CORRECT = """
import reversion
from articles.models import Article
from editorial.workflow import change_kinds
page = Article.objects.get(slug="test-strips")
with reversion.create_revision():
    before = change_kinds.public_state(page)
    page.body += "\\n\\nNever use alone."
    page.save()
    change_kinds.record_save(page, before, "safety-correction", note="It was left out.")
"""


def test_stale_page_is_found_in_the_table_read_and_confirmed(staff, site):
    shell(site, CORRECT)
    staff.open("/admin/")
    page = staff.page
    page.get_by_role("link", name="translation to correct").click()
    axe.check_phone_and_desk(page)
    page.get_by_role("link", name="1 paragraph changed").click()
    expect(page.locator(".sides ins")).to_have_text("Never use alone.")
    axe.check_phone_and_desk(page)
    english, spanish = (page.locator(each) for each in (".field-english_body details.english", "#id_body"))
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        page.reload()
        expect(english).to_have_js_property("open", width == 1280)
        side, text = english.bounding_box(), spanish.bounding_box()
        assert (side["x"] + side["width"] <= text["x"]) if width == 1280 else (side["y"] + side["height"] <= text["y"])
        assert text["width"] >= 320 and staff.fits(), width
    page.get_by_role("button", name="Still right").click()
    expect(page.get_by_text("is up to date with the English again")).to_be_visible()
    expect(page.locator("#changed")).to_have_count(0)
    assert staff.complaints == []
