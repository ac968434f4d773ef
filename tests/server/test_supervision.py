"""`make run`: processes that die, what is printed, and a stop."""

import contextlib
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import load, processes
from tests.detoxsite.wire import begun_form, connected, get, rest
from tests.served import ROOT, serve, wait_for


@pytest.fixture(scope="module")
def supervised(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("supervised"), supervised=True) as site:
        yield site


@pytest.mark.any_backend
@pytest.mark.parametrize("role", ["web", "master", "tasks"])
def test_killed_process_is_back_in_five_seconds(supervised, role):
    """Counted from the kill: all processes are there, and a page comes."""
    deadline = time.monotonic() + 20
    while not all(processes.by_role(supervised.pid).values()) and time.monotonic() < deadline:
        time.sleep(0.1)
    before = processes.by_role(supervised.pid)
    assert all(before.values()), supervised.log.read_text()
    os.kill(before[role][0], signal.SIGKILL)
    begin = time.monotonic()
    while time.monotonic() < begin + 20:
        now = processes.by_role(supervised.pid)
        if before[role][0] not in now[role] and all(len(now[each]) >= len(before[each]) for each in before):
            with contextlib.suppress(OSError):
                if get(supervised)[0] == 200:
                    break
        time.sleep(0.05)
    assert time.monotonic() - begin < 5


def test_supervisor_opens_no_port_and_keeps_no_log(supervised):
    listening = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True, check=True).stdout
    ours = {str(pid) for pid in processes.descendants(supervised.pid)}
    ports = {line.split()[3] for line in listening.splitlines() if ours & set(re.findall(r"pid=(\d+)", line))}
    assert ports == {supervised.url.removeprefix("http://")}
    assert {path.name for path in supervised.var.iterdir() if "log" in path.name} == {"server.log"}


def test_master_holds_no_database(supervised):
    """Its workers are copies of it, and a copied SQLite connection loses locks."""
    [master] = processes.by_role(supervised.pid)["master"]
    open_files = [os.readlink(path) for path in Path(f"/proc/{master}/fd").iterdir()]
    assert not [name for name in open_files if "sqlite" in name]


def test_start_says_nothing_but_what_matters(supervised):
    lines = supervised.log.read_text().splitlines()
    first = itertools.takewhile(lambda line: "exited" not in line, lines)  # other tests kill something later
    assert not [line for line in first if "CRIT" in line or "WARN" in line or "root" in line]


@pytest.mark.any_backend
def test_output_can_be_a_socket(tmp_path):
    """As under systemd, whose journal cannot be opened a second time."""
    with serve(tmp_path / "var") as site:
        pass
    ours, theirs = socket.socketpair()
    command = [sys.executable, "manage.py", "serve"]
    served = subprocess.Popen(command, cwd=ROOT, env=site.env, stdout=theirs, stderr=subprocess.STDOUT)
    theirs.close()
    ours.settimeout(40)
    try:
        wait_for(site, served)
        served.terminate()
        assert b"received SIGTERM" in rest(ours)
        assert served.wait(timeout=40) == 0
    finally:
        ours.close()
        served.kill()
        served.wait()


@pytest.mark.any_backend
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_stop_ends_every_process(tmp_path, name):
    with serve(tmp_path / "var", supervised=True) as site:
        everyone = processes.descendants(site.pid)
        assert len(everyone) >= 4
        os.kill(site.pid, getattr(signal, name))
        deadline = time.monotonic() + 20
        while any(processes.command(pid) for pid in everyone) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert [processes.command(pid) for pid in everyone if processes.command(pid)] == []
        assert not (site.var / "supervisord.pid").exists()


def test_stop_keeps_the_call_of_an_unfinished_upload(tmp_path):
    with serve(tmp_path / "var", supervised=True, GRACEFUL_SECONDS="7") as site:
        head, body = begun_form(site, "Cut By A Restart", file_1=load.JPEG + bytes(500_000))
        with connected(site, head + body[:200_000]) as connection:
            time.sleep(0.5)
            os.kill(site.pid, signal.SIGTERM)
            assert rest(connection).startswith(b"HTTP/1.1 303")
