"""How much of a web server's speed is left for a page that is kept in memory?

    .venv/bin/python -m bench.cached [--seconds 5] [--rounds 3] [--path /articles/the-first-72-hours/]

Starts the site, a bare WSGI program that returns the same bytes on the same worker and on stock gunicorn, and nginx
with the page as a precompressed file; loads each in turn with 16 connections, ROUNDS times, and prints the medians.
Goals: 0.9 times the requests a second of the bare program on the same worker, 0.6 times nginx's; p99 at most 1.5 times
the bare program's; a 304 at least as fast as the page.
"""

import argparse
import statistics
import urllib.request
from contextlib import ExitStack

from bench import load, rivals

BARE, NGINX, P99, NOT_MODIFIED = 0.9, 0.6, 1.5, 1.0
GZIP = "Accept-Encoding: gzip"
SITE, SITE_304, OWN, STOCK, FILE = "this site", "this site, 304", "bare, same worker", "bare, gthread", "nginx, file"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--path", default="/articles/the-first-72-hours/")
    options = parser.parse_args()
    with ExitStack() as stack:
        site = stack.enter_context(load.running_site())
        url = site.url + options.path
        plain, _ = fetch(url, "identity")
        zipped, tag = fetch(url, "gzip")
        rivals_of_it = {
            SITE: (url, GZIP),
            SITE_304: (url, GZIP, f"If-None-Match: {tag}"),
            OWN: (stack.enter_context(rivals.bare_program(zipped, "gzip")), GZIP),
            STOCK: (stack.enter_context(rivals.bare_program(zipped, "gzip", "-k", "gthread")), GZIP),
            FILE: (stack.enter_context(rivals.nginx_file(plain)), GZIP),
        }
        for address, *headers in rivals_of_it.values():
            rivals.wrk(address, 1, *headers)  # every process has it then
        runs: dict[str, list[rivals.Load]] = {name: [] for name in rivals_of_it}
        for _ in range(options.rounds):
            for name, (address, *headers) in rivals_of_it.items():
                runs[name].append(rivals.wrk(address, options.seconds, *headers))
    load.finish(report(len(zipped), {name: middle(found) for name, found in runs.items()}))


def fetch(url: str, encoding: str) -> tuple[bytes, str]:
    """The page as it comes in an encoding, and its tag."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": encoding})
    with urllib.request.urlopen(request, timeout=20) as response:
        return response.read(), response.headers.get("ETag", "")


def middle(runs: list[rivals.Load]) -> rivals.Load:
    rate, p50, p99 = (statistics.median(getattr(run, name) for run in runs) for name in ("rate", "p50", "p99"))
    return rivals.Load(rate, p50, p99, sum(run.failed for run in runs))


def report(size: int, found: dict[str, rivals.Load]) -> list[str]:
    """Prints the table; returns what misses a goal."""
    rate = found[SITE].rate
    rows = [
        [name, f"{run.rate:,.0f}", f"{rate / run.rate:.2f}", f"{run.p50:.2f}", f"{run.p99:.2f}", run.failed]
        for name, run in found.items()
    ]
    print(f"{size:,} bytes, gzip, 16 connections\n")
    load.table(["", "requests/s", "this site ×", "p50, ms", "p99, ms", "failed"], rows)
    missed = [f"{name}: {run.failed} answers failed" for name, run in found.items() if run.failed]
    for name, least in ((OWN, BARE), (FILE, NGINX)):
        if rate < least * found[name].rate:
            missed.append(f"{rate / found[name].rate:.2f} times {name}, not {least}")
    if found[SITE].p99 > P99 * found[OWN].p99:
        missed.append(f"p99 {found[SITE].p99:.2f} ms where the bare program has {found[OWN].p99:.2f} ms")
    if found[SITE_304].rate < NOT_MODIFIED * rate:
        missed.append("a 304 is slower than the page")
    return missed


if __name__ == "__main__":
    main()
