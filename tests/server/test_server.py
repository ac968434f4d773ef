"""The server itself: slow and silent senders, threads that are all taken, readers who take nothing."""

import contextlib
import os
import re
import socket
import time

import pytest

from bench import load
from tests.detoxsite.wire import begun_form, connected, get, rest
from tests.served import serve

pytestmark = pytest.mark.any_backend

LIMIT = 2  # seconds, in place of 20 for a head and 60 for a body
SLACK = 3  # seconds: the loop looks once a second, and the machine may be busy


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Short limits, and two threads for uploads in each of two processes."""
    limits = {
        "CONTACT_LIMIT": "1000",
        "HEAD_SECONDS": str(LIMIT),
        "BODY_SECONDS": str(LIMIT),
        "WEB_UPLOADS": "2",
        "WEB_THREADS": "4",
    }
    with serve(tmp_path_factory.mktemp("server"), **limits) as site:
        yield site


def test_client_that_falls_silent_before_it_has_asked_is_closed(site):
    with contextlib.ExitStack() as stack:
        begin = time.monotonic()
        starts = [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-Half"]
        for connection in [stack.enter_context(connected(site, start)) for start in starts]:
            rest(connection)
            assert time.monotonic() - begin < LIMIT + SLACK


def test_client_that_trickles_its_head_is_closed(site):
    begin = time.monotonic()
    with connected(site, b"GET / HTTP/1.1\r\nX: ") as connection, contextlib.suppress(OSError):
        while time.monotonic() < begin + 20:
            connection.sendall(b"x")
            connection.settimeout(0.3)
            with contextlib.suppress(TimeoutError):
                if not connection.recv(100):
                    break
    assert time.monotonic() - begin < LIMIT + SLACK


def test_form_that_stops_before_its_file_is_answered_with_what_arrived(site):
    head, body = begun_form(site, "Small Stop")
    with connected(site, head + body[: body.index(b'name="token"')]) as connection:
        begin = time.monotonic()
        answer = rest(connection)
        assert time.monotonic() - begin < LIMIT + SLACK
    assert answer.startswith(b"HTTP/1.1 422") and b"Small Stop" in answer


def test_upload_that_stops_or_trickles_keeps_the_call(site):
    forms = [begun_form(site, name, file_1=load.JPEG + bytes(200_000)) for name in ("Large Stop", "Large Trickle")]
    sent, answer = [head + body[:70_000] for head, body in forms], b""
    with connected(site, sent[0]) as stopped, connected(site, sent[1]) as trickling:
        begin = time.monotonic()
        trickling.settimeout(0.3)
        while not answer and time.monotonic() < begin + 20:
            trickling.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                answer = trickling.recv(65536)
        answers = [answer, rest(stopped)]
    assert time.monotonic() - begin < 2 * LIMIT + SLACK  # 70,000 bytes came at once, so the second look finds it idle
    for answer in answers:
        assert answer.startswith(b"HTTP/1.1 303")
        link = re.search(rb"Location: (\S+)", answer)[1].decode()
        assert "connection dropped" in get(site, link)[1]


def test_upload_above_the_least_speed_is_not_cut(site):
    """64 KB within each span is enough, however long it all takes."""
    head, body = begun_form(site, "Weak Phone", file_1=load.JPEG + os.urandom(220_000))
    with connected(site, head) as connection:
        begin = time.monotonic()
        for at in range(0, len(body), 10_000):  # 50 KB a second, by the clock
            connection.sendall(body[at : at + 10_000])
            time.sleep(max(0, begin + at / 50_000 - time.monotonic()))
        assert rest(connection).startswith(b"HTTP/1.1 303")


def test_readers_are_served_while_every_upload_thread_is_taken(site):
    with contextlib.ExitStack() as stack:
        for _ in range(40):  # ten times as many as there are threads
            stack.enter_context(connected(site, load.post_head(site.url, load.MIB)))
        for _ in range(10):
            begin = time.monotonic()
            assert get(site)[0] == 200
            assert time.monotonic() - begin < SLACK


def test_form_without_a_file_goes_through_while_every_upload_thread_is_taken(site):
    head, body = begun_form(site, "In Between")
    with contextlib.ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(connected(site, load.post_head(site.url, load.MIB)))
        with connected(site, head + body) as connection:
            begin = time.monotonic()
            assert rest(connection).startswith(b"HTTP/1.1 303")
            assert time.monotonic() - begin < SLACK


def test_upload_beyond_the_threads_waits_for_its_turn(site):
    with contextlib.ExitStack() as stack:
        waiting = []
        for number in range(8):
            head, body = begun_form(site, f"Turn {number}", file_1=load.JPEG + bytes(100_000))
            waiting.append(stack.enter_context(connected(site, head + body)))
        assert [rest(connection)[:12] for connection in waiting] == [b"HTTP/1.1 303"] * 8


def test_clients_that_do_not_hang_up_delay_nobody(site):
    with contextlib.ExitStack() as stack:
        for _ in range(12):
            stack.enter_context(connected(site, load.get_head(site.url, "/phases/now/")))
        time.sleep(0.5)
        begin = time.monotonic()
        assert get(site)[0] == 200
        assert time.monotonic() - begin < SLACK


def test_readers_who_take_nothing_are_given_up(site):
    """More of them than there are threads, each with megabytes of answers on the way."""
    ask = load.get_head(site.url, "/phases/").replace(b"Connection: close\r\n", b"")
    with contextlib.ExitStack() as stack:
        for _ in range(12):
            client = stack.enter_context(contextlib.closing(socket.socket()))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(load.address(site.url))
            client.sendall(ask * 400)
        time.sleep(1)
        begin = time.monotonic()
        assert get(site)[0] == 200
        assert time.monotonic() - begin < 4 * LIMIT + SLACK


def test_requests_sent_at_once_are_answered_one_by_one(site):
    first = load.get_head(site.url, "/phases/now/").replace(b"Connection: close\r\n", b"")
    second = load.get_head(site.url, "/robots.txt")
    with connected(site, first + second[:20]) as connection:
        time.sleep(0.5)
        connection.sendall(second[20:])
        answer = rest(connection)
    assert answer.count(b"HTTP/1.1 200 OK") == 2 and b"User-agent" in answer


def test_connection_is_used_again_after_a_form(site):
    head, body = begun_form(site, "Kept Alive")
    with connected(site, head.replace(b"Connection: close\r\n", b"") + body) as connection:
        assert connection.recv(65536).startswith(b"HTTP/1.1 303")
        connection.sendall(load.get_head(site.url, "/robots.txt"))
        assert b"User-agent" in rest(connection)


def test_body_in_chunks_arrives(site):
    head, body = begun_form(site, "In Chunks")
    head = re.sub(rb"Content-Length: \d+", b"Transfer-Encoding: chunked", head)
    with connected(site, head + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n") as connection:
        assert rest(connection).startswith(b"HTTP/1.1 303 ")
    assert get(site)[0] == 200


@pytest.mark.parametrize("content_type", [b"multipart/form-data; boundary=x", b"application/x-www-form-urlencoded"])
@pytest.mark.parametrize("chunk", [b"zz\r\nname=Sam\r\n0\r\n\r\n", b"fffffffff\r\nname=Sam", b"-1\r\n"])
def test_body_in_malformed_chunks_brings_the_form_back(site, content_type, chunk):
    head = b"POST /contact/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nContent-Type: "
    with connected(site, head + content_type + b"\r\n\r\n" + chunk) as connection:
        connection.shutdown(socket.SHUT_WR)
        answer = rest(connection)
    assert re.match(rb"HTTP/1.1 4\d\d", answer), answer[:60]
