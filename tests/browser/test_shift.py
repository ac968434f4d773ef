"""A shift in a real browser: the queue refreshes in place, a call is three presses, a session's end loses nothing."""

import re

from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.asking import ask
from tests.browser.conftest import shell

ASLEEP_AND_AWAKE = """
from callbacks.casework.submission import submit
from callbacks.values.details import Details
from callbacks.values.safe_hours import SafeHours
zones = ("America/New_York", "Europe/London", "Pacific/Guam")  # at any time, one at least is awake
for zone, phone in zip(zones, ("+12125550164", "+12125550165", "+12125550166")):
    details = Details(name="Jo", phone=phone, message="Call after lunch. " * 20, safe_hours=SafeHours((), zone))
    print(submit(details=details, nonce=zone, received={}).request.reference)
"""
REFRESH = "document.dispatchEvent(new Event('queue:refresh'))"
QUEUE = "/admin/callbacks/callbackrequest/"


def test_queue_refreshes_in_place_and_announces_it_politely(staff, site):
    first, page = ask(site), staff.page
    staff.open(f"{QUEUE}?claim=free")
    page.get_by_label(f"Choose {first}").check()
    page.get_by_role("link", name=first).focus()
    second = ask(site)
    page.evaluate(REFRESH)
    expect(page.get_by_role("link", name=second)).to_be_visible()
    expect(page.locator("#fresh")).to_have_text("1 new request in this list.")
    expect(page.get_by_role("link", name=first)).to_be_focused()
    expect(page.get_by_label(f"Choose {first}")).to_be_checked()
    page.evaluate(REFRESH)
    expect(page.locator("#fresh-at")).to_contain_text("Updated")
    assert staff.complaints == []


def test_staff_are_offered_nothing_that_the_browser_cannot_do(look):
    """Without scripts, and as on an iPhone, which has no notices from a page."""
    plain = look(360, staff=True, java_script_enabled=False)
    plain.open(QUEUE)
    expect(plain.page.locator("#fresh-at")).to_have_text("Reload this page to see new requests.")
    expect(plain.page.locator("#bell")).to_be_hidden()
    plain.open("/admin/articles/article/add/")
    expect(plain.page.get_by_role("button", name="+6 months")).to_be_hidden()
    phone = look(390, staff=True)
    phone.page.add_init_script("delete window.Notification")
    phone.open(QUEUE)
    expect(phone.page.locator("#fresh-at")).to_have_text("This list refreshes by itself.")
    expect(phone.page.locator("#bell")).to_be_hidden()
    phone.another_tab()


def test_time_of_the_next_try_that_is_typed_is_the_one_that_is_chosen(staff, site):
    reference, page = ask(site), staff.page
    staff.open(QUEUE)
    page.get_by_role("link", name=reference).click()
    page.get_by_role("button", name="Claim it").click()
    page.get_by_label("Time of the next try").fill("15:00")
    expect(page.get_by_label("At this date and time")).to_be_checked()
    page.get_by_role("button", name="Give it back").click()


def test_call_logged_without_a_connection_loses_no_word(staff, site):
    reference, page = ask(site), staff.page
    staff.open(QUEUE)
    page.get_by_role("link", name=reference).click()
    page.get_by_role("button", name="Claim it").click()
    page.get_by_role("button", name="Show the number").click()
    page.get_by_label("Note for colleagues").fill("Typed on a train.")
    staff.context.set_offline(True)
    page.get_by_role("button", name="No answer").click()
    expect(page.locator("#shift")).to_contain_text("nothing was sent")
    page.set_viewport_size({"width": 360, "height": 640})
    page.get_by_role("button", name="Log the call").scroll_into_view_if_needed()
    expect(page.locator("#shift")).to_be_in_viewport()
    expect(page.get_by_label("Note for colleagues")).to_have_value("Typed on a train.")
    staff.context.set_offline(False)
    page.get_by_role("button", name="No answer").click()
    expect(page.locator(".messagelist")).to_contain_text(f"{reference}: the call is logged")


def test_note_typed_in_a_session_that_ended_is_saved_after_signing_in_again(staff, site):
    reference, page = ask(site), staff.page
    staff.open(QUEUE)
    page.get_by_role("link", name=reference).click()
    page.clock.install()
    page.reload()
    page.get_by_label("Note for colleagues").fill("Said: call after six.")
    page.clock.fast_forward(28 * 60_000)
    expect(page.locator("#shift")).to_contain_text("You will be signed out at")
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.locator("#shift")).to_be_hidden()
    cookies = staff.context.cookies()
    staff.context.clear_cookies()
    page.clock.fast_forward(2 * 60_000)
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#shift")).to_contain_text("You are signed out, and this page is hidden. What you typed stays")
    expect(page.get_by_role("heading", name="How to call")).to_be_hidden()
    expect(page.get_by_label("Note for colleagues")).to_be_hidden()
    expect(page.locator("#shift").get_by_role("link", name="Sign in")).to_have_attribute("target", "_blank")
    staff.context.add_cookies(cookies)  # as after signing in again in another tab
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.get_by_label("Note for colleagues")).to_have_value("Said: call after six.")
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_text("Note saved.")).to_be_visible()
    expect(page.get_by_text("Said: call after six.", exact=True)).to_be_visible()


def test_queue_is_hidden_after_signing_out_in_another_window(staff, site):
    page = staff.page
    staff.open(QUEUE)
    page.evaluate(REFRESH)
    expect(page.locator("#fresh-at")).to_contain_text("Updated")
    expect(page.locator("#content")).to_be_visible()
    staff.context.clear_cookies()
    page.evaluate(REFRESH)
    expect(page.locator("#content")).to_be_hidden()


def test_unanswered_call_is_three_presses_and_a_shift_is_handed_over(staff, site):
    asked = "|".join(shell(site, ASLEEP_AND_AWAKE).split())
    page = staff.page
    staff.open(QUEUE)
    call = page.get_by_role("button", name=re.compile(f"^Claim and call ({asked})$")).first
    reference = call.text_content().split()[-1]
    page.get_by_role("link", name=reference).click()
    page.set_viewport_size({"width": 390, "height": 844})
    call = page.get_by_role("button", name="Claim and call", exact=True)
    expect(call).to_be_visible()
    page.wait_for_load_state()
    assert call.bounding_box()["y"] < 740  # on the first screen of a phone, below what has to be read first
    call.click()
    number = page.locator(".number").first
    expect(number).to_have_attribute("href", re.compile("^tel:"))
    assert number.bounding_box()["y"] < 740
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_label("Note for colleagues").fill("Rang six times.")
    page.get_by_role("link", name="Callback requests").click()
    page.get_by_role("button", name=f"Call {reference}", exact=True).click()
    assert staff.asked_before_leaving == 1
    page.get_by_label("Note for colleagues").fill("Rang six times.")
    page.get_by_role("button", name="No answer").click()
    expect(page.get_by_text("the call is logged. Next try:")).to_be_visible()
    assert staff.asked_before_leaving == 1  # it was saved with the call
    page.get_by_role("link", name="Back to it").click()  # after a press too many
    expect(page.get_by_role("heading", name=f"Request {reference}")).to_be_visible()
    page.go_back()
    page.get_by_text("Hand over all of mine").click()
    axe.check_light_and_dark(page)
    page.get_by_label("Note for each").fill("I leave at three.")
    page.get_by_role("button", name=re.compile("Hand over")).click()
    expect(page.get_by_text("The queue has them now.")).to_be_visible()
    assert staff.complaints == []
