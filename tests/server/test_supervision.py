"""`make run`: processes that die, what is printed, and a stop."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bench import load, processes
from tests import forks, state
from tests.detoxsite.wire import begun_form, connected, get, rest
from tests.prebuilt import clean_environment, prepared
from tests.served import ROOT, Site, free_port, serve, wait_for


@pytest.fixture(scope="module")
def supervised(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("supervised"), supervised=True, GRACEFUL_SECONDS="6") as site:
        yield site


def test_start_logs_only_what_matters(supervised):
    assert not re.search("CRIT|WARN|root", supervised.log.read_text())


@pytest.mark.any_backend
@pytest.mark.parametrize("role", ["web", "master", "worker"])
def test_killed_process_is_back_in_five_seconds(supervised, role):
    """Counted from the kill: all processes are there, and a page comes. On a machine that does more than it can, only
    the part of the time counts that each process gets."""
    deadline = time.monotonic() + 60
    while not all(processes.by_role(supervised.pid).values()) and time.monotonic() < deadline:
        time.sleep(0.1)
    before = processes.by_role(supervised.pid)
    assert all(before.values()), supervised.log.read_text()
    os.kill(before[role][0], signal.SIGKILL)
    began = last = time.monotonic()
    taken = 0.0
    while time.monotonic() < began + 60:
        now = processes.by_role(supervised.pid)
        if before[role][0] not in now[role] and all(len(now[each]) >= len(before[each]) for each in before):
            with contextlib.suppress(OSError):
                if get(supervised)[0] == 200:
                    break
        time.sleep(0.05)
        taken, last = taken + (time.monotonic() - last) * share_of_the_time(), time.monotonic()
    assert taken < 5


def share_of_the_time() -> float:
    """Of one process, by how many want a processor now, and did in the last minute: the disk may be what is busy."""
    now = int(Path("/proc/loadavg").read_text().split()[3].partition("/")[0])
    return min(1, os.cpu_count() / max(now, os.getloadavg()[0]))


@pytest.mark.any_backend
def test_supervisor_opens_no_port_and_keeps_no_log(supervised):
    listening = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True, check=True).stdout
    ours = {str(pid) for pid in processes.descendants(supervised.pid)}
    ports = {line.split()[3] for line in listening.splitlines() if ours & set(re.findall(r"pid=(\d+)", line))}
    assert ports == {supervised.url.removeprefix("http://")}
    assert {path.name for path in supervised.var.iterdir() if "log" in path.name} == {"server.log"}


@pytest.mark.sqlite_only("looks for its file")
def test_process_that_forks_holds_no_database(supervised):
    """Others are copies of it, and a copied SQLite connection loses locks."""
    for pid in (supervised.pid, *processes.by_role(supervised.pid)["master"]):
        open_files = [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]
        assert not [name for name in open_files if "sqlite" in name]


def started(tmp_path: Path, **streams: Any) -> tuple[Site, subprocess.Popen]:
    """A site of its own, with what it reads from and writes to."""
    var, port = tmp_path / "var", free_port()
    env = clean_environment() | state.make(var, like=prepared()) | {"HOST": "127.0.0.1", "PORT": str(port)}
    site = Site(f"http://127.0.0.1:{port}", var, var / "server.log", env)
    site.log.touch()
    command = [sys.executable, "manage.py", "serve"]
    return site, subprocess.Popen(command, cwd=ROOT, env=env, **streams)


@pytest.mark.any_backend
@pytest.mark.parametrize("options", [(), ("--traceback",)])
def test_port_that_is_taken_is_named(tmp_path, options):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        env = clean_environment() | state.make(tmp_path, like=prepared()) | {"HOST": "127.0.0.1", "PORT": port}
        refused = forks.run(["manage.py", "serve", *options], env)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Cannot listen on 127.0.0.1, port {port}: Address already in use.")
    assert refused.stderr.endswith("choose another PORT= or HOST=.\n")


@pytest.mark.any_backend
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT])
def test_output_can_be_a_socket_and_stop_by_keyboard_ends_every_process(tmp_path, number):
    """As under systemd, whose journal cannot be opened a second time."""
    ours, theirs = socket.socketpair()
    site, served = started(tmp_path, stdout=theirs, stderr=subprocess.STDOUT)
    theirs.close()
    ours.settimeout(40)
    try:
        wait_for(site, served)
        everyone = processes.descendants(served.pid)
        served.send_signal(number)
        rest(ours)
        assert served.wait(timeout=40) == 0
        assert_all_end(site, everyone)
    finally:
        ours.close()
        served.kill()
        served.wait()


@pytest.mark.any_backend
def test_database_that_is_down_is_logged_in_a_line(tmp_path):
    env = clean_environment() | state.make(tmp_path, like=prepared()) | {"HOST": "127.0.0.1", "PORT": str(free_port())}
    env |= {"DATABASE_URL": f"postgres://site@127.0.0.1:{free_port()}/site"}
    command = [sys.executable, "manage.py", "serve"]
    served = subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True)
    try:
        for pause in (1, 3):  # and longer each time
            assert served.stderr.readline().startswith("The database failed: connection failed")
            assert f"worker ended (1) and is started again in {pause} s." in served.stderr.readline()
    finally:
        served.terminate()
        served.communicate(timeout=40)


@pytest.mark.any_backend
def test_hangup_loads_everything_anew_and_refuses_nobody(tmp_path):
    site, served = started(tmp_path, stdout=subprocess.DEVNULL)
    try:
        wait_for(site, served)
        before = processes.descendants(served.pid)
        served.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 60
        while set(before) & set(processes.descendants(served.pid)) != {served.pid}:
            assert time.monotonic() < deadline
            assert get(site)[0] == 200
        wait_for(site, served)
        served.terminate()
        assert served.wait(timeout=40) == 0
    finally:
        served.kill()
        served.wait()


#: The first web process gets a stop before it listens for one; once it has ended, everything is to end.
STOPPED_EARLY = """
import os, signal
from server import gunicorn_conf
from server.gunicorn_conf import *

