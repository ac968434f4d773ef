"""Cached pages while the database is down: known ones stay up for a while and say so, and no lesser one is kept."""

import contextlib
import datetime
import time
from collections.abc import Iterator
from types import SimpleNamespace

import brotli
import pytest
from django.contrib.sitemaps import Sitemap
from django.db import DatabaseError, connection
from django.utils import timezone

from editorial.models import versions
from editorial.pages import page_context
from guide import sitemaps
from pagecache import cache as cache_module, rules
from privateversion import codes
from tests.factories import make_article
from tests.pagecache.cached_site import times

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    """The cache's clocks, `ahead` by this many seconds."""
    clock = SimpleNamespace(ahead=0)
    clock.time, clock.monotonic = lambda: time.time() + clock.ahead, lambda: time.monotonic() + clock.ahead
    monkeypatch.setattr(cache_module, "time", clock)
    monkeypatch.setattr(versions, "time", clock)
    return clock


@pytest.fixture
def without_database(monkeypatch, clock):
    """Where every version check fails after five seconds, as connecting to an unused address does."""

    def fail():
        clock.ahead += 5
        raise DatabaseError

    @contextlib.contextmanager
    def without() -> Iterator[None]:
        with monkeypatch.context() as patch:
            for check in ("number", "edition"):
                patch.setattr(versions, check, fail)
            patch.setattr(cache_module.connection, "close", lambda: None)
            yield

    return without


def test_cached_pages_are_served_as_unchecked_for_a_night_without_the_database(site, guide, clock, without_database):
    lines = {"/emergency/": b"could not check that this page is up", "/es/emergencia/": b"No pudimos comprobar que"}
    plain = {path: site.get(path) for path in lines}
    with without_database():
        for clock.ahead in (1, 60, cache_module.OUTAGE_SECONDS - 60):
            site.cache.refresh()
            for path, line in lines.items():
                assert times(site, path) == 0
                status, headers, body = site.get(path, HTTP_IF_NONE_MATCH=plain[path][1]["etag"])
                assert status == "200 OK" and body.count(line) == 1 and headers["etag"] != plain[path][1]["etag"]
                assert len(body) - len(plain[path][2]) < 250
                zipped = brotli.decompress(site.get(path, HTTP_ACCEPT_ENCODING="br")[2])
                assert zipped == body and line in site.wire(line=f"GET {path} HTTP/1.1")[0]
        clock.ahead = cache_module.OUTAGE_SECONDS + 1
        assert times(site, "/emergency/") == 2
    clock.ahead = 0
    site.cache.refresh()
    assert site.get("/emergency/") == plain["/emergency/"] and times(site, "/emergency/") == 0


def test_cached_pages_are_served_without_the_database_past_a_scheduled_change(site, clock, without_database):
    """An article is due meanwhile: that ends nothing sooner. Once the database is back, its content counts again."""
    make_article(published_at=timezone.now() + datetime.timedelta(seconds=30))
    site.get("/articles/")
    with without_database():
        clock.ahead = 31
        assert times(site, "/articles/") == 0
        clock.ahead = cache_module.OUTAGE_SECONDS - 60
        assert times(site, "/articles/") == 0
    clock.ahead = 0
    make_article(slug="another", title="Another")
    site.cache.refresh()
    assert b"Another" in site.get("/articles/")[2]


def test_page_made_without_a_database_is_not_cached(site, guide, monkeypatch):
    """It has the help lines of the program itself, and not those that staff keep."""

    def down():
        connection.errors_occurred = True
        raise DatabaseError

    site.cache.refresh()
    with monkeypatch.context() as patch:
        patch.setattr(page_context.Clinic.objects, "first", down)
        assert site.get("/about/")[0] == "200 OK"
    connection.errors_occurred = False
    assert times(site, "/about/") == 1


class Broken(Sitemap):
    def items(self) -> list:
        raise DatabaseError


def test_private_address_is_found_after_a_failed_listing(monkeypatch):
    make_article()
    address = codes.private("/articles/an-article/")
    with monkeypatch.context() as patch, pytest.raises(DatabaseError):
        patch.setattr(sitemaps, "SITEMAPS", {"broken": Broken()})
        codes.plain(address)
    assert codes.plain(address) == "/articles/an-article/"


def test_private_address_is_answered_by_django_when_the_database_is_down(site, monkeypatch):
    """What is raised in front of Django would be a bare line from the server, without a number to call."""

    monkeypatch.setattr(sitemaps, "SITEMAPS", {"broken": Broken()})
    path = f"{codes.PREFIX}{codes.LETTERS[: codes.LENGTH]}/"
    with pytest.raises(DatabaseError):
        codes.plain(path)
    assert not rules.is_reading_page(path)
