"""A draft beside the live page, driven as its editors, its reviewer and its readers do."""

import re

from playwright.sync_api import expect

from tests.browser import axe
from tests.factories import DATES

SUMMARY = "What this page says, in one sentence that is long enough to be shown in lists."


def press(page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def preview(page):
    return page.frame_locator(".page-preview iframe:not(.loading)")


def test_draft_is_kept_shown_to_a_colleague_answered_by_link_and_published(staff, visit, look):
    page, address = staff.page, "/articles/tried/"
    staff.open("/admin/articles/article/add/")
    for name, value in (("title", "Tried"), ("summary", SUMMARY), ("body", "It is live.[@who-2009]")):
        page.fill(f"#id_{name}", value)
    for name, day in DATES.items():
        page.fill(f"#id_{name}", str(day))
    page.select_option("#id_status", "published")
    press(page, "Save and continue editing")
    form = page.url
    expect(preview(page).get_by_text("It is live.")).to_be_visible()

    page.fill("#id_body", "It is a draft.")
    preview(page).get_by_text("It is a draft.").wait_for()  # follows what is typed
    press(page, "Save as a draft")
    expect(page.locator(".messagelist")).to_contain_text("Readers see the page as it was")
    reader = look(360)
    reader.open(address)
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
    reader.page.reload()  # without the copy that a browser keeps for some seconds
    expect(reader.page.locator("main")).to_contain_text("It is a better draft.")
    assert reviewer.open(link).status == 410


def test_text_and_preview_have_room_side_by_side_and_one_above_the_other_on_a_phone(staff):
    staff.open("/admin/phases/phase/1/change/")
    page = staff.page
    page.locator("summary", has_text="Overview").click()
    text, shown = (page.locator(each).first.bounding_box() for each in ("#id_overview", ".page-preview iframe"))
    assert min(text["width"], shown["width"]) >= 560 and shown["x"] >= text["x"] + text["width"]
    page.set_viewport_size({"width": 390, "height": 800})
    text, shown = (page.locator(each).first.bounding_box() for each in ("form .submit-row", ".page-preview iframe"))
    assert shown["y"] > text["y"] and shown["width"] >= 340
    assert staff.fits() and staff.complaints == []


def test_preview_works_without_a_script_into_another_tab(look):
    plain = look(1280, staff=True, java_script_enabled=False)
    plain.open("/admin/phases/phase/1/change/")
    plain.page.locator("summary", has_text="What to do").click()
    plain.page.fill("#id_what_comes_next", "Typed **without** a script.")
    with plain.page.expect_popup() as popup:
        plain.page.get_by_role("button", name="Preview", exact=True).click()
    expect(popup.value.locator("main")).to_contain_text("Typed without a script.")
    expect(popup.value.locator("main")).to_contain_text("not saved yet")
