"""A host loses its database, but not its readers; meanwhile another host publishes a change.

    .venv/bin/python -m bench.faults.cut_off [--seconds 15]

Goal: `/healthz/database` tells the balancer within six seconds; a second after the cut the page that could not be
checked says so; nothing that was confirmed is lost; forms come back with what was typed; once the line is back the
change shows within a second.
"""

import asyncio
import threading
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
MARK = b"We could not check"


def run(options) -> list[common.Outcome]:
    with servers.running(servers.postgres) as ((database,), environment):
        line = network.Line(database.port)
        away = environment["DATABASE_URL"].replace(str(database.port), str(line.port))
        with common.site(DATABASE_URL=away) as site:
            _page(site)
            noticed, shown, over = [], [], threading.Event()
            seen: list[tuple[float, float, bool]] = []  # seconds since the cut; waited; the page, as if it were checked

            def read(cut_at: float) -> None:
                while not over.is_set():
                    begin = time.monotonic()
                    answer = asyncio.run(load.get(site.url, PAGE))
                    is_plain = answer.status == 200 and MARK not in answer.body
                    if not over.is_set():
                        seen.append((time.monotonic() - cut_at, time.monotonic() - begin, is_plain))
                    time.sleep(0.05)

            def cut() -> None:
                begin = time.monotonic()
                line.set("silent")
                threading.Thread(target=read, args=(begin,), daemon=True).start()
                while _status(f"{site.url}/healthz/database") == 200 and time.monotonic() < begin + 20:
                    time.sleep(0.2)
                noticed.append(time.monotonic() - begin)
                site.manage("shell", "--no-imports", "-c", RENAME, DATABASE_URL=environment["DATABASE_URL"])
                time.sleep(options.seconds)
                over.set()
                line.set("passes", database.port)
                begin = time.monotonic()
                while b"A change" not in _page(site) and time.monotonic() < begin + 20:
                    time.sleep(0.05)
                shown.append(time.monotonic() - begin)

            done = common.under_load(site, cut, options.seed, pause=0.3)
            found = common.judge("cut off", done, site)
    last = max((at for at, _, is_plain in seen if is_plain), default=0)
    waited = max(seconds for _, seconds, _ in seen)
    print(f"Last page without the line {last:.1f} s after the cut, of {len(seen)}; longest wait {waited:.1f} s.")
    found.missed += [f"a page without the line {last:.1f} s after the cut"] if last > 1.5 else []
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
