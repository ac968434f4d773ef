"""How fast is a page, beside the least a program can do, a file, Wagtail and WordPress with the same article?

    .venv/bin/python -m bench.compare [--seconds 4] [--rounds 3] [--no-write]

Starts all of them on this machine, looks that each shows the whole article, then loads them in turn, round by round,
with 16 connections that ask for gzip, and takes the median of each. Writes a table and a picture into README.md, and
fails where a goal is missed. Run it while nothing else runs.

Needs these packages of Debian (none of their services is used): `apt-get install --no-install-recommends nginx-light
wordpress wordpress-theme-twentytwentythree php-fpm php-mysql mariadb-server mariadb-client wrk`. Wagtail is installed
from the package index once, as bench/wagtail_site.py says.
"""

import argparse
import contextlib
import os
import time
from dataclasses import dataclass, field

from bench import load, processes, wagtail_site
from bench.peers import article, bare, nginx, report, started, wordpress, wrk
from bench.peers.goals import Results, judged
from tests.served import prepared

PROGRAMS = {
    "nginx": "nginx-light",
    "php": "php-cli php-mysql",
    "mariadbd": "mariadb-server",
    "mariadb-install-db": "mariadb-server",
    "wrk": "wrk",
}
#: Of 2, 4 and 8 the number that served most; ours keeps its own settings.
WAGTAIL_THREADS = 2
WARM = 20  # requests before anything is read of a site: every process has shown pages


@dataclass(frozen=True)
class Target:
    """What is measured under one name of report.TITLES."""

    url: str
    headers: dict[str, str] = field(default_factory=lambda: dict(article.GZIP))
    status: int = 200


def check(name: str, target: Target, shown: article.Article) -> None:
    """Raises SystemExit where the answer is not what is to be measured."""
    answer = article.fetch(target.url, target.headers)
    if answer.status != target.status:
        raise SystemExit(f"{name}: status {answer.status} from {target.url}, not {target.status}.")
    if target.status == 200 and not shown.is_on(article.text(answer)):
        raise SystemExit(f"{name}: {target.url} does not show the whole article.")
    if target.status == 200 and answer.headers.get("content-encoding") != "gzip":
        raise SystemExit(f"{name}: {target.url} is not compressed.")


@contextlib.contextmanager
def everybody(results: Results):
    """Starts all sites; yields the targets by name and the article. Fills in memory, times and versions."""
    busy = os.getloadavg()[0]
    with contextlib.ExitStack() as stack:
        prepared()  # made before the clock runs
        begin = time.monotonic()
        site = stack.enter_context(load.running_site())
        results.start = time.monotonic() - begin
        page = article.fetch(site.url + article.PATH, {})
        for _ in range(WARM):
            packed = article.fetch(site.url + article.PATH)
        shown = article.Article.of(article.text(page))
        results.memory["cached"] = processes.memory(site.pid)
        targets = {"cached": Target(site.url + article.PATH)}
        if tag := packed.headers.get("etag"):
            targets["not modified"] = Target(site.url + article.PATH, article.GZIP | {"If-None-Match": tag}, 304)
        cold = stack.enter_context(load.running_site(PAGE_CACHE_MB="0"))
        targets["cold"] = Target(cold.url + article.PATH)

        folders = [stack.enter_context(started.folder()) for _ in range(3)]
        for server in bare.COMMANDS:
            peer = stack.enter_context(bare.start(server, packed, folders[0]))
            targets[f"bare {server}"] = Target(peer.urls[server])
            results.memory[f"bare {server}"] = peer.memory
        peer = stack.enter_context(nginx.start(page.body, folders[1]))
        targets["file"], results.memory["file"] = Target(peer.urls["file"]), peer.memory

        for name, options in {"wagtail": "gzip", "wagtail cached": "gzip cache"}.items():
            peer = stack.enter_context(wagtail_site.running(threads=WAGTAIL_THREADS, options=options))
            targets[name] = Target(peer.url + peer.article)
            for _ in range(WARM):
                article.fetch(targets[name].url)
            results.memory[name] = processes.memory(peer.pid)
        peer = stack.enter_context(wordpress.start(shown, folders[2]))
        targets |= {name: Target(url) for name, url in peer.urls.items()}
        for target in peer.urls.values():
            article.fetch(target)
        results.memory |= dict.fromkeys(peer.urls, peer.memory)
        results.versions = report.versions(busy)
        yield targets, shown


def measure(results: Results, seconds: float, rounds: int) -> None:
    with everybody(results) as (targets, shown):
        for name, target in targets.items():
            for _ in range(WARM):
                check(name, target, shown)
        samples: dict[str, list[wrk.Sample]] = {name: [] for name in targets}
        for number in range(rounds):
            for name, target in targets.items():
                samples[name].append(wrk.load(target.url, target.headers, seconds))
            print(f"Round {number + 1} of {rounds} is done.", flush=True)
    results.samples = {name: wrk.median(each) for name, each in samples.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4, help="of load for each, in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-write", action="store_true", help="leave README.md and the picture alone")
    options = parser.parse_args()
    if not 1 <= options.seconds <= 60 or not 1 <= options.rounds <= 20:
        parser.error("1 to 60 seconds, 1 to 20 rounds")
    started.require(PROGRAMS)
    results = Results()
    measure(results, options.seconds, options.rounds)
    goals = judged(results)
    print(report.table(results), report.goals_table(goals), sep="\n\n")
    if not options.no_write:
        report.write(results, goals)
    load.finish([f"{goal.what}: {goal.found}, not {goal.wanted}" for goal in goals if not goal.is_met])


if __name__ == "__main__":
    main()
