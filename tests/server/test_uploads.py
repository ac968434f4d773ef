"""Many uploads from one address: others come in beside them, and the text of those that wait is stored."""

import contextlib
import hashlib
import os
import re
import time
from types import SimpleNamespace

import pytest

from bench import load
from server import uploads
from server.uploads import UploadQueue, address_of, text_before_file
from tests import state
from tests.detoxsite.wire import begun_form, connected, get, rest
from tests.served import serve

FILE = load.JPEG + os.urandom(100_000)
NEIGHBOR = "127.0.0.2"
SECONDS = 4  # that anybody else's form may take


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """One process with four threads for uploads."""
    limits = {"CONTACT_LIMIT": "1000", "WEB_WORKERS": "1", "WEB_UPLOADS": "4", "BODY_SECONDS": "6"}
    with serve(tmp_path_factory.mktemp("uploads"), **limits) as site:
        yield site


@contextlib.contextmanager
def slow_uploads(site, count: int = 12):
    """From one address: each has sent a little, and owes a megabyte."""
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(connected(site, load.post_head(site.url, load.MIB) + b"x" * 100))
        time.sleep(0.5)
        yield


def files_by_name(site) -> dict[str, dict]:
    """Of each request, by the name of who sent it."""
    requests = load.stored(site)["requests"]
    found = {request["name"]: request["files"] for request in requests}
    assert len(found) == len(requests), "each request is stored once"
    return found


def requests_kept(site) -> int:
    return state.rows(site.var, "SELECT COUNT(*) FROM callbacks_callbackrequest")[0][0]


def files_cut(site) -> int:
    return state.rows(site.var, "SELECT COUNT(*) FROM callbacks_attachment WHERE reason = 'interrupted'")[0][0]


def wait_for_more(site, before: int, count: int = 1) -> None:
    """Asks the database itself: to open what is in it takes a process longer than slow uploads are borne with."""
    deadline = time.monotonic() + 30
    while requests_kept(site) < before + count and time.monotonic() < deadline:
        time.sleep(0.05)
    assert requests_kept(site) == before + count


def test_form_with_a_file_from_elsewhere_is_read_beside_many_slow_uploads_of_one_address(site):
    head, body = begun_form(site, "From Elsewhere", file_1=FILE)
    with slow_uploads(site):
        begin = time.monotonic()
        with connected(site, head + body, source=NEIGHBOR) as connection:
            assert rest(connection).startswith(b"HTTP/1.1 303")
        assert time.monotonic() - begin < SECONDS
    assert files_by_name(site)["From Elsewhere"] == {"file_1": hashlib.sha256(FILE).hexdigest()}


def test_text_of_a_form_that_waits_is_stored_and_its_file_comes_to_the_same_request(site):
    """One has sent little, one a part, and one all of it."""
    forms = {sent: begun_form(site, f"Waits With {sent}", file_1=FILE) for sent in (3_000, 70_000, 200_000)}
    before, cut, waiting = requests_kept(site), files_cut(site), {}
    with contextlib.ExitStack() as stack:
        with slow_uploads(site):
            for sent, (head, body) in forms.items():
                waiting[sent] = stack.enter_context(connected(site, head + body[:sent]))
            wait_for_more(site, before, len(forms))
            for connection in waiting.values():
                connection.settimeout(0.1)
                with pytest.raises(TimeoutError):  # nobody has answered: it is still waiting
                    connection.recv(1)
            assert files_cut(site) == cut + len(forms)
        for sent, connection in waiting.items():
            connection.settimeout(20)
            connection.sendall(forms[sent][1][sent:])
        assert [rest(connection)[:12] for connection in waiting.values()] == [b"HTTP/1.1 303"] * len(forms)
    found = files_by_name(site)
    for sent in forms:
        assert found[f"Waits With {sent}"] == {"file_1": hashlib.sha256(FILE).hexdigest()}


def test_request_stays_if_the_sender_hangs_up_before_its_file(site):
    head, body = begun_form(site, "Hangs Up", file_1=FILE)
    before = requests_kept(site)
    with slow_uploads(site):
        with connected(site, head + body[:70_000]):
            wait_for_more(site, before)
        time.sleep(1)
        assert get(site)[0] == 200
    assert files_by_name(site)["Hangs Up"] == {"file_1": "interrupted"}


