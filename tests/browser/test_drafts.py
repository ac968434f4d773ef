"""A page written and read at once, and a draft beside it, driven as its editors, its reviewer and its readers do."""

import re

from playwright.sync_api import expect

from tests.browser import axe
from tests.factories import DATES

ARTICLE = "/admin/articles/article/2/change/"
SUMMARY = "What this page says, in one sentence that is long enough to be shown in lists."


def press(page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def preview(page):
    return page.frame_locator(".page-preview iframe:not(.loading)")


def test_page_is_written_published_and_its_draft_shown_to_a_colleague_answered_by_link_and_published(
    staff, visit, look
):
    page, address, reader = staff.page, "/articles/tried/", look(360)
    staff.open("/admin/articles/article/add/")
    for name, value in (("title", "Tried"), ("summary", SUMMARY), ("body", "It is live.[@who-2009]")):
        page.fill(f"#id_{name}", value)
    page.select_option("#id_status", "draft")
    press(page, "Save and continue editing")
    form = page.url
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Preview the saved page").click()
    expect(popup.value.locator("main")).to_contain_text("Preview for staff")
    popup.value.close()
    assert reader.open(address).status == 404
    reader.complaints.clear()  # Chromium's own note of it

    page.select_option("#id_status", "published")
    press(page, "Save and continue editing")
    expect(page.locator("#content")).to_contain_text("Needed before this page can be published")
    page.fill("#id_reviewed_on", str(DATES["reviewed_on"]))
    page.get_by_role("button", name="+6 months").click()
    press(page, "Save and continue editing")
    assert reader.open(address).status == 200
    reader.open("/articles/")
    expect(reader.page.get_by_role("link", name="Tried")).to_be_visible()
    expect(preview(page).get_by_text("It is live.")).to_be_visible()

    page.fill("#id_body", "It is a draft.")
    preview(page).get_by_text("It is a draft.").wait_for()  # follows what is typed
    press(page, "Save as a draft")
    expect(page.locator(".messagelist")).to_contain_text("Readers see the page as it was")
    reader.open(address)
    reader.page.reload()  # without the copy that a browser keeps for some seconds
    expect(reader.page.locator("main")).to_contain_text("It is live.")

    colleague = visit(390)
    colleague.sign_in()
    colleague.page.goto(form)
    expect(colleague.page.locator(".draft-there")).to_contain_text("This is the draft that chief saved")
    expect(preview(colleague.page).get_by_text("It is a draft.")).to_be_visible()
    colleague.page.fill("#id_body", "It is a better draft.[@who-2009]")
    press(colleague.page, "Send to review")
    page.fill("#id_body", "Mine.")
    press(page, "Save as a draft")
    expect(page.locator(".errornote + .errorlist")).to_contain_text("saved this page at")

    press(colleague.page, "Make a review link")
    link = re.search(r"/review/\S+/", colleague.page.locator(".messagelist").inner_text())[0]
    reviewer = look(1280, java_script_enabled=False)
    reviewer.open(link)
    expect(reviewer.page.locator("main")).to_contain_text("It is a better draft.")
    reviewer.page.get_by_label("Your name").fill("Dr. Roe")
    reviewer.page.get_by_label("Something should change").check()
    reviewer.page.get_by_label("What should change").fill("Nothing but a comma.")
    press(reviewer.page, "Send")
    assert "Thank you" in reviewer.page.locator("#answer").inner_text() and not reviewer.context.cookies()

    colleague.page.goto(form)
    reader.open(link)
    assert staff.complaints == colleague.complaints == reader.complaints == []
    axe.check_light_and_dark(colleague.page)
    axe.check(reader.page)
    expect(colleague.page.locator(".answers")).to_contain_text("Nothing but a comma.")
    colleague.page.get_by_label("Update: something was added or is new").check()
    colleague.page.fill("#id_change_note", "It says more.")
    press(colleague.page, "Publish these changes")
    expect(colleague.page.locator(".messagelist")).to_contain_text("Readers see it now.")
    page.wait_for_timeout(600)  # a process may show a page as it was 0.4 seconds ago
    reader.open(address)
    reader.page.reload()
    expect(reader.page.locator("main")).to_contain_text("It is a better draft.")
    assert reviewer.open(link).status == 410


def test_text_and_preview_have_room_side_by_side_and_one_above_the_other_on_a_phone(staff):
    staff.open(ARTICLE)
    page = staff.page
    text, shown = (page.locator(each).first.bounding_box() for each in ("#id_body", ".page-preview iframe"))
    assert min(text["width"], shown["width"]) >= 560 and shown["x"] >= text["x"] + text["width"]
    page.set_viewport_size({"width": 390, "height": 800})
    text, shown = (page.locator(each).first.bounding_box() for each in ("form .submit-row", ".page-preview iframe"))
    assert shown["y"] > text["y"] and shown["width"] >= 340
    assert staff.fits() and staff.complaints == []


def test_preview_works_without_a_script_into_another_tab(look):
    plain = look(1280, staff=True, java_script_enabled=False)
    plain.open(ARTICLE)
    plain.page.fill("#id_body", "Typed **without** a script.")
    with plain.page.expect_popup() as popup:
        plain.page.get_by_role("button", name="Preview", exact=True).click()
    expect(popup.value.locator("main")).to_contain_text("Typed without a script.")
    expect(popup.value.locator("main")).to_contain_text("not saved yet")
