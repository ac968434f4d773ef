"""Many who read nothing, or ask nothing: others are answered beside them."""

import contextlib
import json
import select
import socket
import threading
import time
from types import SimpleNamespace

import pytest

from bench import load
from guide.bare_pages import BUSY_RESPONSE
from server.lanes import Lane, Lanes
from tests.detoxsite.wire import connected, get
from tests.served import serve

pytestmark = pytest.mark.any_backend

SECONDS = 10  # one is the goal; the machine may be busy, and who waits for a lost thread waits for a minute


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Places for 40 connections in each of two processes."""
    limits = {"WEB_THREADS": "2", "GUNICORN_CMD_ARGS": "--worker-connections=40"}
    with serve(tmp_path_factory.mktemp("floods"), **limits) as site:
        yield site


@contextlib.contextmanager
def flood(site, count: int, start: bytes):
    with contextlib.ExitStack() as open_ones:
        connections = []
        for _ in range(count):
            connection = open_ones.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            connection.settimeout(10)
            connection.connect(load.address(site.url))
            connection.sendall(start)
            connections.append(connection)
        time.sleep(0.5)
        yield connections


def assert_others_are_answered(site, seconds=SECONDS):
    for path in ("/healthz", "/contact/", "/emergency/", "/phases/now/", "/search/?q=sleep"):
        begin = time.monotonic()
        assert get(site, path)[0] == 200
        assert time.monotonic() - begin < seconds, path


SCRIPT = "admin/js/vendor/xregexp/xregexp.js"  # 325 KB


def ask(path: str, count: int = 1, headers: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode() * count


def static(site) -> str:
    return "/static/" + json.loads((site.var / "static" / "staticfiles.json").read_text())["paths"][SCRIPT]


@pytest.mark.parametrize(("path", "count"), [("/contact/", 1), ("/contact/", 60), ("/emergency/", 60), ("static", 60)])
def test_readers_beside_many_who_read_nothing(site, path, count):
    """Fewer of them than places, and more than threads of any lane. With one request each for a page that is kept or
    a file: below, from still more of them."""
    with flood(site, 60, ask(static(site) if path == "static" else path, count)):
        assert_others_are_answered(site)


HALF_FORM = b"POST /contact/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\nname="


@pytest.mark.parametrize(
    "start",
    [b"", b"GET / HT", HALF_FORM, ask("/emergency/"), ask("/emergency/", headers="Connection: close\r\n"), "static"],
    ids=["silent", "half open", "half a form", "kept alive", "not hung up", "unread"],
)
def test_newcomer_beside_more_connections_than_places(site, start):
    with flood(site, 100, ask(static(site)) if start == "static" else start):
        # Each half form is answered with what has come of it, and its sender has half a second to take that in.
        assert_others_are_answered(site, 20 if start == HALF_FORM else SECONDS)


@pytest.mark.parametrize(
    ("path", "count", "page"),
    [
        ("/search/?q=sleep", 60, "/articles/"),
        ("/.well-known/guide-manifest.json?x", 16, "/symptoms/"),
        ("/data/guide.json?x", 16, "/treatments/"),
    ],
)
def test_page_not_made_yet_overtakes_many_of_what_takes_long(site, path, count, page):
    with contextlib.ExitStack() as stack:
        others = [stack.enter_context(connected(site, ask(path))) for _ in range(count)]
        assert get(site, page)[0] == 200
        answered, _, _ = select.select(others, [], [], 0)
        assert len(answered) < count / 2
        assert all(other.recv(12) in {b"HTTP/1.1 200", b"HTTP/1.1 503"} for other in others)


def test_slow_reader_gets_every_byte(site):
    """Of a file, of a page, and of the next answer, which was asked for before."""
    file = (site.var / "static" / static(site).removeprefix("/static/")).read_bytes()
    with flood(site, 1, ask(static(site)) + ask("/card/", headers="Connection: close\r\n")) as (connection,):
        got = b""
        while data := connection.recv(8192):
            got += data
            time.sleep(0.005)
    assert file in got
    assert got.count(b"HTTP/1.1 200 OK") == 2 and got.endswith(b"</html>\n")


def test_excess_request_is_refused_with_numbers_to_call():
    busy = BUSY_RESPONSE.decode()
    head, body = busy.split("\r\n\r\n")
    assert head.startswith("HTTP/1.1 503 ") and "Retry-After: 5" in head and f"Content-Length: {len(body)}" in head
    assert all(f"tel:{number}" in body for number in ("911", "988", "+18006624357"))


def test_lane_is_full_at_its_limit():
    lane, gate = Lane(1, "search", 2), threading.Event()
    first = lane.submit(gate.wait)
    assert not lane.is_full()
    lane.submit(gate.wait)
    assert lane.is_full()
    gate.set()
    first.result(5)
    lane.shutdown()
    assert not lane.is_full()


@pytest.mark.parametrize(
    ("head", "lane"),
    [
        (b"GET /static/a.css HTTP/1.1", None),
        (b"GET //admin/ HTTP/1.1", "staff"),
        (b"GET /%61dmin/ HTTP/1.1", "staff"),
        (b"GET http://localhost/admin/x HTTP/1.1", "staff"),
        (b"GET /search/?q=a HTTP/1.1", "search"),
        (b"GET /.well-known/guide-manifest.json?1 HTTP/1.1", "whole guide"),
        (b"POST /es/comentario/ HTTP/1.1", "whole guide"),
        (b"GET /contact/?next=/admin/ HTTP/1.1", None),
        (b"no request", None),
    ],
)
def test_lane_is_chosen_by_path_however_it_is_written(head, lane):
    here, there = socket.socketpair()
    with here, there:
        picked = Lanes().pick(head, SimpleNamespace(sock=here), is_pipelined=False)
    assert (picked and picked._thread_name_prefix) == lane
