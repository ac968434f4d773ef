"""Staff set up a second factor, sign in, sign out and use a recovery code, with and without scripts."""

import pytest
from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.conftest import shell
from tests.factories import app_code, wrong_code

NEWCOMERS = """
from tests.factories import make_staff
for width in (1280, 360):
    make_staff(f"nadia-{width}", superuser=True, second_factor=False)
"""


@pytest.fixture(scope="module")
def newcomers(site) -> None:
    shell(site, NEWCOMERS)


def check(visitor, scripts: bool = True) -> None:
    """No rule of the policy or, where a script can ask, of accessibility is broken, and the page fits its window."""
    if scripts:
        axe.check(visitor.page)
    assert visitor.complaints == []
    assert visitor.fits()


@pytest.mark.parametrize(("width", "scheme", "scripts"), [(1280, "dark", True), (360, "light", False)])
def test_from_first_sign_in_to_recovery_code(visit, newcomers, site, width, scheme, scripts):
    """Each kind of page on the way is checked once, where it has an error or a message."""
    name = f"nadia-{width}"
    visitor = visit(width, scheme, java_script_enabled=scripts)
    page = visitor.page

    visitor.open("/admin/")
    visitor.give_password(name)
    expect(page.locator("h1")).to_have_text("Set up your second factor")
    assert visitor.fits()
    square = page.locator(".square-code")
    if scripts:
        assert square.evaluate("image => image.complete && image.naturalWidth > 0")
    secret = page.locator(".key").inner_text()
    visitor.give_code(wrong_code(secret))
    expect(page.locator("main")).to_contain_text("This code is wrong")
    check(visitor, scripts)
    assert page.locator(".key").inner_text() == secret
    visitor.give_code(app_code(secret))

    expect(page.locator("h1")).to_have_text("Recovery codes")
    expect(page.locator(".codes code")).to_have_count(10)
    codes = page.locator(".codes code").all_inner_texts()
    assert len(set(codes)) == 10
    check(visitor, scripts)
    page.get_by_role("link", name="I have them").click()
    expect(page).to_have_url(f"{site.url}/admin/")
    page.get_by_role("button", name="Log out").click()
    expect(page.locator("h1")).to_have_text("Staff sign in")
    expect(page.locator("main")).to_contain_text("You are signed out")
    check(visitor, scripts)
    page.go_back()
    expect(page.locator("h1"), "Back shows nothing of the former session").to_have_text("Staff sign in")

    visitor.give_password(name)
    expect(page.locator("h1")).to_have_text("Enter your code")
    check(visitor, scripts)
    visitor.give_code(codes[0])
    expect(page).to_have_url(f"{site.url}/admin/")
    page.get_by_role("link", name="Second factor").click()
    expect(page.locator("main")).to_contain_text("9 left of 10")
    assert visitor.complaints == [] and visitor.fits()
    if scripts:  # what follows is the server's
        page.get_by_role("button", name="Sign out").click()
        visitor.give_password(name)
        visitor.give_code(codes[0])
        expect(page.locator("main")).to_contain_text("This code is wrong")
        visitor.give_code(app_code(secret, ahead=1))
        expect(page).to_have_url(f"{site.url}/admin/")
