"""The timeline in a real browser: at any size, by keyboard, with forced colors, and the reader's place on it."""

PEAK = "/phases/peak-withdrawal/"


def open_folds(page) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach(fold => (fold.open = true))")


#: Words of the picture that run into each other, and words that leave its frame.
CLASHES = """() => {
  const boxes = [...document.querySelectorAll('.picture text')]
    .map(e => [e.textContent.trim(), e.getBoundingClientRect()]).filter(([words]) => words)
  const meet = (a, b) => a.x + 1 < b.x + b.width && b.x + 1 < a.x + a.width
    && a.y + 4 < b.y + b.height && b.y + 4 < a.y + a.height
  const frame = document.querySelector('.picture').getBoundingClientRect()
  const outside = boxes.filter(([, box]) => box.left < frame.left || box.right > frame.right)
  const clashes = boxes.flatMap(([words, a], i) =>
    boxes.slice(i + 1).filter(([, b]) => meet(a, b)).map(([other]) => [words, other]))
  return [...clashes, ...outside]
}"""


def test_timeline_fits_and_no_words_run_into_each_other(look):
    """320 pixels are 1280 at 400 %. The words keep their size, so they must find room."""
    visitor = look(320)
    for path in ("/phases/", "/symptoms/nausea-and-vomiting/", "/symptoms/insomnia/"):
        visitor.open(path)
        open_folds(visitor.page)
        for width in (320, 340, 360, 1280):
            visitor.page.set_viewport_size({"width": width, "height": 800})
            assert visitor.fits(), (path, width)
            assert visitor.page.evaluate(CLASHES) == [], (path, width)


def test_words_under_the_hill_stand_apart_in_spanish_too(look):
    visitor = look(320)
    for width in (320, 360):
        visitor.page.set_viewport_size({"width": width, "height": 800})
        visitor.open("/es/etapas/primeras-horas/")
        first, second = (visitor.page.locator(".hill text").nth(index).bounding_box() for index in (1, 2))
        assert second["x"] - first["x"] - first["width"] >= 5, width


def test_timeline_links_are_reached_by_keyboard_seen_and_large_enough(look):
    visitor = look(360)
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


def test_timeline_with_forced_colors_still_tells_peak_from_band(look):
    visitor = look(360)
    visitor.open("/phases/")
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(forced_colors="active", color_scheme=scheme)
        band, peak, name = visitor.page.evaluate(
            """() => ['.picture path:not(.peak)', '.picture .peak', '.picture .row-name']
              .map(name => getComputedStyle(document.querySelector(name))).map(style => [style.fill, style.stroke])"""
        )
        assert band[0] != peak[0] and band[0] != band[1], scheme
        assert name[0] != name[1], scheme


def test_the_readers_place_crosses_no_words_of_the_picture(look):
    page = (visitor := look()).page
    for since in ("under-6", "6-12", "12-24", "24-48", "48-72", "3-5", "5-10", "10-28", "over-28"):
        visitor.open("/phases/now/")
        with page.expect_navigation():
            page.evaluate(ANSWER, since)
        open_folds(page)
        assert page.locator(".now").first.is_visible()
        for width in (320, 360):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(CROSSED) == [], (since, width)


#: As tests/browser/test_guide.py does by hand.
ANSWER = """since => {
  for (const value of [since, 'heroin']) document.querySelector(`#typed [value='${value}']`).checked = true
  document.getElementById('typed').requestSubmit()
}"""
CROSSED = """() => [...document.querySelectorAll('.picture g text, .picture a text')].filter(words => {
  const a = words.getBoundingClientRect()
  return [...document.querySelectorAll('.now')].map(box => box.getBoundingClientRect()).some(b =>
    a.x < b.right && b.x < a.right && a.y + 2 < b.bottom && b.y + 2 < a.bottom)
}).map(words => words.textContent)"""
