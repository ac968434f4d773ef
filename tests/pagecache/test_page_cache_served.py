"""The page cache on the real server: several processes, keep-alive, readers who take little, odd requests."""

import contextlib
import re
import socket
import time

import pytest

from tests.detoxsite.wire import connected, rest
from tests.served import serve

PAGE = "/articles/the-first-72-hours/"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("cached"), WEB_WORKERS="2", WEB_THREADS="4") as site:
        yield site


def request(site, *lines: str, path: str = PAGE, version: str = "1.1", method: str = "GET") -> bytes:
    host = site.url.removeprefix("http://")
    return "\r\n".join([f"{method} {path} HTTP/{version}", f"Host: {host}", *lines, "", ""]).encode()


def one(connection: socket.socket, *, has_body: bool = True) -> tuple[bytes, bytes]:
    """Head and body of the next answer, and not a byte more."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        assert byte, head
        head += byte
    length = int(re.search(rb"Content-Length: (\d+)", head)[1]) if has_body and b"Content-Length" in head else 0
    body = b""
    while len(body) < length:
        body += connection.recv(length - len(body))
    return head, body


def ask(site, *lines: str, **options: str) -> bytes:
    with connected(site, request(site, "Connection: close", *lines, **options)) as connection:
        return rest(connection)


def test_connection_serves_ready_made_and_ordinary_answers_in_turn(site):
    with connected(site) as connection:
        pages = set()
        for lines, path, status in (
            ([], PAGE, b"200"),
            ([], PAGE, b"200"),
            (["X-Odd: 1"], PAGE, b"200"),
            ([], "/phases/now/", b"200"),
            ([], "/no-such-page/", b"404"),
            ([], PAGE, b"200"),
        ):
            connection.sendall(request(site, *lines, path=path))
            head, body = one(connection)
            assert head[9:12] == status
            if path == PAGE:
                pages.add(body)
        assert len(pages) == 1


def test_requests_sent_at_once_are_answered_in_their_order(site):
    ask(site)
    paths = [PAGE, "/emergency/", PAGE, "/healthz"]
    with connected(site, b"".join(request(site, path=path) for path in paths)) as connection:
        bodies = [one(connection)[1] for _ in paths]
    assert bodies[0] == bodies[2] != bodies[1] and bodies[3] == b"ok"


def test_request_in_pieces_is_answered_like_any_other(site):
    whole = ask(site)
    data = request(site, "Connection: close")
    with connected(site, data[:20]) as connection:
        time.sleep(0.1)
        connection.sendall(data[20:])
        assert rest(connection).partition(b"\r\n\r\n")[2] == whole.partition(b"\r\n\r\n")[2]


def test_old_browser_and_head_and_not_modified(site):
    whole = ask(site, "Accept-Encoding: br")
    tag = re.search(rb"ETag: (\S+)", whole)[1].decode()
    with connected(site, request(site, "Accept-Encoding: br", version="1.0")) as connection:
        assert rest(connection).partition(b"\r\n\r\n")[2] == whole.partition(b"\r\n\r\n")[2]
    with connected(site) as connection:
        for _ in range(3):
            connection.sendall(request(site, "Accept-Encoding: br", method="HEAD"))
            head, _ = one(connection, has_body=False)
            assert tag.encode() in head
            connection.sendall(request(site, "Accept-Encoding: br", f"If-None-Match: {tag}"))
            assert one(connection, has_body=False)[0].startswith(b"HTTP/1.1 304")


def test_slow_reader_gets_every_byte_and_delays_nobody(site):
    """More answers than the system buffers: the rest goes through a thread, and the connection stays whole."""
    length = len(ask(site))
    count = 40 * 1024 * 1024 // length
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(20)
        slow.connect(("127.0.0.1", int(site.url.rpartition(":")[2])))
        sent = 0
        slow.setblocking(False)
        try:
            for _ in range(count):
                slow.send(request(site))
                sent += 1
                time.sleep(0.0005)
                if sent > 200:
                    break
        except BlockingIOError:
            pass
        begin = time.monotonic()
        assert ask(site).startswith(b"HTTP/1.1 200")
        assert time.monotonic() - begin < 5
        slow.setblocking(True)
        slow.settimeout(20)
        assert len({one(slow)[1] for _ in range(sent)}) == 1


def test_publication_shows_on_every_process_within_a_second(site):
    """Requests at the same time are spread over both processes; each must show the change."""

    def titles() -> set[bytes]:
        found = set()
        with contextlib.ExitStack() as stack:
            connections = [stack.enter_context(connected(site)) for _ in range(12)]
            for _ in range(3):
                for connection in connections:
                    connection.sendall(request(site))
                found |= {re.search(rb"<h1[^>]*>([^<]*)", one(connection)[1])[1] for connection in connections}
        return found

    assert len(titles()) == 1
    script = "from articles.models import Article as A; a = A.objects.get(slug='the-first-72-hours'); "
    saved = site.manage("shell", "-v0", "-c", f"{script}a.title = 'Anew'; a.save(); import time; print(time.time())")
    time.sleep(max(0, float(saved.split()[-1]) + 1 - time.time()))
    assert titles() == {b"Anew"}
