"""Lighthouse on a page of each kind: a phone on a simulated slow 4G line, each score 100, no shift, drawn in a second.

    .venv/bin/python -m bench.lighthouse [PATH ...] [--runs 3] [--busy]

Serves a throwaway site, opens each page in a fresh Chromium profile, and prints one table. A page that misses a bound
is measured again, up to `--runs` times in all, and judged by the median: the simulation multiplies the time that the
processor took by four, so what else this machine does shows. `--busy`, for CI, lets performance fall to BUSY_SCORE and
the largest part come by MAX_LARGEST_BUSY, which no noise has reached yet, and holds all else; so it opens five pages
at once, since each waits most of its time for a page to fall quiet. Ends with 1 where a page still misses.

SEO counts for what search engines are meant to keep: the private version, search results and error pages ask them
not to. Lighthouse comes from npm into `BENCH_CACHE` (var/bench) on the first run.
"""

import argparse
import contextlib
import json
import os
import re
import statistics
import subprocess
import tempfile
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.browser import chromium
from tests.node import installed, needed
from tests.pages import KINDS, MISSING, SPANISH
from tests.served import serve

CATEGORIES = {"performance": "perf.", "accessibility": "access.", "best-practices": "practices", "seo": "SEO"}
#: Times that each page is asked for first, so that every process of the server has it compressed, as after a minute
#: in use. The first reader after a change waits a fifth of a second longer.
ASKED_BEFORE = 8
MAX_LARGEST = 1000  # milliseconds until the largest part is drawn
BUSY_SCORE, MAX_LARGEST_BUSY, AT_ONCE = 90, 1500, 5
TRIES = 3
PRIVATE = "private version"
#: Built like a page that is measured, of the same parts: plain text like /about/, a list like /phases/ or /sources/.
#: What each page weighs and asks for is held in tests/detoxsite/test_wire.py, its accessibility in tests/browser.
ALIKE = {"/privacy/", "/accessibility/", "/safety/", "/reviewers/", "/data/"}
ALIKE |= {"/articles/", "/symptoms/", "/treatments/", "/a-z/", "/sources/acog-711/", "/treatments/methadone/"}
#: What search engines are asked not to keep.
UNLISTED = {PRIVATE, "/search/?q=withdrawl", "/feedback/", MISSING}
FLAGS = "--headless=new --no-sandbox --disable-gpu --host-resolver-rules='MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'"


@dataclass(frozen=True)
class Verdict:
    """Scores of 0 to 100 by category, the layout shift, milliseconds until first and largest paint, and what came over
    the wire for it, headers included."""

    scores: dict[str, int]
    shift: float
    first: float
    largest: float
    size: int  # bytes
    requests: int
    complaints: tuple[str, ...] = ()

    def is_met(self, path: str, *, busy: bool = False) -> bool:
        least = dict.fromkeys(CATEGORIES, 100) | ({"performance": BUSY_SCORE} if busy else {})
        if path in UNLISTED:
            del least["seo"]
        is_scored = all(self.scores[name] >= score for name, score in least.items())
        return is_scored and self.shift == 0 and self.largest <= (MAX_LARGEST_BUSY if busy else MAX_LARGEST)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("paths", nargs="*", default=[*sorted(set(KINDS) - ALIKE), *SPANISH, PRIVATE, MISSING])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--busy", action="store_true")
    options = parser.parse_args()
    columns = [*CATEGORIES.values(), "shift", "first paint", "largest paint"]
    print(f"| {'page':32} | {' | '.join(columns)} |")
    print(f"|{'-' * 34}|{'|'.join('-' * (len(name) + 1) + ':' for name in columns)}|")
    missed = []
    installed("lighthouse")  # before threads ask for it at once
    with (
        tempfile.TemporaryDirectory(prefix="lighthouse-") as folder,
        serve(Path(folder) / "var") as site,
        ThreadPoolExecutor(AT_ONCE if options.busy else 1) as pool,
    ):
        judge = partial(judged, site.url, runs=options.runs, busy=options.busy)
        for path, verdict in zip(options.paths, pool.map(judge, options.paths), strict=True):
            print(line := row(path, verdict), flush=True)
            if not verdict.is_met(path, busy=options.busy):
                missed.append(f"{line}\n    {'; '.join(verdict.complaints) or 'moves, or comes late'}")
    if missed:
        # At the end, as the end of a log is what one is shown.
        raise SystemExit("\n".join([f"{len(missed)} of {len(options.paths)} pages miss a bound:", *missed]))


