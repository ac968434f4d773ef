"""Does anything get slower as the blog grows?

    .venv/bin/python -m bench.growth [--few 10] [--many 10000] [--rounds 15]

Makes a throwaway site with the starter guide and FEW generated articles, and another with MANY. For each kind of page
prints the median time of processor that it takes, without any cache, and its queries; then that of a search, and how
long from the start of the server to its first answer. Each page is measured as the first after a change. Goals: no
page takes more than 25 ms or 13 queries; none takes 1.5 times as long (and 3 ms more) with many, or a query more, but
for the two of an article older than the newest 300; search p95 below 50 ms; first answer within 2 s.
"""

import argparse
import gc
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import load
from tests.running import Program
from tests.served import ROOT, free_port

SITEMAP_QUERIES = 40  # for each version of the content, in all languages
FIRST_QUERIES = 13  # after a change: five are for what all pages share (tests/detoxsite/test_site.py)
SLOWEST, QUERIES, RATIO, SLACK = 25, 10, 1.5, 3  # milliseconds, number, times, milliseconds
OLD_ARTICLE = {"article": 2, "private article": 2}  # more queries
SEARCH_P95, START = 50, 2  # milliseconds, seconds
SEARCHES = ["withdrawal", "sleep", "naloxone at home", "withdrawl", "methadone clinic", "word42 word7", "can't sleep"]
WORDS = "detox sleep water nurse clinic morning family help rest walk call medicine naloxone day night body".split()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--few", type=int, default=10)
    parser.add_argument("--many", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)  # in a process of its own, with VAR_DIR set
    options = parser.parse_args()
    if options.measure is not None:
        print(json.dumps(measure(options.measure, options.rounds)))
        return
    results = [_in_a_site_of(count, options.rounds) for count in (options.few, options.many)]
    load.finish(list(report(options.few, options.many, *results)))


def _in_a_site_of(count: int, rounds: int) -> dict:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        env = os.environ | {"VAR_DIR": folder, "PORT": str(free_port()), "DJANGO_SETTINGS_MODULE": "detoxsite.settings"}
        command = [sys.executable, "-m", "bench.growth", "--measure", str(count), "--rounds", str(rounds)]
        result = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(result.stdout) | {"start": start_seconds(env)}


def start_seconds(env: dict[str, str]) -> float:
    """From the start of the web server to its first whole page."""
    begin = time.monotonic()
    command = [sys.executable, "-m", "gunicorn", "--config", "server/gunicorn_conf.py", "detoxsite.wsgi"]
    probe = ["curl", "--silent", "--fail", "--output", os.devnull, f"http://127.0.0.1:{env['PORT']}/"]
    log = Path(env["VAR_DIR"], "server.log")
    with Program(command, log, lambda: subprocess.run(probe, check=False).returncode == 0, cwd=ROOT, env=env):
        return time.monotonic() - begin


