"""axe-core's rules of accessibility, asked about the page in a window."""

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

#: The rules that can tell a dark page from a light one of the same width: all others ask what is there, and where.
COLORS = ["color-contrast", "link-in-text-block"]
#: What the rules ask about is in the page itself. Of a list's rows, which are alike, three are enough.
_SCOPE = {"preload": {"assets": ["media"]}, "iframes": False}
_ALIKE = "#result_list tbody tr:nth-child(n+4)"
#: What is on its way from one color to another gets there first.
_RUN = """async ([alike, rules]) => {
  await Promise.allSettled(document.getAnimations().filter(e => e instanceof CSSTransition).map(e => e.finished))
  return axe.run({exclude: [alike]}, {resultTypes: ["violations"], ...rules})
}"""


def check(page: Page, what: str = "", **rules: object) -> None:
    """Fails where a rule is broken. The script, half a megabyte, is brought into each page once."""
    page.wait_for_load_state()
    if not page.evaluate("Boolean(window.axe?.run)"):
        page.evaluate(Axe().axe_script)
    results = AxeResults(page.evaluate(_RUN, [_ALIKE, _SCOPE | rules]))
    assert results.violations_count == 0, f"{what or page.url}: {results.generate_report()}"


def check_light_and_dark(page: Page, what: str = "") -> None:
    """All rules in the light, and those about colors in the dark."""
    for scheme, rules in (("light", {}), ("dark", {"runOnly": COLORS})):
        page.emulate_media(color_scheme=scheme)
        check(page, f"{what or page.url} {scheme}", **rules)
