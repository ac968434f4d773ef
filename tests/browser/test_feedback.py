"""A reader says what is wrong with a page, on a phone and without scripts, and an editor reads it."""

import re

from playwright.sync_api import expect

from tests.browser import axe

WORDS = {"": "Step 2 is not clear to me.", "Private version": "Nor is step 3."}


def test_report_goes_from_the_foot_of_a_page_to_staff_and_back_to_the_page(look):
    """Of the ordinary page and of the private one."""
    reader = look(360, java_script_enabled=False)
    page = reader.page
    reader.open("/emergency/")
    for version, words in WORDS.items():
        if version:
            page.get_by_text("Menu", exact=True).click()
            page.get_by_role("link", name=version).click()
        here = page.url
        page.get_by_role("link", name="Something wrong or missing on this page?").click()
        page.get_by_role("button", name="Send").click()
        expect(page).to_have_title(re.compile("^Error: "))
        page.get_by_role("link", name="Write what is wrong or missing").click()
        expect(page.get_by_label("What is wrong or missing?")).to_be_in_viewport()
        page.get_by_label("What is wrong or missing?").fill(words)
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
        assert ("emergency" in page.url) is not bool(version)
        page.get_by_role("link", name="Back to the page").click()
        assert page.url == here
    assert reader.context.cookies() == []

    staff = look(1280, staff=True)
    staff.open("/admin/")
    staff.page.get_by_role("link", name="what readers find wrong or missing").click()
    for words in WORDS.values():
        row = staff.page.get_by_role("row").filter(has_text=words)
        expect(row.get_by_role("link", name="/emergency/")).to_be_visible()


def test_form_its_errors_and_its_thanks_break_no_rule(look):
    page = (visitor := look(360)).page
    visitor.open("/feedback/")
    page.get_by_role("button", name="Send").click()
    axe.check_light_and_dark(page, "errors")
    page.emulate_media(color_scheme="light")
    page.get_by_label("What is wrong or missing?").fill("All of it")
    page.get_by_role("button", name="Send").click()
    axe.check_light_and_dark(page, "thanks")
