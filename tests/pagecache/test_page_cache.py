"""Cached pages: what is cached, for how long, and what a browser gets that has them already."""

import gzip

import brotli
import pytest

from articles.views import PAGE_SIZE
from pagecache import entries
from privateversion import codes
from tests.factories import make_article
from tests.pagecache.cached_site import NOT_CACHED, times
from tests.pages import READING

MACHINES = ["/articles/feed/", "/notes.html", "/sitemap.xml", "/articles/topics/staying-safe/feed/"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", READING)
def test_reading_page_is_rendered_once_and_others_each_time(site, guide, path):
    assert times(site, path) == (2 if path in NOT_CACHED else 1)


@pytest.mark.parametrize("path", MACHINES)
def test_file_that_machines_read_is_rendered_once(site, guide, path):
    assert times(site, path) == 1


@pytest.mark.parametrize(
    "target",
    [
        "/healthz",
        "/leave/",
        "/search/",
        "/contact/",
        "/contact/sent/?t=x",
        "/admin/",
        "/admin/login/",
        "/no-such-page/",
        "/articles/no-such-article/",
        "/treatments/compare/?place=home",
        "/?page=2",
        "/articles/?page=0",
        "/articles/?page=99",
        "/articles/?q=x",
        "/n/bcdfghjk/",
        "/static/css/none.css",
    ],
)
def test_other_address_is_never_cached(site, guide, target):
    assert times(site, target) == 2
    assert site.cache.used == 0


def test_second_page_of_a_list_is_cached_under_its_number(site):
    for number in range(PAGE_SIZE + 5):
        make_article(slug=f"a-{number}", title=f"Article {number}")
    assert times(site, "/articles/?page=2") == 1
    assert site.get("/articles/?page=2")[2] != site.get("/articles/")[2]


def test_cached_page_is_what_django_answers(site, client, guide):
    for path in ("/", "/articles/the-first-72-hours/", "/notes.html", "/articles/feed/"):
        own = client.get(path, headers={"host": "127.0.0.1"})
        for _ in range(2):
            status, headers, body = site.get(path)
            assert status == "200 OK" and body == own.content
            for name, value in own.headers.items():
                assert headers[name.lower()] == value
            assert headers["cache-control"] == "no-cache"


def test_each_encoding_has_the_same_page_and_its_own_etag(site, guide):
    plain = site.get("/")[2]
    tags = set()
    for offer, encoding, decode in (
        ("br", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("gzip;q=1, br;q=0", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("", None, bytes),
    ):
        _, headers, body = site.get("/", HTTP_ACCEPT_ENCODING=offer)
        assert headers.get("content-encoding") == encoding and decode(body) == plain
        assert headers["vary"] == "Accept-Encoding" and headers["content-length"] == str(len(body))
        assert headers["etag"].startswith('"')
        tags.add((encoding, headers["etag"]))
    assert len(tags) == 3 and len({tag for _, tag in tags}) == 3
    assert site.rendered == ["/"]


def test_each_encoding_is_made_once(site, guide, monkeypatch):
    made = []
    real = entries.compression.compress
    monkeypatch.setattr(
        entries.compression, "compress", lambda body, name, best: made.append(name) or real(body, name, best)
    )
    for offer in ("br", "gzip", "br", "gzip", "gzip, br"):
        site.get("/", HTTP_ACCEPT_ENCODING=offer)
    assert made == ["br", "gzip"]


def test_browser_that_has_the_page_gets_304(site, guide):
    _, headers, _ = site.get("/", HTTP_ACCEPT_ENCODING="br")
    tag = headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', f'"other" , W/{tag},"more"', "*"):
        status, again, body = site.get("/", HTTP_ACCEPT_ENCODING="br", HTTP_IF_NONE_MATCH=known)
        assert status == "304 Not Modified" and body == b""
        assert again == {"etag": tag, "vary": "Accept-Encoding", "cache-control": "no-cache"}
    for unknown in ('"other"', tag.strip('"'), "", tag[:-2] + '"'):
        assert site.get("/", HTTP_ACCEPT_ENCODING="br", HTTP_IF_NONE_MATCH=unknown)[0] == "200 OK"
    assert site.get("/", HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=tag)[0] == "200 OK"


def test_head_gets_the_headers_of_get_and_no_body(site, guide):
    for target in ("/", "/articles/no-such-article/"):
        for encoding in ("br", ""):
            head = site.get(target, "HEAD", HTTP_ACCEPT_ENCODING=encoding)
            got = site.get(target, HTTP_ACCEPT_ENCODING=encoding)
            assert head[0] == got[0] and head[2] == b"" and got[2]
    assert site.get("/", "HEAD")[1] == site.get("/")[1]


@pytest.mark.parametrize("cookie", ["sessionid=x", "csrftoken=x", "any=thing"])
def test_request_with_a_cookie_is_answered_by_django(site, guide, cookie):
    site.get("/")
    assert times(site, "/", HTTP_COOKIE=cookie) == 2
    assert times(site, "/", HTTP_AUTHORIZATION="Basic eDp5") == 2


def test_post_never_gets_a_cached_page(site, guide):
    site.get("/about/")
    assert site.get("/about/", "POST", CONTENT_LENGTH="0")[0].startswith(("403", "405"))


def test_private_version_is_cached_under_its_own_address(site, guide):
    address = codes.private("/emergency/")
    assert times(site, address) == 1
    assert b"<title>Notes</title>" in site.get(address)[2]
    assert b"<title>Notes</title>" not in site.get("/emergency/")[2]
    assert site.get(address)[1]["referrer-policy"] == "no-referrer"
