"""Reads the units of deploy/systemd and starts what they say, as systemd would: same command lines, same socket, same
environment file, same order. How systemd confines a service is not part of it.
"""

import contextlib
import os
import re
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests import state
from tests.prebuilt import ROOT, prepared
from tests.served import free_port

DEPLOY = ROOT / "deploy"
HARDENING = DEPLOY / "systemd" / "detox-.service.d" / "hardening.conf"
HOST = "guide.example"
#: systemd's side of socket activation: the socket is file descriptor 3, and LISTEN_PID is who may use it.
ACTIVATE = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ['LISTEN_PID'] = str(os.getpid());"
    "os.execv(sys.argv[2], sys.argv[2:])"
)
START_LIMIT = 60  # seconds


def directives(path: Path, name: str) -> list[str]:
    """All values of a directive in a unit file, in order; an empty one clears those before it."""
    values: list[str] = []
    for value in re.findall(rf"^{name}=(.*)$", path.read_text(), re.MULTILINE):
        values = [*values, value] if value else []
    return values


def variables(path: Path) -> dict[str, str]:
    """An environment file, as systemd reads it."""
    pairs = (line.partition("=") for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return {name: value.strip('"') for name, _, value in pairs}


class Machine:
    """Releases, their state, and the processes of the units, all below `folder`, which must have a short path.

    It begins with the code in the folder `code`, and with its state: what this code has prepared, or `code` itself.
    """

    def __init__(self, folder: Path, host: str = HOST, code: Path = ROOT, **environment: str) -> None:
        self.folder, self.host = folder, host
        self.var = folder / "var"
        self.ports = {"HTTP_PORT": str(free_port()), "HTTPS_PORT": str(free_port())}
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self._environment = {"PATH": os.environ["PATH"], "TMPDIR": str(self.temporary)}
        self._site = variables(DEPLOY / "detox.env.example") | state.make(
            self.var, like=prepared() if code == ROOT else None
        )
        self._site |= {"SITE_URL": self.url} | environment
        self._processes: dict[str, subprocess.Popen] = {}
        self._releases: list[Path] = []
        if code == ROOT:
            self._point(self._release(code))  # what it prepares is copied above
        else:
            self.switch(code)
        self.socket = folder / Path(directives(DEPLOY / "systemd" / "detox-web.socket", "ListenStream")[0]).name
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.socket))
        self._listener.listen(int(directives(DEPLOY / "systemd" / "detox-web.socket", "Backlog")[0]))

    @property
    def env(self) -> dict[str, str]:
        """Of the site's processes."""
        return self._environment | self._site

    @property
    def url(self) -> str:
        return f"https://{self.host}:{self.ports['HTTPS_PORT']}"

    @property
    def authority(self) -> Path:
        """The certificate of the authority that Caddy made for itself."""
        return self.folder / "caddy" / "caddy" / "pki" / "authorities" / "local" / "root.crt"

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    def start(self, name: str) -> None:
        """`systemctl start`: returns once the service is ready."""
        unit = DEPLOY / "systemd" / f"{name}.service"
        command = directives(unit, "ExecStart")[0].replace("/opt/detox", str(self.folder))
        if "detox-web.socket" not in unit.read_text():
            self._run(name, shlex.split(command), self.env)
            return
        descriptor = self._listener.fileno()
        activated = [sys.executable, "-c", ACTIVATE, str(descriptor), *shlex.split(command)]
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
            address = self.folder / f"{name}.ready"
            address.unlink(missing_ok=True)
            notices.bind(str(address))
            notices.settimeout(START_LIMIT)
            env = self.env | {"LISTEN_FDS": "1", "NOTIFY_SOCKET": str(address)}
            self._run(name, activated, env, pass_fds=[descriptor])
            while b"READY=1" not in notices.recv(4096):
                pass

    def start_caddy(self) -> None:
        """With what the shipped drop-in starts, and variables only."""
        unit = DEPLOY / "systemd" / "caddy.service.d" / "detox.conf"
        command = directives(unit, "ExecStart")[0].replace("/etc/caddy/Caddyfile", str(DEPLOY / "Caddyfile"))
        state = {"XDG_DATA_HOME": str(self.folder / "caddy"), "XDG_CONFIG_HOME": str(self.folder / "caddy")}
        upstream = {"UPSTREAM": f"unix/{self.socket}", "CADDY_ADMIN": str(self.folder / "admin.sock")}
        site = {"SITE_HOST": self.host, "TLS": "tls internal", "HOME": str(self.folder)}
        self._run("caddy", shlex.split(command), self._environment | state | upstream | site | self.ports)
        deadline = time.monotonic() + START_LIMIT
        while not self._has_certificate():
            assert self._processes["caddy"].poll() is None and time.monotonic() < deadline, self.log("caddy")
            time.sleep(0.05)

    def _has_certificate(self) -> bool:
        """Caddy listens a moment before it has made one."""
        with contextlib.suppress(OSError):
            known = ssl.create_default_context(cafile=self.authority)
            with socket.create_connection(("127.0.0.1", int(self.ports["HTTPS_PORT"]))) as opened:
                known.wrap_socket(opened, server_hostname=self.host).close()
                return True
        return False

    def stop(self, name: str) -> None:
        """`systemctl stop`: returns once it has ended, as it must within its TimeoutStopSec."""
        process = self._processes.pop(name)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=45)

    def switch(self, code: Path) -> None:
        """Prepares with the code in a folder and puts it in use, as `deploy/release switch`. Restarts nothing."""
        release = self._release(code)
        subprocess.run([release / "deploy" / "run", "prepare"], env=self.env, check=True, stdout=subprocess.DEVNULL)
        self._point(release)

    def back(self) -> None:
        """What `deploy/release back` does with its links: the release before is in use again, on the tables of now."""
        current = (self.folder / "current").resolve()
        self._point(self._releases[self._releases.index(current) - 1])

    def restart_site(self) -> None:
        """What `deploy/release restart` does."""
        self.start("detox-bridge")
        self.stop("detox-web")
        self.start("detox-web")
        self.stop("detox-bridge")

    def close_socket(self) -> None:
        """From now on nobody can connect to the site."""
        self._listener.close()

    def close(self) -> None:
        for name in list(self._processes):
            self.stop(name)
        self.close_socket()
        state.remove(self.var)

    def _release(self, code: Path) -> Path:
        """A folder with this code and the packages of these tests."""
        release = self.folder / f"release-{len(self._releases) + 1}"
        release.mkdir()
        self._releases.append(release)
        for path in code.iterdir():
            if path.name not in {".venv", "var", "deploy"}:
                (release / path.name).symlink_to(path)
        (release / ".venv").symlink_to(sys.prefix)
        subprocess.run(["cp", "-a", str(code / "deploy"), str(release)], check=True)
        return release

    def _point(self, release: Path) -> None:
        new = self.folder / "current.new"
        new.symlink_to(release)
        new.replace(self.folder / "current")

    def _run(self, name: str, command: list[str], env: dict[str, str], **options) -> None:
        with (self.folder / f"{name}.log").open("a") as log:
            self._processes[name] = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT, **options)


@contextlib.contextmanager
def machine(host: str = HOST, code: Path = ROOT, **environment: str) -> Iterator[Machine]:
    """Serves behind Caddy until the end of the block, at first with the code in a folder."""
    with tempfile.TemporaryDirectory(prefix="detox-") as folder:
        started = Machine(Path(folder), host, code, **environment)
        try:
            started.start("detox-web")
            started.start_caddy()
            yield started
        finally:
            started.close()
