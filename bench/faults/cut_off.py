"""A host loses its database, but not its readers; meanwhile another host publishes a change.

    .venv/bin/python -m bench.faults.cut_off [--seconds 15]

Goal: `/healthz/database` tells the balancer within six seconds; nothing that was confirmed is lost; forms come back
with what was typed; once the line is back the change shows within a second. Prints what a reader saw of the old page.
"""

import asyncio
import time
import urllib.error
import urllib.request

from bench import load
from bench.faults import common, network, servers

RENAME = """
from articles.models import Article
article = Article.objects.get(slug="the-first-72-hours")
article.title = "A change"
article.save()
"""
PAGE = "/articles/the-first-72-hours/"


def run(options) -> list[common.Outcome]:
    with servers.running(servers.postgres) as ((database,), environment):
        line = network.Line(database.port)
        away = environment["DATABASE_URL"].replace(str(database.port), str(line.port))
        with common.site(DATABASE_URL=away) as site:
            _page(site)
            noticed, shown = [], []

            def cut() -> None:
                begin = time.monotonic()
                line.set("silent")
                while _status(f"{site.url}/healthz/database") == 200 and time.monotonic() < begin + 20:
                    time.sleep(0.2)
                noticed.append(time.monotonic() - begin)
                site.manage("shell", "--no-imports", "-c", RENAME, DATABASE_URL=environment["DATABASE_URL"])
                time.sleep(options.seconds)
                line.set("passes", database.port)
                begin = time.monotonic()
                while b"A change" not in _page(site) and time.monotonic() < begin + 20:
                    time.sleep(0.05)
                shown.append(time.monotonic() - begin)

            done = common.under_load(site, cut, options.seed, pause=0.3)
            found = common.judge("cut off", done, site)
    print(f"Balancer told after {noticed[0]:.1f} s; the change showed {shown[0]:.1f} s after the line was back.")
    found.missed += [f"the balancer was told after {noticed[0]:.1f} s"] if noticed[0] > 6 else []
    found.missed += [f"the old page showed for {shown[0]:.1f} s"] if shown[0] > 4 else []
    return [found]


def _page(site) -> bytes:
    return asyncio.run(load.get(site.url, PAGE)).body


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


if __name__ == "__main__":
    common.main(__doc__, run)
