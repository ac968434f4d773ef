"""How far help is from the top of a page on a phone. `python -m bench.reading` has every goal; here are those that
hold today, on one page of each kind."""

import pytest

from bench import reading
from bench.reading import LOOK, SCREEN, WIDTH

#: A phone with letters twice as large has room for half as many, as this one has.
LARGE_TEXT = WIDTH // 2, SCREEN // 2
#: How many phone numbers have their punctuation on the line below.
PERIODS_ALONE = """() => [...document.querySelectorAll('main a[href^="tel:+"]')].filter(link => {
    const after = link.nextSibling
    if (!/^[.,]/.test(after?.data ?? "")) return false
    const mark = document.createRange()
    mark.setStart(after, 0)
    mark.setEnd(after, 1)
    return mark.getBoundingClientRect().top >= [...link.getClientRects()].pop().bottom - 3
}).length"""


@pytest.fixture
def phone(look):
    visitor = look(WIDTH, bypass_csp=True)
    visitor.page.set_viewport_size({"width": WIDTH, "height": SCREEN})
    return visitor


def test_way_out_stays_in_sight_and_hides_no_place_that_a_link_leads_to(phone):
    page = phone.page
    page.emulate_media(reduced_motion="reduce")
    for width, height in ((WIDTH, SCREEN), (320, 256), LARGE_TEXT):  # a phone, a desk at 400 %, text at 200 %
        page.set_viewport_size({"width": width, "height": height})
        phone.open("/emergency/#lines")
        page.wait_for_function("scrollY > 1000")
        leave = page.get_by_role("link", name="Leave this page").bounding_box()
        assert 0 <= leave["y"] < leave["y"] + leave["height"] <= 56
        assert page.locator("#lines").bounding_box()["y"] >= leave["y"] + leave["height"]


def test_menu_opens_without_scripts_and_holds_pages_and_numbers(look):
    visitor = look(WIDTH, java_script_enabled=False)
    visitor.open("/phases/peak-withdrawal/")
    menu = visitor.page.get_by_role("navigation", name="Main")
    assert not menu.is_visible()
    visitor.page.get_by_text("Menu", exact=True).click()
    for name in ("Where am I now?", "Search", "Private version", "988", "866-512-1908"):
        assert menu.get_by_role("link", name=name).is_visible(), name
    visitor.page.get_by_text("Menu", exact=True).click()
    assert not menu.is_visible()


def test_foot_leads_back_to_the_top(phone):
    phone.open("/articles/the-first-72-hours/")
    phone.page.get_by_role("link", name="Back to top").click()
    phone.page.wait_for_function("scrollY == 0")


def test_text_twice_as_large_needs_no_scrolling_sideways(phone):
    for path in ("/", "/emergency/", "/phases/peak-withdrawal/", "/about/", "/es/"):
        phone.open(path)
        phone.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= WIDTH, path
    phone.page.set_viewport_size({"width": 160, "height": 320})  # the smallest phone
    for path in ("/sources/", "/es/", "/es/a-z/", "/es/tratamientos/"):
        phone.open(path)
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= 160, path


def test_period_after_a_phone_number_never_begins_a_line(phone):
    page = phone.page
    phone.open("/articles/craving-right-now/")
    for size in ("100%", "200%"):
        page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
        for width in range(300, 421, 10):
            page.set_viewport_size({"width": width, "height": SCREEN})
            assert page.evaluate(PERIODS_ALONE) == 0, (size, width)


def test_text_twice_as_large_leaves_half_the_screen_to_the_page(phone):
    page = phone.page
    page.set_viewport_size(dict(zip(("width", "height"), LARGE_TEXT, strict=True)))
    for path in ("/", "/emergency/", "/phases/peak-withdrawal/", "/treatments/compare/"):
        phone.open(path)
        assert page.evaluate("document.querySelector('h1').getBoundingClientRect().top") <= LARGE_TEXT[1] / 2, path
        two_rows = page.locator(".urgent").bounding_box()["height"]
        assert two_rows < 60 and page.get_by_role("link", name="Won’t wake up? What to do").is_visible()


def test_overdose_steps_and_what_comes_next_are_on_the_first_screen(phone):
    page = phone.page
    phone.open("/emergency/")
    found = page.evaluate(LOOK)
    assert found["step"] <= reading.STEP_1 * SCREEN and found["naloxone"] <= reading.NALOXONE * SCREEN
    reading.answer(page, phone.site.url)
    place, words = page.evaluate(LOOK)["next"]
    assert place <= reading.NEXT * SCREEN and words <= reading.WORDS_TO_NEXT
