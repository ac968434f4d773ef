"""Forms whose connection breaks, or whose chunks are malformed: what had arrived is kept, however little that was."""

import contextlib
import os
import re
import signal
import socket
import struct
import time
import urllib.parse

import pytest

from bench import load
from callbacks.casework import links
from tests import state
from tests.detoxsite.wire import begun_form, connected, get, rest, wait_until_read
from tests.served import serve

LIMIT = 2  # seconds, in place of 60 for a body
SENT = 20_000  # bytes: the text, the beginning of a photo, and less than Django and gunicorn read at a time
ENDINGS = [b"", b"\r\n", b"\r\nZZ\r\n", b"\r\n0\r\n", b"\r\n0\r\nno trailer\r\n\r\n"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("broken"), CONTACT_LIMIT="1000", BODY_SECONDS=str(LIMIT)) as site:
        yield site


def in_chunks(head: bytes, body: bytes, size: int = 1000) -> bytes:
    """A request whose body comes in chunks, up to where the last one would have to end."""
    head = re.sub(rb"Content-Length: \d+", b"Transfer-Encoding: chunked", head)
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    return head + b"\r\n".join(b"%x\r\n" % len(chunk) + chunk for chunk in chunks)


def ended(connection: socket.socket) -> bytes:
    """The answer, once nothing more is sent."""
    connection.shutdown(socket.SHUT_WR)
    return rest(connection)


def is_kept(site, body: bytes) -> bool:
    """Whether the form becomes a request within some seconds."""
    nonce = re.search(rb'name="token"\r\n\r\n([^:]+):', body)[1].decode()
    query = "SELECT COUNT(*) FROM callbacks_callbackrequest WHERE form_key = ?"
    deadline = time.monotonic() + 30
    while not (kept := state.rows(site.var, query, links.form_key(nonce))[0][0]) and time.monotonic() < deadline:
        time.sleep(0.1)
    return kept == 1


@pytest.mark.parametrize("framing", ["declared", "chunked"])
@pytest.mark.parametrize("end", ["reset", "closed"])
def test_connection_that_breaks_within_a_photo_keeps_the_call(site, framing, end):
    head, body = begun_form(site, "Broken Off", file_1=load.JPEG + bytes(400_000))
    sent = in_chunks(head, body[:SENT]) if framing == "chunked" else head + body[:SENT]
    with connected(site, sent) as connection:
        if end == "closed":
            assert ended(connection).startswith(b"HTTP/1.1 303")
        else:
            wait_until_read(connection)
            time.sleep(0.3)  # until a thread waits for more
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert is_kept(site, body)


@pytest.mark.any_backend
@pytest.mark.parametrize("size", [100, 100_000])
@pytest.mark.parametrize("ending", ENDINGS)
def test_form_in_chunks_without_a_proper_end_is_kept(site, ending, size):
    head, body = begun_form(site, "No Last Chunk")
    with connected(site, in_chunks(head, body, size) + ending) as connection:
        assert ended(connection).startswith(b"HTTP/1.1 303")
    assert is_kept(site, body)


def test_plain_form_in_chunks_without_an_end_is_kept(site):
    """As a browser would send one without file inputs."""
    _, body = begun_form(site, "")
    fields = dict(re.findall(rb'name="(\w+)"\r\n\r\n(.*)\r\n', body)) | {b"name": b"Plain Form"}
    head = load.post_head(site.url, 1, "application/x-www-form-urlencoded")
    with connected(site, in_chunks(head, urllib.parse.urlencode(fields).encode(), 100)) as connection:
        assert ended(connection).startswith(b"HTTP/1.1 303")
    assert is_kept(site, body)


@pytest.mark.any_backend
def test_text_in_chunks_that_breaks_off_comes_back(site):
    head, body = begun_form(site, "Half A Form")
    with connected(site, in_chunks(head, body[: body.index(b'name="token"')])) as connection:
        answer = ended(connection)
    assert answer.startswith(b"HTTP/1.1 422") and b"Half A Form" in answer


@pytest.mark.any_backend
@pytest.mark.parametrize("ending", [b"\r\nZZ\r\n", b"\r\n0\r\nno trailer\r\n\r\n", b"XX"])
def test_bytes_after_a_malformed_body_are_no_request(site, ending):
    head, body = begun_form(site, "Nothing Behind")
    first = in_chunks(head.replace(b"Connection: close\r\n", b""), body)
    with connected(site, first + ending + load.get_head(site.url, "/robots.txt")) as connection:
        answer = rest(connection)
    assert answer.startswith(b"HTTP/1.1 303")
    assert answer.count(b"HTTP/1.1 ") == 1 and b"User-agent" not in answer
    assert get(site)[0] == 200


def test_form_in_chunks_that_falls_silent_keeps_the_call(site):
    head, body = begun_form(site, "Silent In Chunks", file_1=load.JPEG + bytes(400_000))
    begin = time.monotonic()
    with connected(site, in_chunks(head, body[:SENT])) as connection:
        assert rest(connection).startswith(b"HTTP/1.1 303")
    assert time.monotonic() - begin < 2 * LIMIT + 10


def test_stop_keeps_the_call_of_small_unfinished_forms(tmp_path):
    """In chunks, which a thread reads, and with a length that the loop waits for."""
    with serve(tmp_path / "var", GRACEFUL_SECONDS="6") as site, contextlib.ExitStack() as stack:
        waiting = []
        for framing in ("declared", "chunked"):
            head, body = begun_form(site, "Cut By A Stop", file_1=load.JPEG + bytes(30_000))
            sent = in_chunks(head, body[:SENT]) if framing == "chunked" else head + body[:SENT]
            waiting.append(stack.enter_context(connected(site, sent)))
        for connection in waiting:
            wait_until_read(connection)
        time.sleep(0.5)
        os.kill(site.pid, signal.SIGTERM)
        assert [rest(connection)[:12] for connection in waiting] == [b"HTTP/1.1 303"] * 2


@pytest.mark.any_backend
def test_stop_answers_new_connections_and_waits_for_no_others(tmp_path):
    """What a proxy connected for a reader is asked on in the next moment; an idle connection is its to lose."""
    with serve(tmp_path / "var", WEB_WORKERS="1") as site, connected(site, b"") as new, connected(site, b"") as idle:
        idle.sendall(load.get_head(site.url, "/robots.txt"))
        while b"User-agent" not in idle.recv(65536):
            pass
        os.kill(site.pid, signal.SIGTERM)
        assert idle.recv(1) == b""
        time.sleep(1.2)  # the worker looks once a second at whom it may leave
        new.sendall(load.get_head(site.url, "/robots.txt"))
        assert b"User-agent" in rest(new)
