"""How fast is a page, beside the least a program can do, a file, Wagtail and WordPress with the same article?

    .venv/bin/python -m bench.compare [--seconds 4] [--rounds 5] [--no-write | --near]

Starts all of them on this machine, looks that each shows the whole article, then loads them in turn, round by round,
with 16 connections that ask for gzip. The best round of each counts: other work of the machine only ever slows one
down, and where processes do not share connections out, one of them gets all in some rounds. Writes a table and a
picture into docs/performance.md, and fails where a goal is missed. Run it while nothing else runs.
With --near it leaves out Wagtail and WordPress and writes nothing: a minute's look at the page cache.

Needs these packages of Debian (none of their services is used): `apt-get install --no-install-recommends nginx-light
wordpress wordpress-theme-twentytwentythree php-fpm php-mysql mariadb-server mariadb-client wrk`. Wagtail is installed
from the package index once, as bench/wagtail_site.py says.
"""

import argparse
import contextlib
import os
from dataclasses import dataclass, field

from bench import load, processes, wagtail_site
from bench.peers import article, bare, nginx, report, started, wordpress, wrk
from bench.peers.goals import Results, judged

NEAR_PROGRAMS = {"nginx": "nginx-light", "wrk": "wrk"}
FAR_PROGRAMS = {"php": "php-cli php-mysql", "mariadbd": "mariadb-server", "mariadb-install-db": "mariadb-server"}
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
def everybody(results: Results, *, near: bool):
    """Starts all sites; yields the targets by name and the article. Fills in memory, times and versions."""
    busy = os.getloadavg()[0]
    with contextlib.ExitStack() as stack:
        targets, shown = _near(stack, results)
        if not near:
            targets |= _far(stack, results, shown)
            results.versions = report.versions(busy)
        yield targets, shown


def _near(stack: contextlib.ExitStack, results: Results) -> tuple[dict[str, Target], article.Article]:
    """This site, and what answers with its bytes."""
    site = stack.enter_context(load.running_site())
    results.start = site.start_seconds
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

    folders = [stack.enter_context(started.folder()) for _ in range(2)]
    for server in bare.COMMANDS:
        peer = stack.enter_context(bare.start(server, packed, folders[0]))
        targets[f"bare {server}"] = Target(peer.urls[server])
        results.memory[f"bare {server}"] = peer.memory
    peer = stack.enter_context(nginx.start(page.body, folders[1]))
    targets["file"], results.memory["file"] = Target(peer.urls["file"]), peer.memory
    return targets, shown


def _far(stack: contextlib.ExitStack, results: Results, shown: article.Article) -> dict[str, Target]:
    """Other programs with the same article."""
    targets = {}
    for name, options in {"wagtail": "gzip", "wagtail cached": "gzip cache"}.items():
        peer = stack.enter_context(wagtail_site.running(threads=WAGTAIL_THREADS, options=options))
        targets[name] = Target(peer.url + peer.article)
        for _ in range(WARM):
            article.fetch(targets[name].url)
        results.memory[name] = processes.memory(peer.pid)
    peer = stack.enter_context(wordpress.start(shown, stack.enter_context(started.folder())))
    targets |= {name: Target(url) for name, url in peer.urls.items()}
    for url in peer.urls.values():
        article.fetch(url)
    results.memory |= dict.fromkeys(peer.urls, peer.memory)
    return targets


def measure(results: Results, seconds: float, rounds: int, *, near: bool) -> None:
    with everybody(results, near=near) as (targets, shown):
        for name, target in targets.items():
            for _ in range(WARM):
                check(name, target, shown)
        samples: dict[str, list[wrk.Sample]] = {name: [] for name in targets}
        for number in range(rounds):
            for name, target in targets.items():
                samples[name].append(wrk.load(target.url, target.headers, seconds))
            print(f"Round {number + 1} of {rounds} is done.", flush=True)
    results.samples = {name: wrk.best(each) for name, each in samples.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4, help="of load for each, in each round")
    parser.add_argument("--rounds", type=int, default=5)
    less = parser.add_mutually_exclusive_group()
    less.add_argument("--no-write", action="store_true", help="leave docs/performance.md and the picture alone")
    less.add_argument("--near", action="store_true", help="without Wagtail and WordPress; writes nothing")
    options = parser.parse_args()
    if not 1 <= options.seconds <= 60 or not 1 <= options.rounds <= 20:
        parser.error("1 to 60 seconds, 1 to 20 rounds")
    started.require(NEAR_PROGRAMS if options.near else NEAR_PROGRAMS | FAR_PROGRAMS)
    results = Results()
    measure(results, options.seconds, options.rounds, near=options.near)
    goals = judged(results, near=options.near)
    print(report.table(results), report.goals_table(goals), sep="\n\n")
    if not options.no_write and not options.near:
        report.write(results, goals)
    load.finish([f"{goal.what}: {goal.found}, not {goal.wanted}" for goal in goals if not goal.is_met])


if __name__ == "__main__":
    main()
