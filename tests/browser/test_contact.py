"""Asking for a call on a phone: all of it works without scripts."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.asking import PNG, card, done, fill, is_chosen, photo, press, requests_kept, send

LIMIT = 32 * 1024 * 1024


@pytest.fixture
def person(look):
    """A phone with scripts turned off: all of it must work without."""
    visitor = look(java_script_enabled=False)
    visitor.open("/contact/")
    return visitor


def test_request_with_a_photo_is_confirmed_once_and_for_all(person, site, tmp_path):
    page, before = person.page, requests_kept(site)
    (photo := tmp_path / "card.txt").write_bytes(PNG)
    fill(page)
    page.get_by_label("Morning").check()
    page.get_by_label("Your time zone").select_option("Eastern")
    card(page).set_input_files(photo)
    send(page)
    text = page.locator("main").inner_text()
    expect(page.locator("h1")).to_have_text("We have your request")
    reference = re.search(r"\b[0-9A-Z]{3}-[0-9A-Z]{3}\b", text)[0]
    assert "We have it: PNG" in text
    assert "Sam" in text and "(212) 555-0123" in text
    page.reload()
    assert reference in page.locator("main").inner_text()
    assert requests_kept(site) == before + 1
    assert person.context.cookies() == []


@pytest.mark.parametrize("scripts", [True, False])
def test_form_filled_badly_keeps_what_was_typed_and_says_what_to_change(look, site, tmp_path, scripts):
    person, before = look(java_script_enabled=scripts), requests_kept(site)
    page = person.page
    person.open("/contact/")
    fill(page, name="Sam Ó Súilleabháin", phone="12")
    page.get_by_label("Evening").check()
    page.get_by_label("Leave a voicemail").check()
    page.get_by_label("Your time zone").select_option("Hawaii")
    page.get_by_label("Say it is a wrong number").check()
    page.get_by_label("Anything we need to know?").fill("After <b>three</b>, please")
    card(page).set_input_files(photo(tmp_path))
    press(page)
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".error-summary")).to_be_focused()
    assert page.get_by_label("Your name").input_value() == "Sam Ó Súilleabháin"
    assert page.get_by_label("Anything we need to know?").input_value() == "After <b>three</b>, please"
    assert page.get_by_label("Evening").is_checked() and page.get_by_label("Leave a voicemail").is_checked()
    assert page.get_by_label("Say it is a wrong number").is_checked()
    assert page.get_by_label("Your time zone").input_value() == "Pacific/Honolulu"
    assert is_chosen(page) is scripts
    assert ("Choose it again" in page.locator("main").inner_text()) is not scripts
    page.locator(".error-summary a").first.click()
    expect(page.locator("[name=phone]")).to_be_in_viewport()
    fill(page, name="Sam", phone="(212) 555-0123")
    press(page)
    assert ("We have it: PNG" in done(page)) is scripts
    assert requests_kept(site) == before + 1


def test_private_link_opens_the_same_page_elsewhere_and_takes_the_request_back(person, look, site):
    page, before = person.page, requests_kept(site)
    fill(page)
    send(page)
    reference = re.search(r"\b[0-9A-Z]{3}-[0-9A-Z]{3}\b", page.locator("main").inner_text())[0]
    link = page.locator(".private-link a").inner_text()
    assert link == page.url

    elsewhere = look(1280, java_script_enabled=False)
    elsewhere.page.goto(link)
    assert reference in elsewhere.page.locator("main").inner_text()
    elsewhere.page.get_by_role("link", name="Cancel my request").click()
    expect(elsewhere.page.locator("h1")).to_have_text("Cancel your request?")
    elsewhere.page.get_by_role("link", name="No, keep it").click()
    expect(elsewhere.page.locator("h1")).to_have_text("We have your request")
    elsewhere.page.get_by_role("link", name="Cancel my request").click()
    elsewhere.page.get_by_role("button", name="Yes, erase my request").click()
    expect(elsewhere.page.locator("h1")).to_have_text("Your request is erased")
    page.reload()
    expect(page.locator("main")).to_contain_text("We will not call.")
    assert requests_kept(site) == before + 1  # the emptied row
    assert elsewhere.complaints == []
    assert elsewhere.context.cookies() == []


def test_file_too_large_costs_the_file_not_the_call_and_one_is_added_later(person, site, tmp_path):
    page, before = person.page, requests_kept(site)
    with (large := tmp_path / "large.pdf").open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(LIMIT + 1)
    fill(page)
    card(page, "back").set_input_files(large)
    send(page)
    text = page.locator("main").inner_text()
    expect(page.locator("h1")).to_have_text("We have your request")
    assert "It is larger than 32 MB" in text
    assert requests_kept(site) == before + 1

    with large.open("r+b") as file:
        file.truncate(LIMIT)
    card(page, "back").set_input_files(large)
    with page.expect_navigation(timeout=240_000):
        page.get_by_role("button", name="Send the file").click(timeout=240_000)
    assert "We have it: PDF, 32.0 MB" in page.locator("main").inner_text().replace("\xa0", " ")


@pytest.mark.parametrize("scripts", [True, False])
def test_double_tap_makes_one_request(look, site, scripts):
    person, before = look(java_script_enabled=scripts), requests_kept(site)
    person.open("/contact/")
    fill(person.page)
    # The second tap may break off what the first one began, which a wait for a navigation takes for a failure.
    person.page.get_by_role("button", name="Ask for a call").first.dblclick(no_wait_after=True)
    done(person.page)
    assert requests_kept(site) == before + 1
    assert len(person.sent) == 1 or not scripts


def test_video_far_too_large_costs_the_file_not_the_call(person, site, tmp_path):
    page, before = person.page, requests_kept(site)
    with (video := tmp_path / "video.mov").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    fill(page)
    card(page).set_input_files(video)
    send(page)
    expect(page.locator("h1")).to_have_text("We have your request")
    expect(page.locator("main")).to_contain_text("It did not go through.")
    assert requests_kept(site) == before + 1
