"""Each kind of page beside a like page of a stock Wagtail with the same articles (see bench/wagtail_site.py).

    CHROMIUM=/usr/bin/chromium .venv/bin/python -m bench.peers_pages > table.md

For each: bytes on the wire and requests for everything together, Lighthouse's four scores and largest paint on a
phone with slow 4G, what axe-core finds at 360 pixels, and the reading grade of what is shown. `ours | theirs`. A list
is set beside their front page, which lists articles; a page to read beside their article; search beside search.
"""

import os
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import html5lib
import textstat
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from bench import lighthouse, wagtail_site
from tests.browser import chromium
from tests.pages import KINDS, MISSING
from tests.served import serve

SEARCH = "/search/?q=withdrawl"
LISTS = {"/", "/phases/", "/symptoms/", "/treatments/", "/articles/", "/a-z/"}
#: Mostly names, which are no sentences.
NAMES = {SEARCH, "/a-z/"}


@dataclass(frozen=True)
class Figures:
    verdict: lighthouse.Verdict
    findings: int
    grade: float | None

    @property
    def cells(self) -> list[str]:
        scores = "·".join(str(self.verdict.scores[name]) for name in lighthouse.CATEGORIES)
        grade = "" if self.grade is None else f"{self.grade:.1f}"
        paint = f"{self.verdict.largest / 1000:.2f} s"
        return [f"{self.verdict.size:,}", str(self.verdict.requests), scores, paint, str(self.findings), grade]


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "detoxsite.settings"
    import django

    django.setup()
    columns = ["bytes", "requests", "Lighthouse", "largest paint", "axe", "grade"]
    print("| page |", " | ".join(columns), "| like page of Wagtail |", " | ".join(columns), "|")
    print("|---|" + "--:|" * len(columns) + "---|" + "--:|" * len(columns))
    with (
        tempfile.TemporaryDirectory(prefix="peers-") as folder,
        serve(Path(folder) / "var") as site,
        wagtail_site.running() as peer,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 360, "height": 800})
        theirs = {path: figures(page, peer.url, path) for path in (peer.home, peer.article, peer.search)}
        for path in [*KINDS, MISSING]:
            like = peer.search if path == SEARCH else peer.home if path in LISTS else peer.article
            ours = figures(page, site.url, path)
            print("|", " | ".join([f"`{path}`", *ours.cells, f"`{like}`", *theirs[like].cells]), "|", flush=True)
        browser.close()


def figures(page: Page, site_url: str, path: str) -> Figures:
    verdict = lighthouse.judged(site_url, path, runs=3)
    page.goto(site_url + path)
    return Figures(verdict, Axe().run(page).violations_count, grade(site_url, path))


def grade(site_url: str, path: str) -> float | None:
    """Flesch-Kincaid, as tests/detoxsite/test_grades.py measures it; None where there are hardly any sentences."""
    from tests.detoxsite.test_grades import spoken

    if path in NAMES or "?query=" in path or path == MISSING:
        return None
    with urllib.request.urlopen(site_url + path) as answer:
        tree = html5lib.parse(answer.read(), namespaceHTMLElements=False)
    main = tree.find(".//main")
    parts = spoken(tree.find("body") if main is None else main)
    return textstat.flesch_kincaid_grade(" ".join(t if t[-1] in ".?!:" else f"{t}." for t in parts))


if __name__ == "__main__":
    main()
