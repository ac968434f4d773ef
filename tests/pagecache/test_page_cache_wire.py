"""Which bytes are answered at once, and that nobody can slip anything into a page that others get."""

import pytest

from pagecache import wire
from tests.pagecache.cached_site import CachedSite

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]


@pytest.fixture
def site(guide) -> CachedSite:
    site = CachedSite()
    for target in ("/", "/emergency/", "/sitemap.xml", "/articles/feed/"):
        site.get(target)
        site.get(target, HTTP_ACCEPT_ENCODING="br")
    site.trust()
    return site


_asked: list[CachedSite] = []


@pytest.fixture
def asked(request) -> CachedSite:
    """A site that is only asked: filled once for all such tests. It answers an ordinary request at once, so what it
    does not answer is odd."""
    if not _asked:
        _asked.append(request.getfixturevalue("site"))
    assert _asked[0].wire() and _asked[0].wire(line="GET /emergency/ HTTP/1.1")
    return _asked[0]


BROWSER = [
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: en-US,en;q=0.5",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Connection: keep-alive",
    "Upgrade-Insecure-Requests: 1",
    "Sec-Fetch-Dest: document",
    "Sec-GPC: 1",
    "Priority: u=0, i",
]


def test_browser_gets_at_once_what_the_program_would_answer(site):
    sent, keep = site.wire(*BROWSER)
    head, _, body = sent.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n") and b"\r\nDate: " in head and keep
    _, headers, same = site.get("/", HTTP_ACCEPT_ENCODING="br")
    assert body == same
    for name, value in headers.items():
        assert f"\r\n{name}: {value}\r\n".lower().encode() in head.lower() + b"\r\n"


def test_head_not_modified_and_close_are_right(site):
    sent, _ = site.wire("Accept-Encoding: br", line="HEAD / HTTP/1.1")
    assert sent.endswith(b"\r\n\r\n") and b"Content-Length: " in sent
    tag = site.get("/", HTTP_ACCEPT_ENCODING="br")[1]["etag"]
    sent, _ = site.wire("Accept-Encoding: br", f"If-None-Match: W/{tag}")
    assert sent.startswith(b"HTTP/1.1 304 Not Modified\r\n") and sent.endswith(b"\r\n\r\n") and tag.encode() in sent
    assert b"Content-Length" not in sent
    assert site.wire("Accept-Encoding: br", f"If-None-Match: {tag[:-2]}")[0].startswith(b"HTTP/1.1 200")
    sent, keep = site.wire("Connection: close")
    assert not keep and b"\r\nConnection: close\r\n" in sent


def test_date_follows_the_clock_forward_and_back(site, monkeypatch):
    for second, date in ((1_900_000_000, "17:46:40"), (1_900_000_001, "17:46:41"), (1_899_999_999, "17:46:39")):
        monkeypatch.setattr(wire.time, "time", lambda second=second: second)
        site.trust()
        assert f"\r\nDate: Sun, 17 Mar 2030 {date} GMT\r\n".encode() in site.wire()[0]


@pytest.mark.parametrize(
    "line",
    [
        "GET / HTTP/1.0",
        "GET / HTTP/2.0",
        "get / HTTP/1.1",
        "POST / HTTP/1.1",
        "OPTIONS / HTTP/1.1",
        "GET  / HTTP/1.1",
        "GET / HTTP/1.1 ",
        " GET / HTTP/1.1",
        "\r\nGET / HTTP/1.1",
        "GET /\t HTTP/1.1",
        "GET http://127.0.0.1/ HTTP/1.1",
        "GET http://evil.example/ HTTP/1.1",
        "GET //evil.example/ HTTP/1.1",
        "GET /?x=1 HTTP/1.1",
        "GET /? HTTP/1.1",
        "GET /# HTTP/1.1",
        "GET /%65mergency/ HTTP/1.1",
        "GET /emergency/../ HTTP/1.1",
        "GET /./ HTTP/1.1",
        "GET /emergency HTTP/1.1",
        "GET /no-such-page/ HTTP/1.1",
        "GET * HTTP/1.1",
    ],
)
def test_odd_request_line_goes_to_the_parser(asked, line):
    assert asked.wire(line=line) is None


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: 0"],
        ["Content-Length: 5"],
        ["Transfer-Encoding: chunked"],
        ["Expect: 100-continue"],
        ["Upgrade: h2c", "Connection: Upgrade"],
        ["Connection: keep-alive, close"],
        ["Connection: Accept-Encoding"],
        ["Cookie: sessionid=x"],
        ["Authorization: Basic eDp5"],
        ["Range: bytes=0-10"],
        ["Host: evil.example"],
        ["Accept-Encoding: br", "Accept-Encoding: gzip"],
        ["If-None-Match: *", "If-None-Match: *"],
        ["X-Forwarded-Proto: https"],
        ["X-Forwarded-Ssl: on"],
        ["X-Forwarded-Protocol: ssl"],
        ["Forwarded: host=evil.example"],
        ["X-Original-Url: /admin/"],
        ["X-Rewrite-Url: /admin/"],
        ["X-Http-Method-Override: POST"],
        ["X_Forwarded_Proto: https"],
        ["Accept: a\r\n folded"],
        ["Accept: a\r\n\tfolded"],
        ["Accept : a"],
        ["Accept:a"],
        ["Accept: a\nX: b"],
        ["Accept: a\rX: b"],
        ["Accept: \x00"],
        ["Accept: \xe9"],
        ["no colon"],
        [": no name"],
        ["Accept: " + "a" * 5000],
    ],
)
def test_odd_header_goes_to_the_parser(asked, lines):
    assert asked.wire(*lines) is None


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.", "127.0.0.1:99", "", " 127.0.0.1", "127.0.0.1, evil.example", "user@127.0.0.1"],
)
def test_unknown_host_goes_to_django(asked, host):
    assert asked.wire(host=host) is None
    before = asked.cache.used
    asked.get("/safety/", HTTP_HOST=host)
    assert asked.cache.used == before


