"""How long a page takes to help on a phone: screens and words to what matters, boxes, source marks.

    .venv/bin/python -m bench.reading

Serves a throwaway site, opens each page in Chromium at 360 by 740 pixels, and prints one table. Words are those in
`main` that show: not what is folded away, in a picture, in the list of sources, or said to screen readers alone.
Ends with 1 where a goal is missed.
"""

import re
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser import chromium
from tests.pages import MISSING, READING
from tests.served import serve

WIDTH, SCREEN = 360, 740  # CSS pixels
FLAGS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
HEADING = 150  # pixels from the top of a page to its heading
STEP_1, NALOXONE, NEXT, FORM = 0.5, 1.0, 1.0, 2.5  # screens
WORDS_TO_NEXT = 80
BOXES = 1  # of one kind on a page
#: What readers are told at 30 hours; it has no address, as nothing is stored.
ANSWER = "answer, 30 hours"
#: The most words of each kind of page, and how the addresses of that kind look.
WORDS = {
    "front": (500, "/"),
    "stage": (900, "/phases/[^/]+-withdrawal/"),
    "symptom": (400, "/symptoms/.+"),
    "treatment": (700, "/treatments/(?!compare/).+"),
    "article": (800, "/articles/(?!topics/).+"),
    "answer": (450, ANSWER),
}
#: What is looked for, the link to it on the front page, words of the answer that it leads to, and the most screens.
ONE_TAP = {
    "naloxone": ("Naloxone (Narcan)", "Buy it", 1),
    "pregnant": ("I am pregnant", "Call today", 1),
    "help tonight": ("Get help tonight", "emergency room", 1),
    "a craving": ("Craving right now", "Five things to do now", 1),
    "what to do now": ("Peak withdrawal", "Small sips", 1.5),
    "what to take": ("Peak withdrawal", "Ask for medicine", 1.5),
}
WITHOUT_MARKS = ["/", "/emergency/", "/card/", "/contact/"]

LOOK = r"""() => {
  const main = document.querySelector('main'), top = e => Math.round(e.getBoundingClientRect().top + scrollY)
  const shows = e => e.checkVisibility() && !e.closest('svg, .sources, .visually-hidden, .leave-empty')
  const count = end => {
    const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT)
    let words = 0
    for (let text; (text = texts.nextNode()) && !(end && end.contains(text));)
      if (shows(text.parentElement)) words += (text.data.match(/[\p{L}\p{N}][^\s]*/gu) ?? []).length
    return words
  }
  const boxes = {}
  for (const box of main.querySelectorAll('[class*="card--"]'))
    if (shows(box))
      for (const kind of box.className.match(/card--\w+/g)) boxes[kind] = (boxes[kind] ?? 0) + 1
  const steps = [...main.querySelectorAll('.steps > li')]
  const give = steps.find(step => /give naloxone/i.test(step.textContent))
  const next = [...main.querySelectorAll('h2, h3')].find(e => shows(e) && /\bnext\b/i.test(e.textContent))
  return {
    heading: top(document.querySelector('h1')), words: count(),
    box: Object.entries(boxes).sort((a, b) => b[1] - a[1])[0] ?? ['', 0],
    marks: [...main.querySelectorAll('.cite')].filter(shows).length,
    step: steps.length ? top(steps[0]) : null, naloxone: give ? top(give) : null,
    next: next ? [top(next), count(next)] : null,
  }
}"""

#: Opens what the photo is folded into. From the top of the form to the end of the photo or the button, what is lower.
FORM_HEIGHT = """() => {
  const form = document.querySelector('main form'), photo = form.querySelector('input[type=file]')
  for (let e = photo; e; e = e.parentElement) if (e.tagName == 'DETAILS') e.open = true
  const end = e => e.getBoundingClientRect().bottom
  const ends = [photo, ...form.querySelectorAll('[type=submit]')].map(end)
  return Math.max(...ends) - form.getBoundingClientRect().top
}"""


@dataclass(frozen=True)
class Goal:
    """What is measured, the most that it may be, what it is, and on which page (of several, the worst)."""

    what: str
    most: float
    found: float
    page: str = ""

    @property
    def is_met(self) -> bool:
        return self.found <= self.most

    def __str__(self) -> str:
        return (
            f"| {self.what:36} | {self.most:6g} | {self.found:6g} | {'' if self.is_met else 'missed':6} | {self.page} |"
        )


