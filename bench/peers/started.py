"""Starting programs of others for a measurement: without rights, on this machine only, and stopped at the end."""

import contextlib
import os
import pwd
import shutil
import socket
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench import processes
from tests.running import Program


@dataclass
class Peer:
    """A site that was started: the addresses to measure by name, and the processes that serve them."""

    urls: dict[str, str]
    programs: list[Program] = field(default_factory=list)

    @property
    def memory(self) -> float:
        """MB, the proportional set size of all of its processes."""
        return sum(processes.memory(program.pid) for program in self.programs)


def unprivileged() -> dict[str, object]:
    """Arguments of Popen that drop root's rights, which some of these programs refuse and none needs."""
    if os.geteuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A throwaway folder that belongs to whom the programs run as. Its path is short: sockets allow 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="peer-") as name:
        yield Path(name)


def hand_over(path: Path) -> None:
    """Gives `path` and all in it to the user that `unprivileged` names."""
    if os.geteuid():
        return
    nobody = pwd.getpwnam("nobody")
    for each in [path, *path.rglob("*")]:
        os.chown(each, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def takes_connections(path: Path) -> bool:
    """Whether somebody listens on this Unix socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def require(programs: dict[str, str]) -> None:
    """Raises SystemExit with what to install where one of `programs` (with Debian's package) is not there."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    missing = sorted({package for name, package in programs.items() if not shutil.which(name, path=path)})
    if missing:
        raise SystemExit(f"Missing on this machine: apt-get install --no-install-recommends {' '.join(missing)}")
