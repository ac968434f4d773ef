"""A draft beside the live page, driven as its editors, its reviewer and its readers do."""

import re

import pytest

from tests.browser import axe

SUMMARY = "What this page says, in one sentence that is long enough to be shown in lists."


@pytest.fixture
def staff(visit):
    visitor = visit(1280)
    visitor.sign_in()
    return visitor


def press(page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def preview(page):
    return page.frame_locator(".page-preview iframe:not(.loading)")


def test_draft_is_kept_shown_to_a_colleague_answered_by_link_and_published(staff, visit):
    page, address = staff.page, "/articles/tried/"
    staff.open("/admin/articles/article/add/")
    for name, value in (("title", "Tried"), ("summary", SUMMARY), ("body", "It is live.[@who-2009]")):
        page.fill(f"#id_{name}", value)
    page.fill("#id_reviewed_on", "2026-11-23")
    page.fill("#id_review_due_on", "2027-05-23")
    page.select_option("#id_status", "published")
    press(page, "Save and continue editing")
    form = page.url
    assert preview(page).get_by_text("It is live.").is_visible()

    page.fill("#id_body", "It is a draft.")
    preview(page).get_by_text("It is a draft.").wait_for()  # follows what is typed
    press(page, "Save as a draft")
    assert "Readers see the page as it was" in page.locator(".messagelist").inner_text()
    reader = visit(360)
    reader.open(address)
    assert "It is live." in reader.page.locator("main").inner_text()

    colleague = visit(390)
    colleague.sign_in()
    colleague.page.goto(form)
    assert "This is the draft that chief saved" in colleague.page.locator(".draft-there").inner_text()
    assert preview(colleague.page).get_by_text("It is a draft.").is_visible()
    colleague.page.fill("#id_body", "It is a better draft.[@who-2009]")
    press(colleague.page, "Send to review")
    page.fill("#id_body", "Mine.")
    press(page, "Save as a draft")
    assert "saved this page at" in page.locator(".errornote + .errorlist").inner_text()

    press(colleague.page, "Make a review link")
    link = re.search(r"/review/\S+/", colleague.page.locator(".messagelist").inner_text())[0]
    reviewer = visit(1280, java_script_enabled=False)
    reviewer.open(link)
    assert "It is a better draft." in reviewer.page.locator("main").inner_text()
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
    assert "Nothing but a comma." in colleague.page.locator(".answers").inner_text()
    colleague.page.get_by_label("Update: something was added or is new").check()
    colleague.page.fill("#id_change_note", "It says more.")
    press(colleague.page, "Publish these changes")
    assert "Readers see it now." in colleague.page.locator(".messagelist").inner_text()
    page.wait_for_timeout(1000)  # a process may show a page as it was half a second ago
    reader.open(address)
    assert "It is a better draft." in reader.page.locator("main").inner_text()
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


def test_preview_works_without_a_script_into_another_tab(visit, staff):
    plain = visit(1280, java_script_enabled=False)
    plain.context.add_cookies(staff.context.cookies())
    plain.open("/admin/phases/phase/1/change/")
    plain.page.locator("summary", has_text="What to do").click()
    plain.page.fill("#id_what_comes_next", "Typed **without** a script.")
    with plain.page.expect_popup() as popup:
        plain.page.get_by_role("button", name="Preview", exact=True).click()
    assert "Typed without a script." in popup.value.locator("main").inner_text()
    assert "not saved yet" in popup.value.locator("main").inner_text()
