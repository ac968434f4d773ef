"""Every kind of page in a real browser: fits a phone, breaks no rule of accessibility, asks nothing of anybody."""

import re

import pytest
from playwright.sync_api import expect

from bench.reading import HEADING
from tests.browser import axe
from tests.pages import KINDS, MISSING

PAGES = [*KINDS, MISSING]


#: What is outside the window, or is cut off by its box, with what folds opened.
LOST = """() => { document.querySelectorAll('main details').forEach(e => { e.open = true })
  const all = [...document.querySelectorAll('body *')]
  .filter(e => !e.closest('.scroll, svg, .leave-empty, .visually-hidden, .skip, thead') && e.textContent.trim())
  const name = e => `${e.tagName} ${e.className}: ${e.textContent.trim().slice(0, 30)}`
  const cut = (e, s) => ['hidden', 'clip'].includes(s.overflowX) && e.scrollWidth > e.clientWidth + 1
    || ['hidden', 'clip'].includes(s.overflowY) && e.scrollHeight > e.clientHeight + 1
  return [...all.filter(e => { const box = e.getBoundingClientRect()
      return box.right > innerWidth + 1 || (box.width && box.left < -1) }),
    ...all.filter(e => cut(e, getComputedStyle(e)))].map(name) }"""

#: WCAG 1.4.12, as a reader's own style sheet sets it.
SPACING = """() => { const sheet = new CSSStyleSheet()
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }`)
  document.adoptedStyleSheets = [sheet] }"""

#: Links, buttons and fields that are lower than 44 pixels; a box or a button to choose counts with its label, and a
#: link among other words is left out, as WCAG leaves it out.
SMALL = r"""() => [...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex="0"]')]
  .filter(e => !e.matches('.skip, .leave-empty *, [type=hidden]') && e.getClientRects().length)
  .map(e => [e, e.matches('[type=checkbox], [type=radio]') ? e.closest('label') ?? e.labels[0] : e])
  .filter(([e, target]) => target.getBoundingClientRect().height < 43.5)
  .filter(([e]) => { const words = text => text.replace(/\s+/g, ' ').trim().length
    const line = e.tagName == 'A' && e.closest('p, li, dd, td, dt, th, figcaption, h2, h3')
    return !line || words(line.textContent) == words(e.textContent) })
  .map(([e]) => `${e.tagName} ${e.textContent.trim()}`)"""
#: Words of headings that go on in the next line.
BROKEN = r"""() => [...document.querySelectorAll('h1, h2, h3')].flatMap(heading => {
  const walker = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT), broken = [], range = document.createRange()
  while (walker.nextNode()) for (const { 0: word, index } of walker.currentNode.data.matchAll(/[\p{L}\d]+/gu)) {
    range.setStart(walker.currentNode, index)
    range.setEnd(walker.currentNode, index + word.length)
    if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) broken.push(word)
  }
  return broken })"""
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.mark.parametrize("path", PAGES)
def test_page_fits_and_breaks_no_rule(look, path):
    """On a phone in the light, by thumb, with urgent help above the heading and that near the top; at a desk in the
    dark (all rules on some pages, those about colors on each); at 400 %, and with wide text spacing."""
    visitor = look()
    visitor.open(path)
    page = visitor.page
    assert page.evaluate(SMALL) == [] and page.evaluate(BROKEN) == []
    assert page.evaluate("document.querySelector('h1').getBoundingClientRect().top") <= HEADING
    if path != "/card/":  # is all urgent help
        assert page.locator(".urgent").bounding_box()["height"] < 60
        for address in ("/emergency/#steps", "tel:911", "tel:988", "tel:+18006624357"):
            box = page.locator(f'.urgent a[href="{address}"]').bounding_box()
            assert box["height"] >= 44 and box["x"] + box["width"] <= 360, address
    axe.check(page, f"{path} 360 light")
    assert page.evaluate(FITS)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(color_scheme="dark")
    axe.check(page, f"{path} 1280 dark", everything=path in PAGES[::6])
    assert page.evaluate(FITS)
    page.set_viewport_size({"width": 320, "height": 256})  # 1280 by 1024 at 400 %
    assert page.evaluate(LOST) == []
    page.evaluate(SPACING)
    for width in (320, 360):
        page.set_viewport_size({"width": width, "height": 640})
        assert page.evaluate(FITS) and page.evaluate(LOST) == [], width
    complaints = [text for text in visitor.complaints if "404" not in text]
    assert complaints == []
    assert visitor.hosts == {visitor.site.url.split("/")[2]}
    assert visitor.context.cookies() == []


def test_nothing_moves_however_slowly_a_page_comes(look):
    """A page that is drawn after each piece of its first two screens shifts nothing that was drawn before."""
    page = (visitor := look(412)).page
    for path in ("/", "/phases/now/check-in/", "/articles/the-first-72-hours/", "/contact/"):
        words = page.request.get(f"{visitor.site.url}{path}").text()
        page.goto("about:blank")
        assert page.evaluate(PIECEMEAL, pieces(words)) == [], path


def pieces(words: str) -> list[str]:
    """Up to the body, then tag by tag to where the text begins, then block by block, then the rest at once. (Within a
    line of text, what follows a word may yet take it down to the next line.)"""
    head, body = words.split("<body", 1)
    top, text = body.split("<main", 1)
    blocks = re.split(r"(?=<(?:p|li|h\d|div|section|ul|ol|dl|nav|form|fieldset|label|svg|table)\b)", "<main" + text)
    return [f"{head}<body", *re.split("(?=<[a-z])", top), *blocks[:60], "".join(blocks[60:])]


PIECEMEAL = """async pieces => {
  const moved = []
  const watch = new PerformanceObserver(list => moved.push(...list.getEntries().flatMap(entry =>
    entry.sources.map(({node}) => (node && (node.outerHTML || node.textContent)) || "something gone"))))
  document.open()
  watch.observe({type: "layout-shift", buffered: true})
  for (const piece of pieces) {
    document.write(piece)
    await new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn)))
  }
  document.close()
  await new Promise(drawn => setTimeout(drawn, 100))
  return moved
}"""


@pytest.mark.parametrize(
    ("path", "button", "link", "field"),
    [
        ("/phases/now/", "Show me", "Choose when you last used", "since"),
        ("/phases/now/check-in/", "Make my sheet", "Check at least one thing", "danger"),
    ],
)
def test_form_left_empty_leads_to_what_is_missing(look, path, button, link, field):
    visitor = look(360)
    visitor.open(path)
    page = visitor.page
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_role("link", name=link).click()
    expect(page.locator(":focus")).to_have_attribute("name", field)
    assert page.evaluate(FITS)
    axe.check(page)


def test_search_from_every_page_in_two_steps(look):
    visitor = look(360)
    visitor.open("/about/")
    page = visitor.page
    page.get_by_text("Menu", exact=True).click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Search").click()
    page.get_by_label("What are you looking for?").fill("buprenorfine")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".results h3 a").first.inner_text() == "Buprenorphine"
