"""Asking for a call by everybody: axe-core's rules on every state of the pages, small and large, light and dark."""

import pytest
from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.asking import card, done, fill, photo, press, requests_kept


def test_wait_for_the_answer_is_announced(person):
    page = person.page
    fill(page)
    page.route("**/contact/", lambda route: None)  # no answer
    press(page)
    expect(page.locator("form.ask [aria-live=polite]", has_text="Sending…")).to_be_visible()


def test_every_state_keeps_the_rules_of_accessibility(person, tmp_path):
    page = person.page
    axe.check_phone_and_desk(page, "form")
    hidden = page.locator("[name=website]").bounding_box()
    assert hidden is None or hidden["x"] + hidden["width"] <= 0 or hidden["width"] * hidden["height"] <= 1
    card(page).set_input_files(photo(tmp_path, 10, "x.gif"))
    axe.check_phone_and_desk(page, "form with a wrong file")
    press(page)
    expect(page.locator(".error-summary")).to_be_focused()
    axe.check_phone_and_desk(page, "errors")
    person.complaints.clear()  # the browser notes that the answer was 422
    fill(page, phone="212 555 0123 or 646 555 0199, case manager Jabez")
    person.slow_down(20_000)
    card(page).set_input_files(photo(tmp_path, 3_000_000))
    press(page)
    expect(page.get_by_role("status")).to_contain_text("Sending the photo of your insurance card: front.")
    axe.check_phone_and_desk(page, "sending")
    page.get_by_role("button", name="Stop sending it").click()
    expect(page.get_by_role("button", name="Try it again")).to_be_visible()
    axe.check_phone_and_desk(page, "stopped")
    person.slow_down(-1)
    page.get_by_role("button", name="Try it again").click()
    page.wait_for_url("**/contact/sent/**")
    axe.check_phone_and_desk(page, "sent")
    page.get_by_role("link", name="Correct it").click()
    expect(page.locator("h1")).to_have_text("Correct what you told us")
    axe.check_phone_and_desk(page, "correction")
    page.get_by_label("Phone number").fill("none")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".error-summary")).to_be_focused()
    axe.check_phone_and_desk(page, "errors of the correction")
    person.complaints.clear()
    page.get_by_label("Phone number").fill("212 555 0123")
    page.get_by_role("button", name="Save").click()
    done(page)
    page.get_by_role("link", name="Cancel my request").click()
    page.wait_for_url("**/contact/withdraw/**")
    axe.check_phone_and_desk(page, "withdraw")
    page.get_by_role("button", name="Yes, erase my request").click()
    expect(page.locator("h1")).to_have_text("Your request is erased")
    axe.check_phone_and_desk(page, "withdrawn")
    assert person.complaints == []
    person.open("/contact/sent/?t=gone")
    axe.check_phone_and_desk(page, "gone")
    main = page.locator("main").inner_text()
    assert "This page is not open" in main and "866-512-1908" in main


def test_form_is_filled_in_and_sent_with_the_keyboard_alone(look):
    person = look(1280)
    person.open("/contact/")
    page = person.page
    page.get_by_label("Your name").focus()
    visited = []
    typed = {"name": "Sam", "phone": "212 555 0123", "message": "After three"}
    for _ in range(40):
        name, kind, tag = page.evaluate("(e => [e.name, e.type, e.localName])(document.activeElement)")
        visited.append(name)
        if name in typed:
            page.keyboard.type(typed[name])
        elif name in {"times", "leave"}:
            page.keyboard.press("Space")
        elif tag == "summary":
            page.keyboard.press("Enter")
        if kind == "submit" and "file_2" in visited:
            break
        page.keyboard.press("Tab")
    asked = "name phone times days not_before not_after zone place leave if_other_answers may_tell language "
    asked += "other_language interpreter channel email second_phone about message file_1 file_2"
    assert [name for name in dict.fromkeys(visited) if name] == asked.split()  # in order, and never the hidden field
    page.keyboard.press("Enter")
    page.wait_for_url("**/contact/sent/**")
    expect(page.locator("h1")).to_have_text("We have your request")
    assert person.complaints == []


def test_sending_is_stopped_and_tried_again_with_the_keyboard_alone(person, site, tmp_path):
    page, before = person.page, requests_kept(site)
    fill(page)
    card(page).set_input_files(photo(tmp_path, 1_000_000))
    person.slow_down(20_000)
    press(page)
    expect(page.locator(".sending")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Stop sending it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Try it again")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Your request is safe.")
    assert requests_kept(site) == before + 1
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Try it again")).to_be_focused()
    person.slow_down(-1)
    page.keyboard.press("Enter")
    assert "We have it: PNG" in done(page)
    assert requests_kept(site) == before + 1


def test_name_number_and_button_come_first_and_the_card_soon_after(look):
    (person := look()).open("/contact/")
    page = person.page
    bottom = "e => e.getBoundingClientRect().bottom - document.querySelector('h1').getBoundingClientRect().top"
    assert page.get_by_role("button", name="Ask for a call").first.evaluate(bottom) <= 740 - 150
    for wish in ("Which times are safe?", "Photo of your insurance card: front"):
        expect(page.get_by_text(wish)).to_be_hidden()
    page.get_by_text("Add a photo of your insurance card").click()
    expect(card(page)).to_be_visible()
    assert page.get_by_role("button", name="Ask for a call").last.evaluate(bottom) <= 2.5 * 740 - 150


@pytest.mark.parametrize("scripts", [True, False])
def test_error_leads_into_its_opened_part(look, scripts):
    page = (person := look(java_script_enabled=scripts)).page
    person.open("/contact/")
    fill(page)
    page.get_by_label("Email address").fill("sam at home")
    page.get_by_text("Language, text, email or relay").click()
    press(page)
    page.get_by_role("link", name="Check the email address").click()
    expect(page.get_by_label("Email address")).to_be_in_viewport()
    expect(page.get_by_label("Email address")).to_have_value("sam at home")
    assert page.locator("#ask-files[open]").count() == scripts  # the script keeps what was open
