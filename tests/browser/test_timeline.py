"""The timeline in a real browser: at any size, by keyboard, with forced colors, and the reader's place on it."""

import pytest

PEAK = "/phases/peak-withdrawal/"


def open_folds(page) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach(fold => (fold.open = true))")


@pytest.mark.parametrize("path", ["/phases/", "/symptoms/nausea-and-vomiting/", "/symptoms/insomnia/"])
def test_timeline_fits_and_no_words_run_into_each_other(look, path):
    """320 pixels are 1280 at 400 %. The words keep their size, so they must find room."""
    visitor = look(320)
    visitor.open(path)
    page = visitor.page
    open_folds(page)
    for width in (320, 340, 360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert visitor.fits()
        clashes = page.evaluate(
            """() => {
              const boxes = [...document.querySelectorAll('.picture text')]
                .map(e => [e.textContent.trim(), e.getBoundingClientRect()]).filter(([words]) => words)
              const meet = (a, b) => a.x + 1 < b.x + b.width && b.x + 1 < a.x + a.width
                && a.y + 4 < b.y + b.height && b.y + 4 < a.y + a.height
              return boxes.flatMap(([words, a], i) =>
                boxes.slice(i + 1).filter(([, b]) => meet(a, b)).map(([other]) => [words, other]))
            }"""
        )
        assert clashes == []
        outside = page.evaluate(
            """() => { const frame = document.querySelector('.picture').getBoundingClientRect()
              return [...document.querySelectorAll('.picture text')]
                .map(e => [e.textContent, e.getBoundingClientRect()])
                .filter(([, box]) => box.left < frame.left || box.right > frame.right).map(([words]) => words) }"""
        )
        assert outside == []


def test_timeline_links_are_reached_by_keyboard_seen_and_large_enough(visit):
    visitor = visit(360)
    visitor.open("/phases/")
    page = visitor.page
    open_folds(page)
    link = page.locator(".picture a").nth(1)
    assert link.bounding_box()["height"] >= 44
    before = link.screenshot()
    page.locator(".picture a").first.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == PEAK
    assert link.screenshot() != before
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{PEAK}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_timeline_with_forced_colors_still_tells_peak_from_band(visit, scheme):
    visitor = visit(360, scheme, forced_colors="active")
    visitor.open("/phases/")
    fills = visitor.page.evaluate(
        """() => ['.picture path:not(.peak)', '.picture .peak', '.picture .row-name']
          .map(name => getComputedStyle(document.querySelector(name))).map(style => [style.fill, style.stroke])"""
    )
    band, peak, name = fills
    assert band[0] != peak[0] and band[0] != band[1]
    assert name[0] != name[1]


@pytest.mark.parametrize("width", [320, 360])
def test_the_readers_place_crosses_no_words_of_the_picture(look, width):
    visitor = look(width)
    for since in ("under-6", "6-12", "12-24", "24-48", "48-72", "3-5", "5-10", "10-28", "over-28"):
        visitor.open("/phases/now/")
        page = visitor.page
        page.locator(f"input[name=since][value='{since}']").check()
        page.locator("input[name=substance][value=heroin]").check()
        with page.expect_navigation():
            page.get_by_role("button", name="Show me").click()
        page.get_by_text("Where these times come from").click()
        assert page.locator(".now").first.is_visible()
        crossed = page.evaluate(
            """() => [...document.querySelectorAll('.picture g text, .picture a text')].filter(words => {
              const a = words.getBoundingClientRect()
              return [...document.querySelectorAll('.now')].map(box => box.getBoundingClientRect()).some(b =>
                a.x < b.right && b.x < a.right && a.y + 2 < b.bottom && b.y + 2 < a.bottom)
            }).map(words => words.textContent)"""
        )
        assert crossed == [], since
