"""The real site in a process of its own, as `make run` starts it."""

import atexit
import fcntl
import functools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests import state

ROOT = Path(__file__).parents[1]
START_LIMIT = 60  # seconds
OURS = {"SITE_URL", "DEBUG", "ALLOWED_HOSTS", "DJANGO_ALLOW_ASYNC_UNSAFE"}  # must not reach the served site


@dataclass(frozen=True)
class Site:
    """A served site: its address, its state, and what it wrote to its log."""

    url: str
    var: Path
    log: Path
    env: dict[str, str]
    pid: int = 0  # of the server's first process

    def manage(self, *arguments: str, **extra: str) -> str:
        """Runs manage.py against this site's state and returns what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        result = subprocess.run(command, cwd=ROOT, env=self.env | extra, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        return result.stdout


@functools.cache
def prepared() -> Path:
    """State as `prepare` leaves it, made once for a run of tests (on the servers, for each process of it: the one
    that made a database drops it). Copies have their secrets in common."""
    shared = "" if state.SERVERS else os.environ.get("TESTS_SHARED", "")
    folder = Path(shared or _own_folder()) / "prepared"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder.with_suffix(".done")
        if not done.exists():
            env = {name: value for name, value in os.environ.items() if name not in OURS} | state.make(folder)
            atexit.register(state.remove, folder)
            Site("", folder, folder / "log", env).manage("prepare")
            done.touch()
    return folder


def _own_folder() -> str:
    folder = tempfile.mkdtemp(prefix="detox-prepared-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def free_port() -> int:
    """A port that nobody else gets while this process lives: it stays bound, which lets a server listen all the same,
    since servers allow an address to be used again."""
    _reserved.append(probe := socket.socket())
    probe.bind(("127.0.0.1", 0))
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return probe.getsockname()[1]


_reserved: list[socket.socket] = []


def listens(port: int) -> bool:
    """Whether somebody takes connections on this port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


#: What serves the site: the web server alone, or all of `make run` behind its preparations.
WEB = ["gunicorn", "--config", "server/gunicorn_conf.py", "detoxsite.wsgi"]
SUPERVISED = ["manage.py", "serve"]


@contextmanager
def serve(var: Path, *, supervised: bool = False, command: list[str] | None = None, fresh: bool = True, **extra: str):
    """Prepares the state in `var`, serves it on a free port of this machine, and stops it in the end.

    `supervised`: with the task worker and the supervisor, as `make run` does. `command`: with another server; its
    first word is the name of a module or a script of the environment, and {port} stands for the port. Unless
    `fresh`, what is in `var` is served as it is.
    """
    port = str(free_port())
    env = {name: value for name, value in os.environ.items() if name not in OURS}
    env |= state.make(var, like=prepared() if fresh else None)
    env |= {"PORT": port, "HOST": "127.0.0.1", "WEB_THREADS": "8"} | extra
    site = Site(f"http://127.0.0.1:{port}", var, var / "server.log", env)
    name, *arguments = command or (SUPERVISED if supervised else WEB)
    start = [name] if name.endswith(".py") else ["-m", name]
    with site.log.open("a") as log:
        server = subprocess.Popen(
            [sys.executable, *start, *[argument.format(port=port) for argument in arguments]],
            cwd=ROOT,
            env=env,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(site, server)
            yield replace(site, pid=server.pid)
        finally:
            server.terminate()
            server.wait(timeout=60)


def wait_for(site: Site, server: subprocess.Popen) -> None:
    """Returns once it answers; fails where it ends before that, or takes longer than START_LIMIT."""
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        assert server.poll() is None, site.log.read_text()
        try:
            with urllib.request.urlopen(f"{site.url}/robots.txt", timeout=5):
                return
        except urllib.error.HTTPError:  # it answers: behind TLS it knows this host by another name
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"The site did not start: {site.log.read_text()}")
