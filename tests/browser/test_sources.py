"""An editor retracts a source: told which pages rest on it, they mark them due, and readers see it in the list."""

from playwright.sync_api import expect

from tests.browser import axe

SOURCE = "/admin/editorial/source/?q=fda-loperamide-2016"


def test_source_is_retracted_and_current_again(look):
    staff = look(390, staff=True)
    page = staff.page
    staff.open(SOURCE)
    page.get_by_role("link", name="fda-loperamide-2016").click()
    used = page.locator(".field-used_on")
    expect(used.get_by_role("link", name="Peak withdrawal")).to_be_visible()
    assert staff.fits()
    page.get_by_label("Status").select_option("retracted")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Due for review, because they cite it")).to_contain_text("Peak withdrawal")
    axe.check(page)
    assert staff.complaints == []

    reader = look(1280, "dark")
    reader.open("/phases/peak-withdrawal/")
    reader.page.locator(".sources summary").click()
    expect(reader.page.locator(".sources li", has_text="loperamide").get_by_text("Retracted.")).to_be_visible()
    reader.open("/sources/fda-loperamide-2016/")
    expect(reader.page.get_by_text("The pages that rest on it are due to be checked again.")).to_be_visible()
    axe.check(reader.page)

    staff = look(390, staff=True)
    staff.open(SOURCE)
    page.get_by_role("link", name="fda-loperamide-2016").click()
    page.get_by_label("Status").select_option("current")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
