"""Connections are shared out among the processes, however they come."""

import contextlib
import os
import re
import sys
import time
from pathlib import Path

import pytest

from tests.detoxsite.wire import connected, rest
from tests.served import serve

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
pytestmark = [linux, pytest.mark.any_backend]
CONNECTIONS = 16


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("turns"), WEB_WORKERS="2") as site:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:  # until the second process takes connections too
            with contextlib.ExitStack() as stack:
                for _ in range(CONNECTIONS):
                    stack.enter_context(connected(site))
                if len(held_once_all_are_accepted(site)) == 2:
                    break
        yield site


def held(site) -> dict[int, int]:
    """How many connections each process of the site holds."""
    port = f":{int(site.url.rpartition(':')[2]):04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {row[9] for row in rows if row[1].endswith(port) and row[3] == "01"}  # established, on our side
    counts = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            names = [os.readlink(file) for file in (process / "fd").iterdir()]
            found = {name for link in names for name in re.findall(r"socket:\[(\d+)\]", link)} & sockets
            if found:
                counts[int(process.name)] = len(found)
    return {pid: count for pid, count in counts.items() if pid != os.getpid()}


def held_once_all_are_accepted(site) -> list[int]:
    for _ in range(100):
        counts = held(site)
        if sum(counts.values()) == CONNECTIONS:
            break
        time.sleep(0.05)
    return sorted(counts.values())


def test_bursts_of_connections_are_shared_out(site):
    """Most of them: a busy machine may not let the other process run in time."""
    bursts = []
    for _ in range(5):
        with contextlib.ExitStack() as stack:
            for _ in range(CONNECTIONS):
                stack.enter_context(connected(site, b""))
            bursts.append(held_once_all_are_accepted(site))
    shared = [counts for counts in bursts if len(counts) == 2 and min(counts) >= CONNECTIONS // 4]
    assert len(shared) >= 3, bursts


def test_paused_process_accepts_the_next_connection(site):
    slow = 0
    for _ in range(20):
        begin = time.monotonic()
        with connected(site, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n") as connection:
            assert b"200 OK" in rest(connection)
        slow += time.monotonic() - begin > 0.9  # the loop looks once a second where nothing happens
    assert slow <= 2, "a busy machine is slow now and then"
