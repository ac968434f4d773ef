"""Somebody who changes the language in the middle of a form loses nothing, with scripts and without."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.asking import card, fill, photo, press, requests_kept

SPANISH, ENGLISH = "Español", "English"
NAME, PHONE, MESSAGE = "Zoë", "(212) 555-0123", "Knock first.\nThen wait."


def switch(page, to: str) -> None:
    """Press the language in the header, and see that the page is in it and says nothing of mistakes."""
    page.get_by_role("button", name=to, exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "es-US" if to == SPANISH else "en-US")
    expect(page.locator(".error-summary, .error:not(:empty)")).to_have_count(0)


def assert_kept(page) -> None:
    for name, value in (("name", NAME), ("phone", PHONE), ("message", MESSAGE)):
        expect(page.locator(f"[name={name}]")).to_have_value(value)
    for name, value in (("times", "evening"), ("days", "6"), ("channel", "text")):
        expect(page.locator(f"[name={name}][value='{value}']")).to_be_checked()
    expect(page.locator("[name=not_before]")).to_have_value("18")


@pytest.mark.parametrize("scripts", [True, False])
def test_form_in_progress_keeps_all_that_was_typed(look, site, tmp_path, scripts):
    visitor = look(timezone_id="America/Chicago") if scripts else look(java_script_enabled=False)
    page, before = visitor.page, requests_kept(site)
    visitor.open("/contact/")
    fill(page, NAME, PHONE)
    page.locator("[name=message]").fill(MESSAGE)
    page.locator("[name=times][value=evening]").check()
    page.locator("[name=days][value='6']").check()
    page.locator("[name=channel][value=text]").check()
    page.locator("[name=not_before]").select_option("18")
    card(page).set_input_files(photo(tmp_path, 3_000_000))
    switch(page, SPANISH)
    assert page.url == f"{site.url}/es/contacto/" and len(visitor.sent[0].post_data) < 1500  # not the photo
    assert_kept(page)
    expect(page.locator(".field:has([name=file_1]) .hint")).to_contain_text("Elíjalo otra vez")
    switch(page, ENGLISH)
    assert page.url == f"{site.url}/contact/"
    assert_kept(page)
    page.locator("[name=phone]").fill("12")
    press(page)
    expect(page.locator(".error-summary")).to_be_focused()
    switch(page, SPANISH)  # from the page that was refused
    page.locator("[name=phone]").fill(PHONE)
    assert_kept(page)
    assert requests_kept(site) == before
    page.locator("[name=zone]").select_option("America/Chicago")
    page.locator("[name=name]").press("Enter")  # sends the form, and changes no language
    expect(page).to_have_url(re.compile("/es/contacto/enviado/"))
    assert requests_kept(site) == before + 1
    if not scripts:  # none has a part in what follows
        page.get_by_role("link", name="Corregir").click()
        page.locator("[name=name]").fill("Joe")
        switch(page, ENGLISH)
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".said").first).to_contain_text("Joe")
        page.get_by_role("link", name=SPANISH).click()  # behind the same private link
        expect(page.locator(".said").first).to_contain_text("Joe")
    assert visitor.complaints == [each for each in visitor.complaints if "422" in each]
