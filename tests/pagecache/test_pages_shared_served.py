"""Two hosts with one Redis: a page of one is sent by the other, changes show at once, and Redis may fall silent."""

import os
import re
import signal
import time
import urllib.request
from types import SimpleNamespace

import pytest
import redis

from tests import backends, state
from tests.served import ROOT, Site, serve

pytestmark = pytest.mark.servers_only
PAGE = "/articles/the-first-72-hours/"
RENAME = """
import time
from articles.models import Article
article = Article.objects.get(slug="the-first-72-hours")
article.title = {title!r}
article.save()
print(time.time())
"""
#: A server whose processes look for changes once a minute, so that what shows sooner shows because they were told.
SELDOM = """
import os, sys
sys.path.insert(0, {root!r})
os.environ["DJANGO_SETTINGS_MODULE"] = "detoxsite.settings"
import django
django.setup()
from pagecache import cache
cache.LOOK_EVERY = cache.TRUSTED = 60
sys.argv[1:] = ["--config", "server/gunicorn_conf.py", "detoxsite.wsgi"]
from gunicorn.app.wsgiapp import run
run()
"""


@pytest.fixture(scope="module")
def hosts(tmp_path_factory):
    """`often` looks for changes as usual; `seldom` does not. `store` is their Redis, `server` the process behind it."""
    first, second, folder = (tmp_path_factory.mktemp(name) for name in ("often", "seldom", "redis"))
    script = folder / "seldom.py"
    script.write_text(SELDOM.format(root=str(ROOT)))
    with backends.redis_server(backends.find()["redis-server"], folder) as address:
        common = {"REDIS_URL": address, "WEB_WORKERS": "1", "SITE_URL": "http://127.0.0.1:8000"}
        with serve(first, **common) as often:
            shared = {name: value for name, value in state.environment(first).items() if name != "VAR_DIR"} | common
            with serve(second, command=[str(script)], **shared) as seldom:
                store = redis.Redis.from_url(address)
                yield SimpleNamespace(often=often, seldom=seldom, store=store, pid=store.info()["process_id"])


def title(site: Site) -> tuple[str, str, float]:
    """The page's title, its tag, and the seconds that it took."""
    began = time.monotonic()
    request = urllib.request.Request(site.url + PAGE, headers={"Host": "127.0.0.1", "Accept-Encoding": "identity"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        page = answer.read().decode()
        return re.search("<h1[^>]*>([^<]*)", page)[1], answer.headers["ETag"], time.monotonic() - began


def rename(site: Site, to: str) -> float:
    """When it was saved, in seconds since 1970."""
    printed = site.manage("shell", "--no-imports", "--verbosity=0", "--command", RENAME.format(title=to))
    return float(printed.split()[-1])


def wait_for(site: Site, expected: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while title(site)[0] != expected:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_page_of_one_host_is_sent_by_the_other(hosts):
    made = title(hosts.often)
    names = sorted(hosts.store.keys("page:*"))
    assert len(names) == 1
    assert title(hosts.seldom)[:2] == made[:2]
    assert sorted(hosts.store.keys("page:*")) == names


def test_publication_on_one_host_shows_at_once_on_one_that_would_not_have_looked(hosts):
    for number in range(2):
        title(hosts.seldom)
        rename(hosts.often, f"Title {number}")
        wait_for(hosts.seldom, f"Title {number}", 3)
        wait_for(hosts.often, f"Title {number}", 3)


def test_start_shows_what_was_changed_by_hand(hosts):
    title(hosts.often)
    state.rows(hosts.often.var, "UPDATE articles_article SET title = 'By hand' WHERE slug = 'the-first-72-hours'")
    hosts.seldom.manage("prepare")
    for host in (hosts.often, hosts.seldom):
        wait_for(host, "By hand", 3)


def test_redis_that_falls_silent_keeps_no_reader_waiting_and_hides_no_change(hosts):
    title(hosts.often)
    os.kill(hosts.pid, signal.SIGSTOP)
    try:
        saved = rename(hosts.seldom, "In the silence")
        time.sleep(max(0, saved + 1 - time.time()))
        found, _, seconds = title(hosts.often)
        assert found == "In the silence" and seconds < 4
    finally:
        os.kill(hosts.pid, signal.SIGCONT)
    assert "Traceback" not in hosts.often.log.read_text()
