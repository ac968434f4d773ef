"""A person sees the number that we will dial, puts it right, and goes back without leaving the site."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.asking import card, done, fill, photo, press, requests_kept, send

REFUSED = "Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"


def test_number_is_shown_and_corrected_without_scripts(look, site):
    person = look(java_script_enabled=False)
    page, before = person.page, requests_kept(site)
    person.open("/contact/")
    fill(page, phone="212 555 0132 room 204")
    send(page)
    facts = page.locator("main").inner_text()
    assert "(212) 555-0132" in facts and "room 204" in facts
    page.get_by_role("link", name="Correct it").click()
    assert page.get_by_label("Phone number").input_value() == "(212) 555-0132, room 204"
    page.get_by_label("Phone number").fill("555 0123 mom")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".error-summary")).to_be_focused()
    assert page.get_by_label("Phone number").input_value() == "555 0123 mom"
    page.get_by_label("Phone number").fill("212 555 0123, room 204")
    page.get_by_role("button", name="Save").click()
    facts = done(page)
    assert "(212) 555-0123" in facts and "room 204" in facts and "mom" not in facts
    assert requests_kept(site) == before + 1
    assert person.fits()
    page.set_viewport_size({"width": 1280, "height": 800})
    assert person.fits()
    assert person.context.cookies() == [] and person.complaints == [REFUSED]


@pytest.mark.parametrize("scripts", [True, False])
def test_back_from_another_page_leads_to_the_hours_that_were_chosen(look, scripts):
    """A form that kept the name and lost "not before 10 am" would have somebody called at an hour that is not safe."""
    person = look(timezone_id="America/Chicago", java_script_enabled=scripts)
    person.open("/contact/")
    page = person.page
    fill(page)
    page.get_by_label("Not before").select_option("10 am")
    page.get_by_label("Your time zone").select_option("Hawaii")
    page.get_by_role("link", name="More on privacy").click()
    expect(page.locator("h1")).to_have_text("Privacy")
    page.go_back()
    expect(page.get_by_label("Your name")).to_have_value("Sam")
    chosen = page.locator("[name=not_before] option:checked, [name=zone] option:checked").all_text_contents()
    assert chosen == ["10 am", "Hawaii"]


@pytest.mark.parametrize("detours", [False, True])
def test_back_from_the_confirmation_leads_to_an_empty_form_and_forward_again(person, site, tmp_path, detours):
    page, before = person.page, requests_kept(site)
    if detours:
        fill(page, phone="212 555 01")
        press(page)
        expect(page.locator(".error-summary")).to_be_focused()
    fill(page)
    page.get_by_label("Anything we need to know?").fill("Nobody may read this.")
    if detours:
        card(page).set_input_files(photo(tmp_path))
    press(page)
    done(page)
    link = page.url
    page.go_back()
    expect(page.locator("h1")).to_have_text("Ask for a call")
    assert page.url == f"{site.url}/contact/"
    for label in ("Your name", "Phone number", "Anything we need to know?"):
        assert page.get_by_label(label).input_value() == ""
    expect(page.get_by_role("button", name="Ask for a call").first).to_be_enabled()
    page.go_forward()
    done(page)
    assert page.url == link
    assert requests_kept(site) == before + 1
