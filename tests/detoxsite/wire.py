"""Talks to a served site byte by byte, as slow, silent and broken clients do."""

import contextlib
import http.client
import re
import socket
import sys
import time
from pathlib import Path

from bench import load


@contextlib.contextmanager
def connected(site, start: bytes = b"", source: str = "127.0.0.1"):
    """`source`: which of this machine's own addresses it comes from."""
    with socket.create_connection(load.address(site.url), timeout=20, source_address=(source, 0)) as connection:
        connection.sendall(start)
        yield connection


def rest(connection: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    with contextlib.suppress(ConnectionResetError):
        return b"".join(iter(lambda: connection.recv(65536), b""))
    return b""


def wait_until_read(connection: socket.socket) -> None:
    """Returns once the site has read all that was sent, or, where no system tells that, after half a second."""
    if sys.platform != "linux":
        return time.sleep(0.5)
    site, client = (f":{address[1]:04X}" for address in (connection.getpeername(), connection.getsockname()))
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for row in map(str.split, Path("/proc/net/tcp").read_text().splitlines()[1:]):
            if row[1].endswith(site) and row[2].endswith(client) and row[4].endswith(":00000000"):
                return None
        time.sleep(0.05)
    raise AssertionError("The site does not read.")


def get(site, path: str = "/phases/now/") -> tuple[int, str]:
    connection = http.client.HTTPConnection(*load.address(site.url), timeout=20)
    with contextlib.closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()


def begun_form(site, name: str, **files: bytes) -> tuple[bytes, bytes]:
    """Head and body of a form as a browser would send it."""
    token = re.search(r'name="token" value="([^"]+)"', get(site, "/contact/")[1])[1]
    body = load.form_body({"name": name, "phone": "(212) 555-0123", "token": token}, files)
    return load.post_head(site.url, len(body)), body