def test_upload_that_stops_while_it_waits_is_answered_with_what_it_brought(site):
    head, body = begun_form(site, "Stops Waiting", file_1=FILE)
    with slow_uploads(site), connected(site, head + body[:20_000]) as connection:
        answer = rest(connection)
    assert answer.startswith(b"HTTP/1.1 303")
    link = re.search(rb"Location: (\S+)", answer)[1].decode()
    assert "connection dropped" in get(site, link)[1]
    assert files_by_name(site)["Stops Waiting"] == {"file_1": "interrupted"}


def filled(threads: int, *addresses: str) -> tuple[UploadQueue, list[str]]:
    """A queue in which each of these has come in turn, and whose uploads got a thread."""
    queue = UploadQueue(threads)
    started = []
    for number, address in enumerate(addresses):
        queue.add((number, address), address)
        started += start(queue)
    return queue, started


def start(queue: UploadQueue) -> list[str]:
    started = []
    while conn := queue.take_next():
        queue.leave(conn, conn[1])
        started.append(conn[1])
    return started


def test_one_address_gets_half_of_the_threads_and_others_their_share_of_the_rest():
    addresses = ["a"] * 500 + ["b"] * 50 + ["c"] * 10
    _, started = filled(256, *addresses)
    assert {address: started.count(address) for address in "abc"} == {"a": 128, "b": 25, "c": 10}


def test_fifteen_addresses_that_send_all_they_can_leave_a_thread_for_another():
    assert filled(256, *[address for address in "abcdefghijklmno" for _ in range(100)], "z")[1][-1] == "z"


def test_very_many_that_wait_make_room_for_a_newcomer():
    queue, _ = filled(2, *["a"] * 33, "b", "b", "b")
    assert queue.least_needed() == (1, "a")
    queue.leave((1, "a"), "a")
    assert queue.least_needed() is None


def test_address_with_the_fewest_uploads_gets_the_next_thread():
    queue, started = filled(4, *"aaaaabbc")
    assert sorted(started) == ["a", "a", "b", "c"]
    queue.finish((5, "b"))
    assert start(queue) == ["b"]


def test_half_of_the_threads_have_no_limit_per_address():
    assert len(filled(1, "a", "a")[1]) == 1
    assert len(filled(2, "a", "a")[1]) == 1
    assert len(filled(256, *["a"] * 100)[1]) == 100


@pytest.mark.parametrize(
    ("hops", "head", "address"),
    [
        (0, b"", "192.0.2.1"),
        (0, b"X-Forwarded-For: 203.0.113.9", "192.0.2.1"),
        (1, b"X-Forwarded-For: 198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (2, b"x-forwarded-for: 198.51.100.7\r\nX-Forwarded-For: 203.0.113.9", "198.51.100.7"),
        (1, b"X-Forwarded-For: 2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        (1, b"X-Forwarded-For: nonsense", "192.0.2.1"),
    ],
)
def test_address_of_an_upload_is_the_one_that_limits_see(monkeypatch, hops, head, address):
    monkeypatch.setattr(uploads, "PROXY_HOPS", hops)
    connection = SimpleNamespace(client=("192.0.2.1", 4000))
    assert address_of(connection, b"POST /contact/ HTTP/1.1\r\n" + head) == address


HEAD = b"POST /contact/ HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n"
TEXT = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nSam\r\n--b\r\n'
NAMED = b'Content-Disposition: form-data; name="file_1"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'


def test_text_ends_at_the_start_of_the_first_file():
    whole = HEAD + TEXT + NAMED + b"x" * 5_000
    assert text_before_file(whole) == HEAD + TEXT + NAMED + b"x" * uploads.FILE_BYTES


@pytest.mark.parametrize(
    "request_bytes",
    [
        HEAD + TEXT,
        HEAD + TEXT + NAMED[:-3],
        HEAD + TEXT + NAMED,
        HEAD + TEXT + NAMED.replace(b"a.jpg", b"") + b"x" * 200,
        (HEAD + TEXT + NAMED + b"x" * 200).replace(b"/contact/", b"/contact/sent/"),
    ],
)
def test_text_is_not_stored_ahead_before_a_file_has_begun(request_bytes):
    assert text_before_file(request_bytes) == b""