def judged(site_url: str, path: str, *, runs: int, busy: bool = False) -> Verdict:
    """The median of as many runs as it takes to be met, at most `runs`."""
    address = site_url + (private_address(site_url) if path == PRIVATE else path)
    verdicts = [measured(address, missing=path == MISSING)]
    while not median(verdicts).is_met(path, busy=busy) and len(verdicts) < runs:
        verdicts.append(measured(address, missing=path == MISSING))
    return median(verdicts)


def private_address(site_url: str) -> str:
    """Where a stage's page leads with "Private version"."""
    with urllib.request.urlopen(f"{site_url}/phases/peak-withdrawal/") as page:
        return re.search(r'href="(/n/[^"]+)">Private version', page.read().decode())[1]


def measured(address: str, *, missing: bool = False) -> Verdict:
    """One run. `missing`: the page is an error page, which Lighthouse measures only when told so."""
    for _ in range(ASKED_BEFORE):
        with contextlib.suppress(urllib.error.HTTPError):  # an error page is one too
            urllib.request.urlopen(urllib.request.Request(address, headers={"Accept-Encoding": "br"})).close()
    command = [needed("node", "nodejs"), str(installed("lighthouse") / "cli" / "index.js"), address]
    command += ["--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={FLAGS}"]
    command += ["--disable-full-page-screenshot"]  # no audit looks at it
    path = chromium.find()
    if path is None:
        raise SystemExit(chromium.HOW)
    if missing:
        # The one error in the console is Chromium's own line that the page came with status 404.
        command += ["--ignore-status-code", "--skip-audits=errors-in-console"]
    report = json.loads(recorded(command, os.environ | {"CHROME_PATH": path}))
    audits = report["audits"]
    asked = audits["network-requests"]["details"]["items"]
    counted = {
        audit["id"]: name
        for name, category in report["categories"].items()
        for audit in category["auditRefs"]
        if audit["weight"]
    }
    complaints = [
        f"{counted[key]}: {audit['title']}"
        for key, audit in audits.items()
        if key in counted and audit["score"] is not None and audit["score"] < 0.9
    ]
    return Verdict(
        scores={name: round(report["categories"][name]["score"] * 100) for name in CATEGORIES},
        shift=audits["cumulative-layout-shift"]["numericValue"],
        first=audits["first-contentful-paint"]["numericValue"],
        largest=audits["largest-contentful-paint"]["numericValue"],
        size=sum(request["transferSize"] for request in asked),
        requests=len(asked),
        complaints=tuple(complaints),
    )


def recorded(command: list[str], env: dict[str, str]) -> str:
    """What Lighthouse says. Now and then it finds no beginning in its own recording, and asks to be run again."""
    for _ in range(TRIES):
        result = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if not result.returncode:
            return result.stdout
    raise SystemExit(f"Lighthouse failed: {' '.join(command)}\n{result.stderr}")


def median(verdicts: list[Verdict]) -> Verdict:
    """Of each figure by itself; scores only ever fall to the worse one of two."""
    return Verdict(
        scores={name: int(statistics.median_low(each.scores[name] for each in verdicts)) for name in CATEGORIES},
        shift=max(each.shift for each in verdicts),
        first=statistics.median(each.first for each in verdicts),
        largest=statistics.median(each.largest for each in verdicts),
        size=verdicts[0].size,
        requests=verdicts[0].requests,
        complaints=tuple(dict.fromkeys(text for each in verdicts for text in each.complaints)),
    )


def row(path: str, verdict: Verdict) -> str:
    scores = " | ".join(f"{verdict.scores[name]:{len(short)}}" for name, short in CATEGORIES.items())
    times = f"{verdict.first / 1000:9.2f} s | {verdict.largest / 1000:11.2f} s"
    return f"| {path:32} | {scores} | {verdict.shift:5g} | {times} |"


if __name__ == "__main__":
    main()
