"""While one writes in the admin: what is to mend and where, words and grade, buttons for boxes, errors by name."""

import re

from playwright.sync_api import expect

from tests.browser.axe import check_light_and_dark

TEXT = "A claim.[@who-2009]\n\nDo this:\n- Call 911\n\nTake 40 mg of methadone each day.[@who-2009]"


def test_what_is_to_mend_shows_as_one_types_and_leads_to_its_place(look):
    visitor = look(390, staff=True)
    visitor.open("/admin/articles/article/add/")
    page = visitor.page
    page.fill("#id_title", "A page")
    page.fill("#id_body", TEXT)
    dose = page.locator(".findings .refused", has_text="This guide gives no doses")
    dose.wait_for()
    assert re.search(r"\d+ of 430 words · 1 minute · grade \d", page.locator(".field-body .size").inner_text())
    assert page.locator("#let-through").is_visible()
    dose.get_by_role("link", name="Body").click()
    chosen = "() => {const e = document.activeElement; return e.value.slice(e.selectionStart, e.selectionEnd)}"
    assert page.evaluate(chosen) == "40 mg"
    page.locator(".findings .advised", has_text="blank line above this list").get_by_role("link").click()
    assert page.evaluate(chosen) == "- Call 911"
    page.fill("#id_body", "A claim.[@who-2009]")
    dose.wait_for(state="detached")
    assert not page.locator("#let-through").is_visible()
    assert visitor.fits()
    assert visitor.complaints == []
    check_light_and_dark(page)
    visitor.page.locator("#id_title").fill("")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".errors-named").get_by_role("link", name="Title").click()
    expect(page.locator("#id_title")).to_be_focused()


def test_button_puts_a_box_around_what_is_chosen_by_keyboard(look):
    visitor = look(1280, staff=True)
    visitor.open("/admin/articles/article/add/")
    page = visitor.page
    page.fill("#id_body", "Before\n\n- Slow breathing\n\nAfter")
    page.evaluate("document.getElementById('id_body').setSelectionRange(8, 24)")
    page.get_by_role("group", name="Insert").get_by_role("button", name="Emergency").press("Enter")
    assert page.input_value("#id_body") == (
        "Before\n\n::: emergency Call 911 for any of these\n- Slow breathing\n:::\n\nAfter"
    )
    preview = page.frame_locator(".page-preview iframe").last
    box = preview.locator(".text .card--emergency")
    box.wait_for()
    assert box.inner_text().startswith("Emergency: Call 911 for any of these")
    page.keyboard.press("ArrowRight")
    for button, text, refused in (
        ("Link to a page", "[[article:name|words]]", "No page is named “article:name”"),
        ("Drawing", "[[picture:name|what it shows", "There is no picture “name”"),
    ):
        page.get_by_role("button", name=button).click()
        assert text in page.input_value("#id_body")
        page.locator(".findings .refused", has_text=refused).wait_for()  # until a name is written
        page.keyboard.press("ArrowRight")
    assert visitor.complaints == []
