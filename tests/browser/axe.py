"""axe-core's rules of accessibility, asked about the page in a window."""

from collections import Counter

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

from tests.environment import SHARED

#: The rules about colors take two thirds of the time, so they look at one of all words that have the same colors,
#: letters and boxes around them, on whichever page. Of a list's rows, which are alike, all rules look at three.
_LOOKS = r"""async () => {
  // What is on its way from one color to another gets there first.
  await Promise.allSettled(document.getAnimations().filter(e => e instanceof CSSTransition).map(e => e.finished))
  const boxes = new Map([[null, ""]])
  const around = element => {
    if (!boxes.has(element)) {
      const {backgroundColor, backgroundImage, opacity, position, filter} = getComputedStyle(element)
      const own = [backgroundColor, backgroundImage, opacity, position, filter].join()
      boxes.set(element, around(element.parentElement) + (own == "rgba(0, 0, 0, 0),none,1,static,none" ? "" : own))
    }
    return boxes.get(element)
  }
  const elements = [...document.querySelectorAll("input, select, textarea")], looks = {}
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) if (texts.currentNode.data.trim().length > 1) elements.push(texts.currentNode.parentElement)
  for (const element of elements.filter(element => element.checkVisibility({visibilityProperty: true}))) {
    if (element.closest("#result_list tbody tr:nth-child(n+4)")) continue
    const {right, bottom, width} = element.getBoundingClientRect()
    if (right + scrollX <= 0 || bottom + scrollY <= 0 || width <= 1) continue  // out of sight for axe too
    const {color, fontSize, fontWeight, textShadow, textDecorationLine} = getComputedStyle(element)
    const link = element.closest("a"), isDisabled = element.matches(":disabled, :disabled *")
    const isAmongWords = link && link.parentElement.textContent.trim() != link.textContent.trim()
    const look = [around(element), getComputedStyle(element.parentElement).color, color, fontSize, fontWeight,
      textShadow, textDecorationLine, element.localName, !link, isAmongWords, isDisabled]
    looks[look.join().replaceAll(location.origin, "")] ??= link ?? element
  }
  window.looks = looks
  return Object.keys(looks)
}"""
#: What of the looks is `fresh` has its colors looked at: the rules that are broken, and the looks that were judged; axe
#: leaves out what it takes to be out of sight, and cannot decide about some.
_RUN = r"""async ([fresh, everything]) => {
  const colors = ["color-contrast", "link-in-text-block"], exclude = ["#result_list tbody tr:nth-child(n+4)"]
  // What the rules ask about is in the page itself.
  const scope = {resultTypes: ["violations", "incomplete", "passes"], preload: {assets: ["media"]}, iframes: false}
  const violations = [], passed = [], unclear = []
  if (fresh.length) {
    const include = fresh.map(look => looks[look])
    const found = await axe.run({include, exclude}, {...scope, runOnly: colors, elementRef: true})
    violations.push(...found.violations)
    const elements = rules => rules.flatMap(rule => rule.nodes.map(node => node.element))
    passed.push(...elements(found.passes.filter(rule => rule.id == "color-contrast")))
    unclear.push(...elements(found.incomplete))
  }
  if (everything) {
    const rules = Object.fromEntries(colors.map(id => [id, {enabled: false}]))
    violations.push(...(await axe.run({exclude}, {...scope, rules})).violations)
  }
  const has = (look, all) => all.some(element => looks[look].contains(element))
  return {violations, judged: fresh.filter(look => has(look, passed) && !has(look, unclear))}
}"""
#: How often axe is asked about a look that it cannot judge, on a picture, say: each time costs half of all rules.
TRIES = 3
#: Looks that were asked about, by whichever process of the run; a line for each try, and all of them where one was
#: judged.
_ASKED = SHARED / "looks"


def check(page: Page, what: str = "", *, everything: bool = True) -> None:
    """Fails where a rule is broken. The script, half a megabyte, is brought into each page once."""
    page.wait_for_load_state()
    asked = Counter(_ASKED.read_text().splitlines() if _ASKED.exists() else [])
    fresh = [look for look in page.evaluate(_LOOKS) if asked[look] < TRIES]
    if not fresh and not everything:
        return
    if not page.evaluate("Boolean(window.axe?.run)"):
        page.evaluate(AXE_SCRIPT)
    results = AxeResults(page.evaluate(_RUN, [fresh, everything]))
    assert results.violations_count == 0, f"{what or page.url}: {results.generate_report()}"
    judged = results.response["judged"]
    with _ASKED.open("a") as file:
        file.write("".join(f"{look}\n" * (TRIES if look in judged else 1) for look in fresh))


def check_light_and_dark(page: Page, what: str = "") -> None:
    """All rules in the light. In the dark those about colors: all others ask what is there, and where."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        check(page, f"{what or page.url} {scheme}", everything=scheme == "light")


def check_phone_and_desk(page: Page, what: str = "") -> None:
    """All rules on a phone in the light, those about colors at a desk in the dark; nothing is wider than either."""
    for width, scheme in ((1280, "dark"), (360, "light")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        check(page, f"{what or page.url} {width} {scheme}", everything=scheme == "light")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{what or page.url} is {wide} pixels too wide for {width}"