def test_more_or_less_than_one_request_goes_to_the_parser(site):
    whole = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    answer = site.pages.cached_response
    assert answer(whole)
    for odd in (whole * 2, whole + b"x", whole[:-1], whole[:-2], whole + b"\r\n", b"", whole.replace(b"\r\n", b"\n")):
        assert answer(odd) is None
    assert answer(b"GET / HTTP/1.1\r\n\r\n") is None


POISON = {
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_FORWARDED_FOR": "203.0.113.7",
    "HTTP_X_FORWARDED_PORT": "99",
    "HTTP_FORWARDED": "host=evil.example",
    "HTTP_X_ORIGINAL_URL": "/admin/",
    "HTTP_X_HTTP_METHOD_OVERRIDE": "POST",
    "HTTP_REFERER": "https://evil.example/",
    "HTTP_USER_AGENT": "<script>evil.example</script>",
    "HTTP_ACCEPT_LANGUAGE": "evil",
    "HTTP_RANGE": "bytes=0-3",
    "HTTP_IF_MODIFIED_SINCE": "Sat, 01 Jan 2050 00:00:00 GMT",
}


@pytest.mark.parametrize("target", ["/", "/sitemap.xml", "/articles/feed/"])
def test_no_header_gets_into_what_others_get(guide, target):
    clean, poisoned = CachedSite(), CachedSite()
    assert poisoned.get(target, **POISON) == clean.get(target)
    assert poisoned.get(target) == clean.get(target)
    assert len(poisoned.rendered) == 1


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"wsgi.url_scheme": "https"},
        {"SCRIPT_NAME": "/evil"},
        {"RAW_URI": "http://evil.example/sitemap.xml"},
        {"RAW_URI": "/%73itemap.xml"},
        {"CONTENT_LENGTH": "3"},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {"HTTP_HOST": "127.0.0.1:99"},
    ],
)
def test_request_that_could_change_the_page_is_never_cached(guide, environ):
    site = CachedSite()
    site.get("/sitemap.xml", **environ)
    assert site.cache.used == 0
    body = site.get("/sitemap.xml")[2]
    assert site.cache.used > 0 and b"evil" not in body and b"https://127" not in body


def test_behind_tls_only_what_the_proxy_vouches_for_is_answered(guide, settings):
    settings.HTTPS, settings.SITE_URL, settings.ALLOWED_HOSTS = True, "https://guide.example", ["guide.example"]
    settings.SECURE_PROXY_SSL_HEADER, settings.SECURE_SSL_REDIRECT = ("HTTP_X_FORWARDED_PROTO", "https"), True
    settings.SECURE_HSTS_SECONDS = 1000
    site = CachedSite()
    secure = {"HTTP_HOST": "guide.example", "HTTP_X_FORWARDED_PROTO": "https"}
    assert site.get("/about/", HTTP_HOST="guide.example")[0].startswith("301")
    status, headers, _ = site.get("/about/", **secure)
    assert status == "200 OK" and headers["strict-transport-security"] == "max-age=1000"
    line = "GET /about/ HTTP/1.1"
    assert site.wire("X-Forwarded-Proto: https", "X-Forwarded-For: 203.0.113.7", host="guide.example", line=line)
    assert site.wire(host="guide.example", line=line) is None
    assert site.wire("X-Forwarded-Proto: http", host="guide.example", line=line) is None
    assert site.wire("X-Forwarded-Proto: https,http", host="guide.example", line=line) is None
    assert site.get("/about/", HTTP_HOST="guide.example", HTTP_X_FORWARDED_PROTO="http")[0].startswith("301")
