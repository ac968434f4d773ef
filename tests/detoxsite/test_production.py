"""The site as it is served: behind TLS, with real static files, from real processes."""

import contextlib
import http.client
import re
import socket
import stat
import time
from pathlib import Path

import pytest

from tests import state
from tests.served import serve


@pytest.fixture(scope="module")
def behind_tls(tmp_path_factory):
    temporary = str(tmp_path_factory.mktemp("tmp"))
    with serve(tmp_path_factory.mktemp("tls"), SITE_URL="https://guide.example", TMPDIR=temporary) as site:
        yield site


def get(site, path, **headers):
    host = site.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=20)
    try:
        connection.request("GET", path, headers={"Host": "guide.example", **headers})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


SECURE = {"X-Forwarded-Proto": "https"}


def test_plain_http_is_led_to_https(behind_tls):
    status, headers, _ = get(behind_tls, "/phases/")
    assert (status, headers["Location"]) == (301, "https://guide.example/phases/")


def test_https_is_remembered_for_two_years(behind_tls):
    status, headers, _ = get(behind_tls, "/", **SECURE)
    assert status == 200
    assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"


def test_staff_cookies_are_bound_to_this_host_and_to_https(behind_tls):
    status, headers, _ = get(behind_tls, "/admin/login/", **SECURE)
    assert (status, headers["Location"]) == (302, "/staff/sign-in/?next=%2Fadmin%2F")
    _, headers, _ = get(behind_tls, "/staff/sign-in/", **SECURE)
    cookie = headers["Set-Cookie"]
    assert cookie.startswith("__Host-csrf=")
    assert "Secure" in cookie and "HttpOnly" in cookie and "Path=/" in cookie and "Domain" not in cookie


def test_addresses_in_the_page_are_the_public_ones(behind_tls):
    _, _, body = get(behind_tls, "/phases/", **SECURE)
    assert b'<link rel="canonical" href="https://guide.example/phases/">' in body
    assert b"127.0.0.1" not in body
    _, _, sitemap = get(behind_tls, "/sitemap.xml", **SECURE)
    assert b"<loc>https://guide.example/phases/</loc>" in sitemap


@pytest.mark.parametrize("how", [SECURE, {}])
def test_unknown_host_is_refused_without_a_word_in_the_log(behind_tls, how):
    before = behind_tls.log.read_text()
    status, _, body = get(behind_tls, "/", **how | {"Host": "evil.example"})
    assert status == 400
    assert b"tel:911" in body and b"evil.example" not in body
    assert behind_tls.log.read_text() == before


def test_static_file_is_compressed_kept_for_good_and_carries_the_policy(behind_tls):
    _, _, page = get(behind_tls, "/contact/", **SECURE)
    path = re.search(rb'src="(/static/js/contact\.[0-9a-f]{12}\.js)"', page)[1].decode()
    status, headers, body = get(behind_tls, path, **SECURE, **{"Accept-Encoding": "br"})
    assert status == 200
    assert headers["Content-Encoding"] == "br" and len(body) < 8_000
    assert "immutable" in headers["Cache-Control"]
    assert headers["Access-Control-Allow-Origin"] is None
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../db.sqlite3",
        "/static/%2e%2e/secrets/secret-key",
        "/media/../secrets/secret-key",
        "/media/pictures/../../db.sqlite3",
        "/attachments/",
        "/var/db.sqlite3",
        "/db.sqlite3",
    ],
)
def test_nothing_of_the_state_is_served(behind_tls, path):
    assert get(behind_tls, path, **SECURE)[0] in {400, 404}


