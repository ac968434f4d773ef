"""How a page comes to readers in the real admin: reviewed by a publisher, signed, corrected and translated, and marked
where a source that it cites is retracted."""

import pytest
from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.conftest import shell

SEED = """
from tests.factories import make_article, make_staff
from django.test import Client
for user in (make_staff("ed", roles=("Editors",)), make_staff("pub", roles=("Publishers",))):
    (client := Client()).force_login(user)
    print(client.cookies["sessionid"].value)
make_article(title="Sleep", slug="sleep", status="draft", published_at=None)
import reversion
from articles.models import Article
from editorial.workflow import change_kinds
page = Article.objects.get(slug="test-strips")
with reversion.create_revision():
    before = change_kinds.public_state(page)
    page.body += "\\n\\nNever use alone."
    page.save()
    change_kinds.record_save(page, before, "safety-correction", note="It was left out.")
"""


@pytest.fixture(scope="module")
def sessions(site) -> list[str]:
    """Of an editor and of a publisher; and their work: a draft, and a page corrected in English only."""
    return shell(site, SEED).split()


def test_page_goes_from_editor_to_publisher_to_readers(look, site, sessions):
    editor, publisher = sessions
    staff, reader = look(390, staff=True), look(360)
    page = staff.page
    staff.context.clear_cookies()
    staff.context.add_cookies([{"name": "sessionid", "value": editor, "url": site.url}])
    staff.open("/admin/articles/article/?q=Sleep")
    assert page.locator("select[name=action]").count() == 0, "an editor has nothing to do to many pages at once"
    page.get_by_role("link", name="Sleep", exact=True).click()
    expect(page.locator("#id_status option")).to_have_text(["Draft", "In review"])
    page.select_option("#id_status", "in-review")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("in review: readers do not see it")

    staff.context.add_cookies([{"name": "sessionid", "value": publisher, "url": site.url}])
    staff.open("/admin/")
    assert staff.fits()
    page.locator(".needs").get_by_role("link", name="in review, ready to publish").click()
    page.get_by_role("link", name="Sleep", exact=True).click()
    assert reader.open("/articles/sleep/").status == 404
    page.select_option("#id_status", "published")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("Readers see it now.")
    assert reader.open("/articles/sleep/").status == 200
    assert staff.complaints == []


def test_page_is_signed_named_and_corrected(look):
    staff, reader = look(390, staff=True), look(1280)
    page, path = staff.page, "/treatments/sober-living/"
    staff.open("/admin/editorial/reviewer/add/")
    page.select_option("#id_user", label="chief")
    page.fill("#id_name", "Jo Roe")
    page.fill("#id_credentials", "MD")
    page.fill("#id_conflicts", "None")
    page.get_by_role("button", name="Save", exact=True).click()

    staff.open("/admin/phases/treatmentoption/?q=sober+living")
    page.get_by_role("link", name="sober living").first.click()
    address = page.url
    page.get_by_role("link", name="Read and sign").click()
    assert staff.fits()
    page.get_by_role("button", name="I have read all of this text. I sign it.").click()
    page.get_by_text("Readers see your name with it").wait_for()
    reader.open(path)
    assert "Reviewed by Jo Roe, MD on" in reader.page.locator("main").inner_text()

    page.goto(address)
    page.fill("#id_watch_out", page.input_value("#id_watch_out") + " Ask.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".field-change_kind .errorlist", has_text="Say what kind it is").wait_for()
    page.get_by_label("Correction: something was wrong", exact=False).first.check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".field-change_note .errorlist", has_text="readers are told").wait_for()
    assert staff.fits()
    page.fill("#id_change_note", "A word was missing.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Readers see it now").wait_for()
    page.wait_for_timeout(600)  # a process may show a page as it was 0.4 seconds ago
    reader.page.reload()  # without the copy that a browser keeps for some seconds
    said = reader.page.locator("main").inner_text()
    assert "Reviewed by" not in said and "waiting for medical review" in said and "A word was missing." in said

    staff.open("/admin/editorial/reviewer/")
    page.get_by_role("link", name="Jo Roe").click()
    page.uncheck("#id_is_active")
    page.get_by_role("button", name="Save", exact=True).click()
    assert staff.complaints == []


def test_source_is_retracted_and_current_again(look):
    staff = look(390, staff=True)
    page = staff.page
    staff.open("/admin/editorial/source/?q=fda-loperamide-2016")
    page.get_by_role("link", name="fda-loperamide-2016").click()
    address = page.url
    used = page.locator(".field-used_on")
    expect(used.get_by_role("link", name="Peak withdrawal")).to_be_visible()
    assert staff.fits()
    page.get_by_label("Status").select_option("retracted")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Due for review, because they cite it")).to_contain_text("Peak withdrawal")
    assert staff.complaints == []

    reader = look(1280, "dark")
    reader.open("/phases/peak-withdrawal/")
    reader.page.locator(".sources summary").click()
    expect(reader.page.locator(".sources li", has_text="loperamide").get_by_text("Retracted.")).to_be_visible()
    reader.open("/sources/fda-loperamide-2016/")
    expect(reader.page.get_by_text("The pages that rest on it are due to be checked again.")).to_be_visible()
    axe.check(reader.page)

    staff = look(390, staff=True)
    page.goto(address)
    page.get_by_label("Status").select_option("current")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()


@pytest.mark.usefixtures("sessions")
def test_stale_page_is_found_in_the_table_read_and_confirmed(staff):
    staff.open("/admin/")
    page = staff.page
    page.get_by_role("link", name="translation to correct").click()
    page.get_by_role("link", name="1 paragraph changed").wait_for()
    axe.check(page)
    page.get_by_role("link", name="1 paragraph changed").click()
    expect(page.locator(".sides ins")).to_have_text("Never use alone.")
    axe.check(page)
    english, spanish = (page.locator(each) for each in (".field-english_body details.english", "#id_body"))
    for width in (1280, 390):
        if width == 390:
            page.set_viewport_size({"width": width, "height": 800})
            page.reload()
        expect(english).to_have_js_property("open", width == 1280)
        side, text = english.bounding_box(), spanish.bounding_box()
        assert (side["x"] + side["width"] <= text["x"]) if width == 1280 else (side["y"] + side["height"] <= text["y"])
        assert text["width"] >= 320 and staff.fits(), width
    page.emulate_media(color_scheme="dark")
    axe.check(page, everything=False)
    page.get_by_role("button", name="Still right").click()
    expect(page.get_by_text("is up to date with the English again")).to_be_visible()
    expect(page.locator("#changed")).to_have_count(0)
    assert staff.complaints == []
