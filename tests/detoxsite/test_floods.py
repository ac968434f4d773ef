"""Many who read nothing, or ask nothing: others are answered beside them."""

import contextlib
import socket
import time
from types import SimpleNamespace

import pytest

from bench import load
from detoxsite.lanes import Lanes
from tests.detoxsite.wire import get
from tests.served import serve

SECONDS = 2  # one is the goal; the machine may be busy


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Places for 40 connections in each of two processes."""
    limits = {"WEB_THREADS": "2", "GUNICORN_CMD_ARGS": "--worker-connections=40"}
    with serve(tmp_path_factory.mktemp("floods"), **limits) as site:
        yield site


@contextlib.contextmanager
def flood(site, count: int, start: bytes):
    with contextlib.ExitStack() as open_ones:
        for _ in range(count):
            connection = open_ones.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            connection.settimeout(10)
            connection.connect(load.address(site.url))
            connection.sendall(start)
        time.sleep(0.5)
        yield


def assert_others_are_answered(site):
    for path in ("/healthz", "/contact/", "/emergency/", "/phases/now/", "/search/?q=sleep"):
        begin = time.monotonic()
        assert get(site, path)[0] == 200
        assert time.monotonic() - begin < SECONDS, path


def test_page_beside_many_who_read_no_page(site):
    with flood(site, 20, b"GET /emergency/ HTTP/1.1\r\nHost: localhost\r\n\r\n" * 60):
        assert_others_are_answered(site)


def test_newcomer_beside_more_half_open_connections_than_places(site):
    with flood(site, 120, b"GET / HT"):
        assert_others_are_answered(site)


@pytest.mark.parametrize(
    ("head", "lane"),
    [
        (b"GET /static/a.css HTTP/1.1", None),
        (b"GET //admin/ HTTP/1.1", "staff"),
        (b"GET /%61dmin/ HTTP/1.1", "staff"),
        (b"GET http://localhost/admin/x HTTP/1.1", "staff"),
        (b"GET /search/?q=a HTTP/1.1", "search"),
        (b"GET /contact/?next=/admin/ HTTP/1.1", None),
        (b"no request", None),
    ],
)
def test_lane_is_chosen_by_path_however_it_is_written(head, lane):
    here, there = socket.socketpair()
    with here, there:
        picked = Lanes().pick(head, SimpleNamespace(sock=here), is_hasty=False)
    assert (picked and picked._thread_name_prefix) == lane