def test_secrets_and_state_are_for_their_owner_only(behind_tls):
    get(behind_tls, "/", **SECURE)
    private = [behind_tls.var, *(behind_tls.var / "secrets").iterdir(), *behind_tls.var.glob("db.sqlite3*")]
    assert len(private) >= (3 if state.SERVERS else 4)
    for path in private:
        with contextlib.suppress(FileNotFoundError):  # SQLite's journal goes with its last connection
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_readers_leave_no_trace_in_the_log(behind_tls):
    get(behind_tls, "/search/?q=a-private-word", **SECURE, **{"X-Forwarded-For": "203.0.113.77"})
    get(behind_tls, "/nowhere/?q=a-private-word", **SECURE, **{"User-Agent": "a-private-browser"})
    log = behind_tls.log.read_text()
    assert "Not Found" in log, "the log must work, or this test says nothing"
    assert "a-private" not in log and "nowhere" not in log and "203.0.113.77" not in log and "127.0.0.1" not in log


def test_deployment_check_is_clean(behind_tls):
    behind_tls.manage("check", "--deploy", "--fail-level=WARNING")


def test_second_start_changes_nothing(behind_tls):
    secrets = {path.name: path.read_text() for path in (behind_tls.var / "secrets").iterdir()}
    printed = behind_tls.manage("prepare")
    assert re.search(r"Starter guide: \d+ unchanged\.", printed)
    assert "make staff" in printed and str(behind_tls.var) in printed and "https://guide.example/" in printed
    assert secrets == {path.name: path.read_text() for path in (behind_tls.var / "secrets").iterdir()}


@pytest.mark.parametrize("charset", ["=hex", "=rot13", "=zip", "=utf-7", "=no-such", "=idna", '="', "*=zzz''x"])
@pytest.mark.parametrize("path", ["/search/?q=%ff", "/articles/?page=%ff", "/contact/", "/contact/sent/?t=%ff"])
def test_claimed_charset_breaks_nothing(behind_tls, charset, path):
    headers = SECURE | {"Content-Type": f"multipart/form-data; charset{charset}; boundary=x"}
    assert get(behind_tls, path, **headers)[0] in {200, 404}


def raw(site, request: bytes) -> bytes:
    """What the server answers to bytes that no client library would send."""
    host, port = site.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


BROKEN = [
    b"GET /search/?q=a-private-word HTTP/1.1\r\nHost: guide.example\r\nBad Header: a-private-word\r\n\r\n",
    b"GET /search/?q=a-private-word\x00 HTTP/1.1\r\nHost: guide.example\r\n\r\n",
    b"GET /contact/sent/?t=a-private-word\xff HTTP/1.1\r\nHost: guide.example\r\n\r\n",
    b"GET /search/?q=a-private-word HTTP/9\r\n\r\n",
    b"a-private-word\r\n\r\n",
    b"\x16\x03\x01a-private-word\r\n\r\n",
]


@pytest.mark.parametrize("request_bytes", BROKEN)
def test_broken_request_leaves_no_trace_in_the_log(behind_tls, request_bytes):
    raw(behind_tls, request_bytes)
    log = behind_tls.log.read_text()
    assert "a-private-word" not in log and "127.0.0.1" not in log


def test_very_long_search_is_answered_by_a_page(behind_tls):
    status, _, body = get(behind_tls, f"/search/?q={'x' * 10_000}", **SECURE)
    assert status == 200
    assert b"first 80 characters" in body


def test_endless_address_is_cut_off(behind_tls):
    assert raw(behind_tls, b"GET /" + b"x" * 200_000).startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize("name", ["SCRIPT_NAME", "PATH_INFO", "Script-Name"])
def test_header_of_a_visitor_changes_no_path(behind_tls, name):
    assert get(behind_tls, "/phases/", **SECURE | {name: "/x"})[0] == 200


def test_upload_to_a_reading_page_is_written_nowhere(behind_tls, tmp_path):
    """Only the contact form takes files, encrypted; editors' pictures stay in memory. Nothing is a temporary file."""
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.jpg"\r\n\r\n' + bytes(9 * 1024 * 1024)
    head = (
        "POST /phases/now/ HTTP/1.1\r\nHost: guide.example\r\nX-Forwarded-Proto: https\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {len(body) + 99}\r\n\r\n"
    )
    host, port = behind_tls.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(head.encode() + body)
        time.sleep(0.5)
        assert list(Path(behind_tls.env["TMPDIR"]).glob("*.upload*")) == []
