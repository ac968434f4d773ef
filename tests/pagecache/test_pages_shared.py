"""Finished pages in Redis: who else may take them, what never gets there, and what a Redis in trouble costs."""

import socket
import threading
import time

import pytest
import redis

from editorial import versions
from limits import redis_server
from pagecache import release, shared
from pagecache.entries import Page
from privateversion import codes
from tests import babble, backends
from tests.callbacks.helpers import sign_in
from tests.factories import make_article
from tests.operations.kept import Kept

ARTICLE = "/articles/an-article/"
pytestmark = [pytest.mark.django_db, pytest.mark.servers_only]


@pytest.fixture
def site() -> Kept:
    return Kept()


@pytest.fixture
def other() -> Kept:
    """Another process, of another host perhaps: it shares no memory with the first."""
    return Kept()


@pytest.fixture
def third() -> Kept:
    return Kept()


@pytest.fixture
def store(settings) -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL)


def names(store: redis.Redis) -> list[bytes]:
    return sorted(store.keys("page:*"))


def test_page_of_another_process_is_taken_and_not_rendered(site, other, guide):
    for path in ("/", "/articles/the-first-72-hours/", "/notes.html", "/robots.txt"):
        for encoding in ("br", "gzip", ""):
            made, taken = (each.get(path, HTTP_ACCEPT_ENCODING=encoding) for each in (site, other))
            assert made == taken, (path, encoding)
    assert site.rendered == ["/", "/articles/the-first-72-hours/", "/notes.html", "/robots.txt", *["/robots.txt"] * 2]
    assert set(other.rendered) == {"/robots.txt"}, "which is not kept at all"


def test_change_shows_on_the_other_process_too(site, other):
    make_article(title="Old title")
    assert b"Old title" in site.get(ARTICLE)[2]
    make_article(slug="another", title="Another")
    for each in (site, other):
        each.cache.look()
        assert b"Another" in each.get("/articles/")[2]
    assert (len(site.rendered), len(other.rendered)) == (2, 0)


def test_page_made_while_the_content_changed_is_not_handed_out(site, other, store):
    make_article()
    through = site._through

    def publish_meanwhile(environ, start_response):
        answer = through(environ, start_response)
        make_article(slug="another", title="Another")
        return answer

    site.pages.application = publish_meanwhile
    assert b"Another" not in site.get("/articles/")[2]
    assert not names(store)
    assert b"Another" in other.get("/articles/")[2]


def test_page_made_on_a_connection_that_lags_behind_is_not_handed_out(site, store, monkeypatch):
    """The look saw the change already; the server that the page is read from does not, and catches up meanwhile."""
    make_article()
    site.cache.look()
    site.cache._follow = lambda: None
    seen = versions.number()
    monkeypatch.setattr(versions, "number", lambda: seen if site.rendered else seen - 1)
    site.get(ARTICLE)
    assert site.rendered == [ARTICLE] and not names(store)


def test_only_public_pages_get_there(site, store, guide, client):
    draft = make_article(status="draft", slug="draft")
    cookie = f"{sign_in(client, superuser=True).cookies['sessionid'].OutputString()}"
    for target in (
        *(codes.private(path) for path in ("/", "/emergency/")),
        *(draft.get_absolute_url(), f"/admin/articles/article/{draft.pk}/preview/", "/admin/", "/search/?q=pain"),
        *("/contact/", "/phases/now/?value=3&unit=hours", "/no-such-page/", "/healthz"),
    ):
        for headers in ({}, {"HTTP_COOKIE": cookie}, {"HTTP_AUTHORIZATION": "Basic eDp5"}):
            site.get(target, **headers)
    site.get("/about/", HTTP_COOKIE=cookie)
    assert not store.keys("*page*")
    site.get("/about/")
    (name,) = names(store)
    assert b"about" not in name and 0 < store.ttl(name) <= versions.LONGEST.total_seconds()


def test_what_others_put_there_is_not_shown(site, other, third, store, guide, caplog):
    """Whoever can write to Redis can neither make up a page nor move one to another place."""
    about, emergency = site.get("/about/"), site.get("/emergency/")
    one, two = names(store)
    good = {one: store.get(one), two: store.get(two)}
    for forged in (good[two], good[one][:-1], good[one][32:], b"x" * 32, b"<p>Call somebody else", b"x" * 2_000_000):
        store.set(one, forged)
        store.set(two, good[one])
        other.cache._forget()
        assert (other.get("/about/"), other.get("/emergency/")) == (about, emergency)
        assert other.rendered[-2:] == ["/about/", "/emergency/"]
        assert caplog.text.count("is not ours") == 2
        caplog.clear()
        third.cache._forget()
        assert third.get("/about/") == about and third.rendered == [], "the right one is there again"
    for name in good:
        store.delete(name)
        store.lpush(name, "rubbish")
    other.cache._forget()
    assert (other.get("/about/"), other.get("/emergency/")) == (about, emergency)


