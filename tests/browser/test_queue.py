"""A day at the queue in a real browser: instructions before the number, one call logged, a note, closed."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.asking import ask
from tests.callbacks.helpers import File
from tests.callbacks.samples import PNG


def test_request_is_claimed_called_noted_printed_closed_and_erased(staff, site):
    """The file that came with it is downloaded as it was sent. Each page on the way breaks no rule and fits, on a phone
    in the light and at a desk in the dark; the queue and a request that nobody claimed are in test_staff_pages."""
    reference = ask(site, files=[("file_1", File(PNG))])
    page = staff.page

    def check() -> None:
        axe.check_phone_and_desk(page)
        # Chromium notes the answer to the form that is sent empty below.
        assert [complaint for complaint in staff.complaints if "422" not in complaint] == []

    staff.open("/admin/")
    page.get_by_role("link", name="Open the queue").click()
    row = page.get_by_role("row").filter(has_text=reference)
    assert "Overdue" in row.inner_text()
    page.get_by_role("link", name=reference).click()
    page.get_by_role("button", name="Claim it").click()
    page.get_by_text("You have claimed it.").wait_for()
    content = page.locator("#content")
    expect(content).to_contain_text("Ask for Robin <script>alert(1)</script>.")
    expect(content).to_contain_text("Do not leave a voicemail.")
    page.wait_for_load_state()
    assert "555-0123" not in content.inner_text()
    page.get_by_role("button", name="Log the call").click()
    page.get_by_role("link", name="Say how the call went.").click()
    check()

    page.get_by_role("button", name="Show the number").click()
    number = page.get_by_role("link", name="(212) 555-0123")
    expect(number).to_have_attribute("href", "tel:+12125550123")
    page.wait_for_load_state()
    how = page.locator(".how").inner_text()
    assert how.index("Do not leave a voicemail.") < how.index("(212) 555-0123")
    check()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Original")).click()
    assert Path(download.value.path()).read_bytes() == PNG
    assert download.value.suggested_filename == f"request-{reference}-1.png"

    page.get_by_label("Note for colleagues").fill("A child picked up.")
    page.get_by_role("button", name="Save note").click()
    page.get_by_text("Note saved.").wait_for()
    expect(number).to_be_visible()
    page.reload()  # which posts once more what led here
    expect(number).to_be_visible()
    expect(page.get_by_text("A child picked up.", exact=True)).to_have_count(1)

    page.get_by_label("Talked to them").check()
    expect(page.get_by_text("When to try again?")).to_be_hidden()
    page.get_by_label("No answer").check()
    page.get_by_label(re.compile("When we can call them next")).check()
    page.get_by_role("button", name="Log the call").click()
    page.get_by_text(f"{reference}: the call is logged.").wait_for()
    page.get_by_role("link", name=reference).click()
    expect(page.locator(".status")).to_contain_text("Attempted")
    page.wait_for_load_state()
    assert "555-0123" not in content.inner_text()

    page.get_by_role("link", name="Sheet to print").click()
    page.get_by_role("heading", name="This call").wait_for()
    check()
    page.get_by_role("link", name="Back to the request").click()
    page.get_by_label("Note for colleagues").fill("Rang six times. <b>No</b> machine.")
    page.get_by_role("button", name="Save note").click()
    page.get_by_text("Note saved.").wait_for()
    expect(content).to_contain_text("Rang six times. <b>No</b> machine.")

    page.get_by_role("button", name=re.compile("Close")).click()
    page.get_by_text("It is closed.").wait_for()
    expect(page.locator(".status")).to_contain_text("Closed")
    page.get_by_role("link", name="Erase for good").click()
    page.get_by_role("button", name="Erase for good").wait_for()
    check()
    page.get_by_role("button", name="Erase for good").click()
    page.wait_for_url("**/callbacks/callbackrequest/**")
    staff.open("/admin/callbacks/callbackrequest/?state=all")
    expect(page.get_by_role("link", name=reference)).to_have_count(0)
    assert [complaint for complaint in staff.complaints if "422" not in complaint] == []


def test_queue_is_worked_by_keyboard_alone_and_no_number_gets_into_an_address(staff, site):
    reference = ask(site)
    page = staff.page
    staff.open("/admin/callbacks/callbackrequest/")
    page.get_by_label("Reference or phone number").focus()
    page.keyboard.type("(212) 555-0123")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=reference).wait_for()
    assert "555" not in page.url.removeprefix(site.url)
    page.get_by_label("Reference or phone number").fill(reference.lower())
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Claim it").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show the number").focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.get_by_role("link", name="(212) 555-0123").wait_for()
    assert staff.complaints == []
