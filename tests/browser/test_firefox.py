"""The same pages in a real Firefox: on a phone, without scripts, with a file to send."""

import os

import pytest

from bench.reading import HEADING
from tests.browser import firefox
from tests.browser.firefox import SCRIPTS, Window
from tests.pages import MISSING

#: axe-core goes through every page in Chromium; here, those that browsers draw by themselves: forms and a wide table.
ODD = {"/phases/now/check-in/", "/treatments/compare/"}
#: Each way that a page is laid out; tests/browser/test_pages.py goes through every page in Chromium.
LAYOUTS = ["/", "/phases/", "/phases/peak-withdrawal/", "/articles/the-first-72-hours/", "/emergency/"]
LAYOUTS += ["/contact/", "/card/", "/search/?q=withdrawl", "/a-z/", MISSING, *sorted(ODD)]


@pytest.fixture(scope="module")
def phone(request, tmp_path_factory):
    if firefox.find() is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(firefox.HOW)
    window = Window(request.getfixturevalue("site"), tmp_path_factory.mktemp("firefox"))
    yield window
    window.close()


FRAME = """const box = selector => document.querySelector(selector).getBoundingClientRect()
scrollTo({top: 1e6, behavior: 'instant'})
const bar = box('.top')
scrollTo({top: 0, behavior: 'instant'})
return {wide: document.documentElement.scrollWidth, heading: box('h1').top, high: bar.height, stuck: bar.top}"""


def test_page_fits_a_phone_keeps_its_bar_and_breaks_no_rule(phone):
    for path in LAYOUTS:
        phone.open(path)
        found = phone.script(FRAME)
        assert found["wide"] <= 360 and found["heading"] <= HEADING, path
        assert found["high"] < 60 and found["stuck"] == 0, path
        if path in ODD:
            assert phone.broken_rules() == [], path
    assert phone.driver.get_cookies() == []


def test_menu_opens_without_scripts(phone):
    with phone.driver.using_prefs({SCRIPTS: False}):
        phone.open("/phases/peak-withdrawal/")
        assert not phone.find(".top nav").is_displayed()
        phone.find(".menu summary").click()
        assert phone.find(".top nav").is_displayed()
        phone.find(".top nav a[href='/search/']").click()
        assert phone.driver.get_url().endswith("/search/")


def test_link_to_a_source_opens_its_fold_and_link_to_a_fold_finds_it(phone):
    phone.open("/phases/peak-withdrawal/")
    mark = phone.find(".cite a")
    place = mark.get_attribute("href")
    assert not phone.find(place).is_displayed()
    mark.click()
    phone.wait(f"document.querySelector('{place}').getBoundingClientRect().height > 0")
    assert phone.find(place).is_displayed()
    phone.open("/articles/fentanyl-and-todays-supply/#how-long-fentanyl-stays-in-the-body")
    phone.wait("scrollY > 0")
    heading = "document.querySelector(':target').getBoundingClientRect().top"
    phone.wait(f"{heading} >= 52 && {heading} < innerHeight")


def test_form_says_what_is_wrong_and_takes_a_file(phone, tmp_path):
    photo = tmp_path / "card.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + b"0" * 5000)
    phone.open("/contact/")
    phone.find("button[type=submit]").click()
    phone.wait("document.querySelector('.error-summary')?.matches(':focus')")
    assert phone.driver.title.startswith("Error: ") and phone.broken_rules() == []
    phone.link("Enter a name").click()
    phone.wait("document.activeElement.name == 'name'")
    phone.find("[name=name]").send_keys("Sam")
    phone.find("[name=phone]").send_keys("212 555 0123")
    phone.find("#ask-files summary").click()
    phone.find("[name=file_1]").send_keys(str(photo))
    phone.find("form.ask button[type=submit]").click()
    phone.wait("location.pathname == '/contact/sent/' && document.readyState == 'complete'")
    assert phone.find("h1").text == "We have your request"
    assert "Photo of your insurance card" in phone.find("main").text
