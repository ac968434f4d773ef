"""The real site in a process of its own, as `make run` starts it."""

import socket
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests import forks, state
from tests.prebuilt import clean_environment, prepared

ROOT = forks.ROOT
START_LIMIT = 60  # seconds


@dataclass(frozen=True)
class Site:
    """A served site: its address, its state, and what it wrote to its log."""

    url: str
    var: Path
    log: Path
    env: dict[str, str]
    pid: int = 0  # of the server's first process
    start_seconds: float = 0  # from that process's start to the first response

    def manage(self, *arguments: str, **extra: str) -> str:
        """Runs manage.py against this site's state and returns what it printed."""
        return forks.manage(self.env | extra, *arguments)


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

    `supervised`: with the worker and the supervisor, as `make run` does. `command`: with another server; its
    first word is the name of a module or a script of the environment, and {port} becomes the port. Unless
    `fresh`, what is in `var` is served as it is.
    """
    port = str(free_port())
    env = clean_environment() | state.make(var, like=prepared() if fresh else None)
    env |= {"PORT": port, "HOST": "127.0.0.1", "WEB_THREADS": "8"} | extra
    site = Site(f"http://127.0.0.1:{port}", var, var / "server.log", env)
    name, *arguments = command or (SUPERVISED if supervised else WEB)
    start = [name] if name.endswith(".py") else ["-m", name]
    begin = time.monotonic()
    server = forks.start([*start, *[argument.format(port=port) for argument in arguments]], env, site.log)
    try:
        wait_for(site, server)
        yield replace(site, pid=server.pid, start_seconds=time.monotonic() - begin)
    finally:
        server.terminate()
        server.wait(timeout=60)


def wait_for(site: Site, server: forks.Process) -> None:
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
            time.sleep(0.02)
    raise AssertionError(f"The site did not start: {site.log.read_text()}")