def post_fork(server, worker):
    os.kill(os.getpid(), signal.SIGTERM)
    gunicorn_conf.post_fork(server, worker)

def child_exit(server, worker):
    os.kill(server.pid, signal.SIGTERM)
"""


@pytest.mark.any_backend
def test_stop_while_a_web_process_starts_ends_it(tmp_path):
    """Else it served on, and was killed with its requests when the time to stop was over."""
    configuration = tmp_path / "stopped_early.py"
    configuration.write_text(STOPPED_EARLY)
    command = [sys.executable, "-m", "gunicorn", "--config", str(configuration), "--bind", f"unix:{tmp_path}/socket"]
    env = clean_environment() | state.make(tmp_path / "var", like=prepared()) | {"WEB_WORKERS": "1"}
    ended = subprocess.run([*command, "wsgiref.simple_server:demo_app"], cwd=ROOT, env=env, timeout=20, check=False)
    assert ended.returncode == 0


@pytest.mark.any_backend
def test_stop_after_the_terminal_has_closed_ends_every_process(tmp_path):
    try:
        ours, theirs = os.openpty()
    except OSError as error:
        pytest.skip(f"No terminal can be opened here: {error.strerror}")
    site, served = started(tmp_path, stdin=theirs, stdout=theirs, stderr=theirs)
    try:
        os.close(theirs)
        wait_for(site, served)
        everyone = processes.descendants(served.pid)
        os.close(ours)
        served.send_signal(signal.SIGTERM)
        assert served.wait(timeout=40) == 0
        assert_all_end(site, everyone)
    finally:
        served.kill()
        served.wait()


def assert_all_end(site: Site, everyone: list[int]) -> None:
    assert len(everyone) >= 4
    deadline = time.monotonic() + 20
    while any(processes.command(pid) for pid in everyone) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [processes.command(pid) for pid in everyone if processes.command(pid)] == []


def test_stop_keeps_the_call_of_an_unfinished_upload(supervised):
    """The last test of this file: it ends what the others look at."""
    head, body = begun_form(supervised, "Cut By A Restart", file_1=load.JPEG + bytes(500_000))
    with connected(supervised, head + body[:200_000]) as connection:
        time.sleep(0.5)
        everyone = processes.descendants(supervised.pid)
        os.kill(supervised.pid, signal.SIGTERM)
        assert rest(connection).startswith(b"HTTP/1.1 303")
    assert_all_end(supervised, everyone)