def test_other_release_and_other_settings_make_their_own(site, other, guide, settings, monkeypatch):
    site.get("/about/")
    settings.LEAVE_URL = "https://weather.example/"
    monkeypatch.setattr(release, "fingerprint", release.fingerprint.__wrapped__)
    changed = Kept()
    assert changed.get("/about/")[0] == "200 OK" and changed.rendered == ["/about/"]
    assert other.get("/about/")[0] == "200 OK" and other.rendered == []
    settings.SECRET_KEY = "another" * 10
    neighbour = Kept()
    assert neighbour.get("/about/")[0] == "200 OK" and neighbour.rendered == ["/about/"]


def test_page_ends_everywhere_when_it_ends_where_it_was_made(site, other, guide, monkeypatch):
    """What no look finds, as a row changed by hand, stays for 15 minutes and not for twice that."""
    with monkeypatch.context() as patch:
        patch.setattr(versions, "LONGEST", versions.LONGEST / 3)
        site.get("/about/")
    other.get("/emergency/")
    assert other.cache._edition.until > site.cache._edition.until + 60
    other.get("/about/")
    assert other.cache._edition.until == other.cache._until == site.cache._edition.until
    assert other.rendered == ["/emergency/"]


def test_stampede_on_two_processes_renders_once(site, monkeypatch):
    monkeypatch.setattr(shared, "_is_current", lambda edition: True)  # threads lack the connection of the test
    begun, made, got = threading.Event(), [], []

    def make() -> Page:
        begun.set()
        time.sleep(0.3)
        made.append(1)
        return Page([("Content-Type", "text/html")], b"<p>words</p>" * 100)

    edition = versions.edition()
    sides = [shared.SharedPages() for _ in range(2)]
    threads = [
        threading.Thread(target=lambda side=side: got.append(side.get_or_make(b"k", edition, make))) for side in sides
    ]
    for thread in threads:
        thread.start()
        begun.wait(10)
    for thread in threads:
        thread.join(10)
    assert made == [1]
    assert len({page.variant("br").tag for page in got}) == 1 and len(got) == 2


@pytest.mark.parametrize(("patience", "ends"), [(0.5, "stays away"), (30, "comes to nothing")])
def test_page_that_another_process_does_not_finish_is_made_all_the_same(
    site, guide, store, monkeypatch, patience, ends
):
    monkeypatch.setattr(shared, "PATIENCE", patience)
    site.cache.look()
    lock = f"{site.cache.shared.name(b'127.0.0.1/about/', site.cache._edition)}:made"
    store.set(lock, "")
    if ends == "comes to nothing":
        threading.Timer(0.1, lambda: store.delete(lock)).start()
    began = time.monotonic()
    assert site.get("/about/")[0] == "200 OK"
    assert time.monotonic() - began < 15
    assert len(names(store)) == 1


def test_redis_that_falls_silent_is_waited_for_once(site, guide, settings, caplog):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and says nothing
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        for path in ("/", "/about/", "/emergency/", "/plan/"):
            assert site.get(path)[0] == "200 OK"
        assert site.rendered == ["/", "/about/", "/emergency/", "/plan/"]
        silent.accept()[0].close()
        silent.setblocking(False)
        with pytest.raises(BlockingIOError):
            silent.accept()
    assert caplog.text.count("Redis does not answer") == 1


@pytest.mark.parametrize("answer", babble.ANSWERS, ids=lambda answer: answer[:8].decode())
def test_redis_that_makes_no_sense_costs_no_page(site, guide, settings, answer):
    with babble.babble(answer) as settings.REDIS_URL:
        assert site.get("/about/")[0] == site.get("/emergency/")[0] == "200 OK"


def test_redis_that_is_full_costs_no_page(site, guide, settings, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(redis_server, "_refused_at", float("-inf"))
    with backends.redis_server(backends.find()["redis-server"], tmp_path) as settings.REDIS_URL:
        store = redis.Redis.from_url(settings.REDIS_URL)
        store.config_set("maxmemory", "1")
        assert site.get("/about/")[0] == site.get("/emergency/")[0] == "200 OK"
        assert caplog.text.count("Redis refuses") == 1 and not names(store)
        store.config_set("maxmemory", "0")
        site.get("/plan/")
        assert len(names(store)) == 1, "it is asked again as soon as it takes something"