def main() -> None:
    path = chromium.find()
    if path is None:
        raise SystemExit(chromium.HOW)
    with (
        tempfile.TemporaryDirectory(prefix="reading-") as folder,
        serve(Path(folder) / "var") as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": SCREEN})
        goals = [*judged(looks(page, site.url)), Goal("form with a photo, screens", FORM, form(page, site.url))]
        for what, (link, words, most) in ONE_TAP.items():
            goals.append(Goal(f"one tap to {what}, screens", most, one_tap(page, site.url, link, words)))
        goals.append(Goal("taps to something to print", 1, taps_to_print(page, site.url)))
        browser.close()
    print(f"| {'goal':36} |   most |  today |        | page |\n|{'-' * 38}|-------:|-------:|--------|------|")
    print(*goals, sep="\n")
    if missed := sum(not goal.is_met for goal in goals):
        raise SystemExit(f"{missed} of {len(goals)} goals are missed.")


def looks(page: Page, site_url: str) -> dict[str, dict]:
    """What LOOK finds, by address: on the pages of the site map, each kind of page, and the answer at 30 hours."""
    with urllib.request.urlopen(f"{site_url}/sitemap.xml") as listed:
        paths = re.findall(r"<loc>https?://[^/<]+([^<]+)</loc>", listed.read().decode())
    found = {}
    for path in dict.fromkeys([*READING, *paths, MISSING]):
        page.goto(site_url + path)
        found[path] = page.evaluate(LOOK)
    answer(page, site_url)
    return found | {ANSWER: page.evaluate(LOOK)}


def answer(page: Page, site_url: str) -> None:
    """Answers that heroin was used 30 hours ago."""
    page.goto(f"{site_url}/phases/now/")
    page.evaluate("document.querySelectorAll('main details').forEach(e => e.open = true)")
    page.locator("[name=amount]").fill("30")
    page.get_by_label("Heroin", exact=True).check()
    with page.expect_navigation():
        page.get_by_role("button", name="Show me").click()


def form(page: Page, site_url: str) -> float:
    """Screens of the form for somebody who sends a photo with it."""
    page.goto(f"{site_url}/contact/")
    return screens(page.evaluate(FORM_HEIGHT))


def one_tap(page: Page, site_url: str, link: str, words: str) -> float:
    """Screens to the end of the first words of an answer, on the page that a link on the front page leads to."""
    page.goto(site_url)
    page.locator("main").get_by_role("link", name=link).first.click()
    box = page.locator("main").get_by_text(words).first.bounding_box()
    return screens(box and box["y"] + box["height"])


def taps_to_print(page: Page, site_url: str) -> float:
    """One, where the front page leads to the sheet for somebody's son, and that sheet says how to print it."""
    page.goto(site_url)
    page.locator("main").get_by_role("link", name="famil").first.click()
    return 1 if page.get_by_text("To print").count() else float("inf")


def screens(pixels: float | None) -> float:
    """What is nowhere on the page counts as never reached."""
    return float("inf") if pixels is None else round(pixels / SCREEN, 2)


def judged(found: dict[str, dict]) -> Iterator[Goal]:
    emergency = found["/emergency/"]
    yield Goal("emergency: to step 1, screens", STEP_1, screens(emergency["step"]))
    yield Goal("emergency: to naloxone, screens", NALOXONE, screens(emergency["naloxone"]))
    place, words = found[ANSWER]["next"] or (None, float("inf"))
    yield Goal("answer: to what comes next, screens", NEXT, screens(place))
    yield Goal("answer: to what comes next, words", WORDS_TO_NEXT, words)
    yield worst("heading: pixels from the top", HEADING, {path: look["heading"] for path, look in found.items()})
    for kind, (most, like) in WORDS.items():
        yield worst(
            f"words, {kind}", most, {path: look["words"] for path, look in found.items() if re.fullmatch(like, path)}
        )
    boxes = {f"{path} {look['box'][0]}": look["box"][1] for path, look in found.items()}
    yield worst("boxes of one kind", BOXES, boxes)
    for path in WITHOUT_MARKS:
        yield Goal(f"source marks, {path}", 0, found[path]["marks"])


def worst(what: str, most: float, found: dict[str, float]) -> Goal:
    """The goal by the page that is furthest from it, with how many pages miss it."""
    page = max(found, key=lambda path: found[path])
    missing = sum(value > most for value in found.values())
    return Goal(what, most, found[page], f"{page} ({missing} of {len(found)} miss it)" if missing else page)


if __name__ == "__main__":
    main()
