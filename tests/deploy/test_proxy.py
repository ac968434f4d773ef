"""The shipped Caddyfile and units, started for real: TLS, HTTP/2, uploads that stream, restarts that nobody notices."""

import contextlib
import hashlib
import re
import secrets
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest

from bench import load
from tests import programs
from tests.deploy.units import HOST, Machine, machine
from tests.served import Site

pytestmark = pytest.mark.any_backend

MARKER = b"Qzxproxymarker"


@pytest.fixture(scope="module")
def served():
    if programs.missing():
        pytest.skip(programs.how())
    with machine(CONTACT_LIMIT="12") as started:
        yield started


def curl(served: Machine, url: str, *options: str) -> tuple[str, dict[str, str], str]:
    """Version and status, headers, body."""
    resolve = [word for port in served.ports.values() for word in ("--resolve", f"{HOST}:{port}:127.0.0.1")]
    command = ["curl", "-sS", "-i", "--max-time", "20", "--cacert", str(served.authority), *resolve, *options, url]
    head, _, body = subprocess.run(
        command, capture_output=True, text=True, errors="replace", check=True
    ).stdout.partition("\n\n")
    status, *lines = head.splitlines()
    return status.strip(), {line.partition(": ")[0].lower(): line.partition(": ")[2] for line in lines}, body


def connected(served: Machine) -> ssl.SSLSocket:
    trusted = ssl.create_default_context(cafile=str(served.authority))
    plain = socket.create_connection(("127.0.0.1", int(served.ports["HTTPS_PORT"])), timeout=40)
    return trusted.wrap_socket(plain, server_hostname=HOST)


def ask(served: Machine, request: bytes) -> bytes:
    with contextlib.closing(connected(served)) as connection:
        connection.sendall(request)
        return rest(connection)


