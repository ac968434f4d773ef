"""Every kind of page for everyone: by keyboard, with the colors of the system, without motion, scripts or pictures, and
read out by a text browser. One window goes through all pages."""

import re
import shutil
import subprocess

from playwright.sync_api import expect

from tests import programs
from tests.pages import KINDS, MISSING

PAGES = [*KINDS, MISSING]


STOP = """() => { const e = document.activeElement, s = getComputedStyle(e), box = e.getBoundingClientRect()
  const row = e.querySelector?.('.row'), on = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
  return [e == document.body ? '' : `${e.tagName} ${e.getAttribute('href') ?? e.name ?? ''}`,
    s.outlineStyle != 'none' || s.boxShadow != 'none' || (row && getComputedStyle(row).stroke != 'none'),
    box.bottom > 0 && box.top < innerHeight && (!on || e.contains(on) || on.contains(e)),
    [...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex="0"]')]
      .filter(e => e.tabIndex >= 0 && e.type != 'hidden'
        && !(e.type == 'radio' && e != document.querySelector(`[name="${e.name}"]`))).indexOf(e)] }"""


def go_through_by_keyboard(page, path: str) -> None:
    """What all pages begin with is gone through once; on the others the first stop leads past it."""
    at, count = -1, page.evaluate("document.querySelectorAll('a[href], button, input, select, textarea').length")
    begins_inside = page.evaluate("document.activeElement != document.body")
    for step in range(min(count, 30 if path == PAGES[0] else 12)):
        page.keyboard.press("Tab")
        what, is_marked, is_in_sight, place = page.evaluate(STOP)
        if not what:
            break
        assert is_marked and is_in_sight, (path, what)
        assert place > at or place == -1, (path, what, place, at)
        at = place
        if step == 0 and not begins_inside:
            assert what == "A #main", (path, what)
            if path != PAGES[0]:
                page.keyboard.press("Enter")
                expect(page.locator("#main")).to_be_focused()


def test_focus_that_goes_back_up_is_not_under_the_bar_of_a_small_window(look):
    """At 400 % the Spanish bar has two lines."""
    page = (visitor := look()).page
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 320, "height": 256})
    for path in ("/es/", "/es/contacto/"):
        visitor.open(path)
        page.locator("footer a").last.focus()
        for _ in range(45):
            page.keyboard.press("Shift+Tab")
            what, _marked, is_in_sight, _place = page.evaluate(STOP)
            assert is_in_sight, (path, what)


def test_menu_is_gone_through_to_its_end_in_a_small_window(look):
    page = (visitor := look()).page
    page.set_viewport_size({"width": 320, "height": 256})
    visitor.open("/es/")
    page.get_by_text("Menú", exact=True).click()
    for link in page.locator(".top nav a").all():
        link.focus()
        expect(link).to_be_in_viewport(ratio=0.9)


def test_word_explained_over_a_small_window_begins_below_the_bar_and_is_scrolled(look):
    page = (visitor := look()).page
    page.set_viewport_size({"width": 320, "height": 256})
    visitor.open("/es/articulos/embarazo-y-lactancia/#word-benzos")
    word = page.locator("#word-benzos")
    assert word.bounding_box()["y"] >= page.locator(".top").evaluate("e => e.getBoundingClientRect().bottom")
    back = word.get_by_role("link", name="Volver al texto")
    back.focus()
    expect(back).to_be_in_viewport(ratio=1)


def test_page_is_complete_without_scripts_and_pictures_and_gone_through_by_keyboard(look, visit):
    """What is read with both is there without either; the focus goes in order, and is seen."""
    full, bare = look(), visit(java_script_enabled=False)
    bare.context.route(re.compile(r"\.(png|svg|jpe?g|webp)"), lambda route: route.abort())
    full.page.emulate_media(reduced_motion="reduce")
    for path in PAGES:
        full.page.set_viewport_size({"width": 360, "height": 800})
        words = []
        for visitor in (full, bare):
            visitor.open(path)
            words.append(visitor.page.locator("body").inner_text().split())
        assert words[0] == words[1], path
        assert bare.page.locator("main img:not([alt])").count() == 0, path
        full.page.set_viewport_size({"width": 1280, "height": 800})
        go_through_by_keyboard(full.page, path)


def test_keyboard_focus_is_visible_in_the_colors_of_the_system(look):
    """Which take shadows and backgrounds away."""
    page = (visitor := look(1280)).page
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    for path in PAGES[::4]:
        visitor.open(path)
        go_through_by_keyboard(page, path)


def test_forced_colors_leave_levels_bands_and_ticks_readable(look):
    """Cards have an edge, a band's peak another pattern than the band, and the mark of the reader is dashed."""
    page = (visitor := look(360)).page
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    for path in ("/phases/peak-withdrawal/", "/emergency/", "/treatments/compare/"):
        visitor.open(path)
        for level in page.locator(".card .level").all():
            assert level.inner_text().strip(), path
        edges = page.locator(".card").evaluate_all("all => all.map(e => getComputedStyle(e).borderTopWidth)")
        assert set(edges) == {"2px"}, path
    visitor.open("/phases/now/")
    page.get_by_text("Menu", exact=True).click()
    assert "underline" in page.locator(".top [aria-current]").evaluate("e => getComputedStyle(e).textDecoration")
    page.get_by_text("Menu", exact=True).click()
    page.get_by_label("2 to 3 days ago").first.check()
    page.get_by_label("Heroin", exact=True).first.check()
    page.get_by_role("button", name="Show me").click()
    page.get_by_text("Where these times come from").click()
    style = page.locator(".now").evaluate("e => [getComputedStyle(e).strokeDasharray, getComputedStyle(e).stroke]")
    assert style[0] != "none" and style[1] != "none"


def test_nothing_moves_for_those_who_asked_for_no_motion(look):
    visitor = look(360)
    visitor.page.emulate_media(reduced_motion="reduce")
    for path in ("/", "/phases/peak-withdrawal/", "/articles/the-first-72-hours/", "/contact/"):
        visitor.open(path)
        assert visitor.page.evaluate(
            """() => getComputedStyle(document.documentElement).scrollBehavior == 'auto'
              && document.getAnimations().length == 0"""
        ), path


def test_text_browser_reads_the_way_out_urgent_help_and_the_heading_in_that_order(site):
    lynx = shutil.which("lynx")
    assert lynx, programs.how()
    for path in PAGES:
        said = subprocess.run(
            [lynx, "-dump", "-nolist", "-width=80", f"{site.url}{path}"], capture_output=True, text=True, check=False
        ).stdout
        order = r"Leave this page.*911.*988.*W(on.t|ill not) wake up\?.*General information"
        assert re.search(order, said, re.S), path
        assert "[INLINE]" not in said and "[IMG]" not in said and "IMAGE]" not in said, path
        assert len(said.split()) > 120, path
