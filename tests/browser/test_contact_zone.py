"""Which time zone the form of a phone shows, by its clock; and what is asked where none fits."""

import pytest
from playwright.sync_api import expect

from tests.browser.asking import done, fill, press, requests_kept

#: The zone of the phone, and the one that the form then shows: none where none keeps the same time all year round.
PHONES = {
    "America/Chicago": "America/Chicago",
    "America/Boise": "America/Denver",
    "America/Phoenix": "America/Phoenix",
    "America/Indiana/Knox": "America/Chicago",
    "America/Toronto": "America/New_York",
    "America/Juneau": "America/Anchorage",
    "America/St_Thomas": "America/Puerto_Rico",
    "Pacific/Saipan": "Pacific/Guam",
    "US/Pacific": "America/Los_Angeles",
    "America/Adak": "",
    "America/Mexico_City": "",
    "Asia/Calcutta": "",
    "UTC": "",
}


def test_form_shows_the_zone_with_the_clock_of_the_phone(visit):
    visitor = visit(timezone_id=None)

    def shown(phone: str) -> str:
        visitor.devices.send("Emulation.setTimezoneOverride", {"timezoneId": ""})
        visitor.devices.send("Emulation.setTimezoneOverride", {"timezoneId": phone})
        visitor.open("/contact/")
        return visitor.page.get_by_label("Your time zone").input_value()

    assert {phone: shown(phone) for phone in PHONES} == PHONES
    # British Columbia keeps summer time all year round from 2026 on, as newer browsers know: the clock of Arizona.
    vancouver = shown("America/Vancouver")
    same = visitor.page.evaluate(
        """() => [0, 2, 4, 6, 8, 10, 12].every((month) => {
          const at = Date.now() + month * 28 * 86_400_000;
          const show = (timeZone) => new Date(at).toLocaleString("en-US", { timeZone });
          return show("America/Vancouver") === show("America/Los_Angeles");
        })"""
    )
    assert vancouver == f"America/{'Los_Angeles' if same else 'Phoenix'}"
    assert visitor.complaints == []


def test_phone_from_elsewhere_is_asked_though_no_hours_were_named(look, site):
    visitor = look(timezone_id="Pacific/Pago_Pago")
    page, before = visitor.page, requests_kept(site)
    visitor.open("/contact/")
    fill(page)
    press(page)
    expect(page.get_by_role("link", name="Choose your time zone")).to_be_visible()
    assert page.locator("[name=elsewhere]").input_value()  # asked again, for as long as none is chosen
    assert requests_kept(site) == before
    page.get_by_label("Your time zone").select_option("Hawaii")
    press(page)
    assert "Hawaii" in done(page)
    assert requests_kept(site) == before + 1


@pytest.mark.parametrize("scripts", [True, False])
def test_hours_without_a_zone_come_back_and_nothing_is_lost(look, site, scripts):
    visitor = look(timezone_id="Pacific/Pago_Pago") if scripts else look(java_script_enabled=False)
    page, before = visitor.page, requests_kept(site)
    visitor.open("/contact/")
    fill(page)
    page.get_by_label("Evening, 5 to 9").check()
    press(page)
    page.get_by_role("link", name="Choose your time zone").click()
    assert page.get_by_label("Evening, 5 to 9").is_checked()
    page.get_by_label("Your time zone").select_option("Other: say where you are")
    page.get_by_label("where are you?").fill("Pago Pago, Samoa")
    press(page)
    assert "before we know your local time" in done(page)
    assert requests_kept(site) == before + 1