def rest(connection: ssl.SSLSocket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


def form(served: Machine, name: str, *headers: str, number: int = 23, **files: bytes) -> tuple[bytes, bytes]:
    page = ask(served, f"GET /contact/ HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
    token = re.search(rb'name="token" value="([^"]+)"', page)[1].decode()
    body = load.form_body({"name": name, "phone": f"(212) 555-01{number:02}", "token": token}, files)
    lines = ["POST /contact/ HTTP/1.1", f"Host: {HOST}", f"Content-Type: multipart/form-data; boundary={load.BOUNDARY}"]
    head = "\r\n".join([*lines, *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""])
    return head.encode(), body


def stored(served: Machine) -> dict[str, dict]:
    site = Site(served.url, served.var, served.folder / "detox-web.log", served.env)
    return {request["name"]: request for request in load.stored(site)["requests"]}


def test_page_comes_over_http_2_and_tls(served):
    status, headers, body = curl(served, f"{served.url}/phases/", "--http2")
    assert status == "HTTP/2 200"
    assert headers["strict-transport-security"].startswith("max-age=63072000")
    assert '<link rel="canonical"' in body and "alt-svc" not in headers


def test_old_browser_gets_http_1_1(served):
    assert curl(served, f"{served.url}/phases/now/", "--http1.1")[0] == "HTTP/1.1 200 OK"


def test_plain_http_is_led_to_https(served):
    status, headers, _ = curl(served, f"http://{HOST}:{served.ports['HTTP_PORT']}/contact/sent/?t=abc")
    assert status.startswith("HTTP/1.1 308") and headers["location"] == f"https://{HOST}/contact/sent/?t=abc"
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
    elsewhere = curl(served, f"http://{HOST}:{served.ports['HTTP_PORT']}/", "-H", "Host: elsewhere.example")
    assert "location" not in elsewhere[1], "nobody is led to a host that they name"


def test_old_protocols_of_tls_are_refused(served):
    with pytest.raises(subprocess.CalledProcessError):
        curl(served, f"{served.url}/", "--tls-max", "1.1")


def test_compressed_page_and_its_tag_pass_unchanged(served):
    status, headers, _ = curl(served, f"{served.url}/phases/", "--http2", "-H", "Accept-Encoding: br")
    assert status == "HTTP/2 200" and headers["content-encoding"] == "br" and "via" not in headers


def test_static_file_is_kept_for_good(served):
    _, _, page = curl(served, f"{served.url}/contact/")
    path = re.search(r'src="(/static/js/contact\.[0-9a-f]{12}\.js)"', page)[1]
    status, headers, _ = curl(served, f"{served.url}{path}", "--http2")
    assert status == "HTTP/2 200" and "immutable" in headers["cache-control"]


def plain_copies(served: Machine) -> list[Path]:
    """Files below the machine's folder, and files that have no name any more but are held open by Caddy or the app."""
    files = [path for path in served.folder.rglob("*") if path.is_file() and "current" not in path.parts]
    held = [path for name in ("caddy", "detox-web") for path in Path(f"/proc/{served.pid(name)}/fd").iterdir()]
    return [path for path in [*files, *held] if path.is_file() and MARKER in path.read_bytes()]


def resident(pid: int) -> int:
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) // 1024


@pytest.mark.sqlite_only("looks at a file on its way; in a store nothing is there before all of it is")
def test_upload_streams_through_and_is_nowhere_in_the_clear(served):
    """While half of it is sent, the site has stored almost as much, and Caddy has collected nothing."""
    content = load.JPEG + MARKER + secrets.token_bytes(1024) * (31 * 1024) + MARKER
    head, body = form(served, f"{MARKER.decode()} Streams", file_1=content)
    before = resident(served.pid("caddy"))
    with contextlib.closing(connected(served)) as connection:
        connection.sendall(head + body[: 16 * load.MIB])
        deadline, arrived = time.monotonic() + 60, 0
        while arrived < 14 * load.MIB and time.monotonic() < deadline:
            arrived = sum(path.stat().st_size for path in (served.var / "attachments").rglob("*") if path.is_file())
            time.sleep(0.05)
        assert arrived >= 14 * load.MIB
        assert plain_copies(served) == []
        assert resident(served.pid("caddy")) - before < 25  # MB
        connection.sendall(body[16 * load.MIB :])
        assert rest(connection).startswith(b"HTTP/1.1 303")
    assert plain_copies(served) == []
    assert stored(served)[f"{MARKER.decode()} Streams"]["files"] == {"file_1": hashlib.sha256(content).hexdigest()}


def test_file_that_is_too_large_gets_the_sites_own_kind_answer(served):
    head, body = form(served, "Too Large", file_1=load.JPEG + bytes(33 * load.MIB))
    assert ask(served, head + body).startswith(b"HTTP/1.1 303")
    assert stored(served)["Too Large"]["files"]["file_1"] not in {"", None}


def test_restart_drops_no_request_and_lets_a_slow_upload_finish(served):
    """In the order of deploy/release: the bridge serves while the old server waits for its uploads."""
    content, answers, over = load.JPEG + bytes(200_000), [], threading.Event()
    head, body = form(served, "Across A Restart", file_1=content)

    def read() -> None:
        while not over.is_set():
            begin = time.monotonic()
            page = ask(served, f"GET /phases/now/ HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
            answers.append((page[:12], time.monotonic() - begin))
            time.sleep(0.05)

    with contextlib.closing(connected(served)) as connection:
        connection.sendall(head + body[:100_000])
        threads = [threading.Thread(target=served.restart_site), threading.Thread(target=read)]
        for thread in threads:
            thread.start()
        first = served.pid("detox-web")
        time.sleep(3)
        deadline = time.monotonic() + 20
        while len(answers) <= 5 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert Path(f"/proc/{first}").exists(), "the old server waits for its upload"
        count = len(answers)
        connection.sendall(body[100_000:])
        assert rest(connection).startswith(b"HTTP/1.1 303")
    threads[0].join(timeout=40)
    over.set()
    threads[1].join(timeout=40)
    assert count > 5 and {status for status, _ in answers} == {b"HTTP/1.1 200"}
    assert max(seconds for _, seconds in answers) < 10
    assert stored(served)["Across A Restart"]["files"] == {"file_1": hashlib.sha256(content).hexdigest()}


def test_address_that_a_visitor_claims_is_dropped(served):
    """The limit on one address holds, whatever each request claims; and https is Caddy's to say."""
    answers = []
    for number in range(14):
        claims = [f"X-Forwarded-For: 198.51.100.{number}", f"Forwarded: for=198.51.100.{number}"]
        head, body = form(served, f"Claims {number}", *claims, "X-Forwarded-Proto: http", number=number)
        answers.append(ask(served, head + body))
    assert answers[0].startswith(b"HTTP/1.1 303")
    assert b"from your internet address" in answers[-1]


def test_logs_hold_nobody(served):
    """Not when the site is down either: then the last words are Caddy's own."""
    with contextlib.closing(connected(served)) as connection:  # gone in the middle of a body
        head, body = form(served, MARKER.decode(), file_1=load.JPEG + bytes(100_000))
        connection.sendall(head + body[:5_000])
    ask(served, b"GET /?q=%b HTTP/9\r\n\r\n" % MARKER)
    served.stop("detox-web")
    served.close_socket()
    status, headers, body = curl(served, f"{served.url}/search/?q={MARKER.decode()}", "-H", f"X: {MARKER.decode()}")
    assert status == "HTTP/2 502" and "tel:911" in body and headers["cache-control"] == "no-store"
    logs = served.log("caddy") + served.log("detox-web")
    assert "127.0.0.1" not in logs.replace("127.0.0.1:0", "") and MARKER.decode() not in logs
    assert "198.51.100" not in logs and "/search/" not in logs