def measure(count: int, rounds: int) -> dict:
    """Fills the site of the environment and measures it: {"pages": {kind: [ms, queries]}, "search": [ms, ...]}."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from editorial.text import snapshot
    from operations import schedule

    logging.disable()
    call_command("prepare", stdout=open(os.devnull, "w"))  # noqa: SIM115
    fill(count)
    schedule.analyze()  # as each day
    gc.freeze()  # as server/gunicorn_conf.py does: or what `fill` made is looked through again and again
    client = Client(headers={"host": "127.0.0.1"})
    pages = {}
    for kind, path in page_kinds().items():
        took = []
        for _ in range(rounds):
            snapshot.forget()  # as it is for the first page after a change
            took.append(_milliseconds(client, path))
        snapshot.forget()
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        pages[kind] = [statistics.median(took), len(queries)]
    searches = [_milliseconds(client, "/search/", {"q": words}) for _ in range(rounds) for words in SEARCHES]
    return {"pages": pages, "search": searches}


def _milliseconds(client, path: str, data: dict | None = None) -> float:
    begin = time.process_time()  # whatever else the machine does
    response = client.get(path, data)
    took = (time.process_time() - begin) * 1000
    if response.status_code != 200:
        raise RuntimeError(f"{path} answered {response.status_code}.")
    return took


def fill(count: int, *, first: int = 0, in_search: bool = True) -> None:
    """Generated articles, each with two topics and a stage, in the search too."""
    import datetime
    import random

    from django.db import transaction
    from django.utils import timezone

    from articles.models import Article, Topic
    from editorial.models import versions
    from phases.models import Phase
    from search import documents

    chance, now = random.Random(5), timezone.now()
    today = timezone.localdate()
    with transaction.atomic():
        rows = Article.objects.bulk_create(
            Article(
                title=f"Generated article {number}",
                slug=f"generated-{number}",
                summary="A generated article, so that there are as many as there will be one day.",
                body="\n\n".join(
                    f"## Part {part}\n\n{' '.join(chance.choices(WORDS, k=80))} word{number}.[@samhsa-tip63]"
                    for part in range(4)
                ),
                status="published",
                published_at=now - datetime.timedelta(minutes=number + 1),
                reviewed_on=today,
                review_due_on=today + datetime.timedelta(days=300),
                updated_at=now,
            )
            for number in range(first, first + count)
        )
        topics, phases = list(Topic.objects.all()), list(Phase.objects.all())
        in_topic, in_phase = Article.topics.through, Article.phases.through
        in_topic.objects.bulk_create(
            in_topic(article=row, topic=topic) for row in rows for topic in chance.sample(topics, 2)
        )
        in_phase.objects.bulk_create(in_phase(article=row, phase=chance.choice(phases)) for row in rows)
        for row in rows if in_search else ():
            documents.refresh(row)
        versions.bump()


def page_kinds() -> dict[str, str]:
    """One address of each kind of page."""
    from privateversion import codes

    return {
        "home": "/",
        "stages": "/phases/",
        "stage": "/phases/peak-withdrawal/",
        "now": "/phases/now/",
        "symptoms": "/symptoms/",
        "symptom": "/symptoms/nausea-and-vomiting/",
        "treatments": "/treatments/",
        "compare": "/treatments/compare/",
        "treatment": "/treatments/methadone/",
        "articles": "/articles/",
        "articles, page 2": "/articles/?page=2",
        "topic": "/articles/topics/staying-safe/",
        "article": "/articles/the-first-72-hours/",
        "feed": "/articles/feed/",
        "emergency": "/emergency/",
        "contact": "/contact/",
        "a-z": "/a-z/",
        "guide file": "/notes.html",
        "sitemap": "/sitemap.xml",
        "private article": codes.private("/articles/the-first-72-hours/"),
    }


def report(few: int, many: int, first: dict, second: dict) -> Iterator[str]:
    """Prints the tables and yields what misses a goal."""
    rows = []
    for kind, (before, queries_before) in first["pages"].items():
        after, queries = second["pages"][kind]
        rows.append([kind, f"{before:.1f}", f"{after:.1f}", f"{after / before:.2f}", queries_before, queries])
        if after > SLOWEST or queries > (SITEMAP_QUERIES if kind == "sitemap" else FIRST_QUERIES):
            yield f"{kind}: {after:.1f} ms, {queries} queries"
        if queries > queries_before + OLD_ARTICLE.get(kind, 0) or after > max(before * RATIO, before + SLACK):
            yield f"{kind} grows: {before:.1f} to {after:.1f} ms, {queries_before} to {queries} queries"
    load.table(["page", f"ms, {few}", f"ms, {many}", "ratio", f"queries, {few}", f"queries, {many}"], rows)
    print()
    lines = []
    for count, result in ((few, first), (many, second)):
        p50, p95 = (load.percentile(result["search"], share) for share in (0.5, 0.95))
        lines.append([count, f"{p50:.1f}", f"{p95:.1f}", f"{result['start']:.2f}"])
        if p95 > SEARCH_P95 or result["start"] > START:
            yield f"with {count}: search p95 {p95:.1f} ms, start {result['start']:.2f} s"
    load.table(["articles", "search p50, ms", "search p95, ms", "start to first page, s"], lines)


if __name__ == "__main__":
    main()
