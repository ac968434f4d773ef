"""A passkey takes the place of the code: added, named, used, refused and removed in a real Chromium."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.conftest import Visitor, shell
from tests.factories import PASSWORD, app_code

#: A security key plugged in, which agrees to all it is asked.
KEY = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
NEW = "an-orchard-of-quiet-lanterns"
AGREES = {"automaticPresenceSimulation": True, "hasResidentKey": True}


STAFF = """
from tests.factories import APP_SECRET, TOTP, make_staff
TOTP.activate(make_staff("pia", superuser=True, second_factor=False), APP_SECRET)
make_staff("quinn", superuser=True, second_factor=False)
"""


@pytest.fixture(scope="module", autouse=True)
def pia_and_quinn(site) -> None:
    shell(site, STAFF)


@pytest.fixture
def at_desk(visit, site) -> Callable[..., Visitor]:
    """Opens a window at a desk with a place for security keys."""

    def opened(width: int = 1280, scheme: str = "light") -> Visitor:
        visitor = visit(width, scheme)
        visitor.site = replace(site, url=site.url.replace("127.0.0.1", "localhost"))  # a passkey belongs to a name
        visitor.devices.send("WebAuthn.enable")
        return visitor

    return opened


def check(visitor) -> None:
    axe.check(visitor.page)
    assert visitor.complaints == []
    assert visitor.fits()


def leave(visitor) -> None:
    visitor.open("/staff/second-factor/")
    visitor.page.get_by_role("button", name="Sign out").click()


def test_passkey_from_its_first_day_to_its_last(at_desk):
    staff, name = at_desk(390, "dark"), "pia"
    page = staff.page
    staff.give_password(name)
    expect(staff.page.locator("h1"), "a passkey is offered to those who have one").to_have_text("Enter your code")
    staff.give_code(app_code())

    staff.open("/staff/second-factor/")
    page.get_by_role("link", name="Add a passkey").click()
    check(staff)
    key = staff.devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY | AGREES})
    page.get_by_label("Its name").fill("Blue key")
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url("**/second-factor/codes/")
    assert len(page.locator(".codes code").all()) == 10, "the first passkey comes with them, unless there are some"
    staff.open("/staff/second-factor/")
    expect(page.locator(".passkeys")).to_contain_text("Blue key")
    check(staff)
    page.get_by_role("link", name="Rename Blue key").click()
    check(staff)
    page.get_by_label("Its name").fill("Green key")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".passkeys")).to_contain_text("Green key")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add it").click()
    page.get_by_text("has a passkey of yours already").wait_for()

    leave(staff)
    staff.give_password(name)
    expect(staff.page.locator("h1")).to_have_text("Your second factor")
    check(staff)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/admin/")

    leave(staff)
    staff.give_password(name)
    staff.devices.send("WebAuthn.removeVirtualAuthenticator", key)
    another = staff.devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY | AGREES})
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("The browser gave no passkey").wait_for()
    expect(page).to_have_url(re.compile("/staff/sign-in/code/$"))
    staff.give_code(app_code(ahead=1))

    staff.open("/staff/second-factor/")
    page.get_by_role("link", name="Remove Green key").click()
    check(staff)
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator(".passkeys")).to_have_count(0)
    staff.devices.send("WebAuthn.removeVirtualAuthenticator", another)
    leave(staff)
    staff.give_password(name)
    expect(staff.page.locator("h1")).to_have_text("Enter your code")


def test_passkey_alone_is_a_second_factor_ends_other_sessions_and_outlives_the_password(at_desk, visit):
    staff, name = at_desk(), "quinn"
    staff.give_password(name)
    expect(staff.page.locator("h1")).to_have_text("Set up your second factor")
    key = staff.devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY | AGREES})
    staff.page.get_by_role("link", name="Use a passkey instead").click()
    staff.page.get_by_role("button", name="Add it").click()
    staff.page.wait_for_url("**/second-factor/codes/")
    expect(staff.page.locator(".codes code")).to_have_count(10)
    codes = staff.page.locator(".codes code").all_inner_texts()
    staff.page.get_by_role("link", name="I have them").click()
    expect(staff.page).to_have_url(re.compile("/admin/$"))

    elsewhere = visit(1280)
    elsewhere.give_password(name)
    elsewhere.give_code(codes[0])
    expect(elsewhere.page, "a recovery code replaces a lost passkey").to_have_url(re.compile("/admin/$"))
    staff.devices.send("WebAuthn.removeVirtualAuthenticator", key)
    staff.devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY | AGREES})
    staff.open("/staff/second-factor/passkeys/add/")
    staff.page.get_by_role("button", name="Add it").click()
    staff.page.get_by_text("Passkey 2").wait_for()
    elsewhere.open("/admin/")
    expect(elsewhere.page.locator("h1")).to_have_text("Staff sign in")
    staff.open("/staff/password/")
    for field, password in (("oldpassword", PASSWORD), ("password1", NEW), ("password2", NEW)):
        staff.page.fill(f"#id_{field}", password)
    staff.page.get_by_role("button", name="Change password").click()
    staff.open("/admin/")
    expect(staff.page, "this session goes on").to_have_url(re.compile("/admin/$"))
    leave(staff)
    staff.give_password(name)
    expect(staff.page.locator("h1"), "the old password is no good").to_have_text("Staff sign in")
    staff.page.fill("#id_login", name)
    staff.page.fill("#id_password", NEW)
    staff.page.click("input[type=submit]")
    staff.page.get_by_role("button", name="Use a passkey").click()
    staff.page.wait_for_url("**/admin/")
