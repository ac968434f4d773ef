"""PostgreSQL and an S3 store on free ports of this machine, which may be killed and started again."""

import contextlib
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests import backends
from tests.served import free_port, listens


class Server:
    """One program that listens on `port`. Its state stays where it is from one start to the next."""

    def __init__(self, command: list[str], folder: Path, port: int, **who) -> None:
        self._command, self._folder, self.port, self._who = command, folder, port, who
        self._process: subprocess.Popen | None = None
        self.start()

    def start(self) -> None:
        """Tried again as systemd would: PostgreSQL starts only once what is left of a killed one has ended."""
        deadline = time.monotonic() + backends.START_LIMIT
        self._launch()
        while not self._answers():
            if time.monotonic() > deadline:
                raise SystemExit(f"{self._command[0]} did not start:\n{(self._folder / 'log').read_text()[-2000:]}")
            time.sleep(0.2)
            if self._process.poll() is not None:
                self._launch()

    def _launch(self) -> None:
        with (self._folder / "log").open("a") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=subprocess.STDOUT, cwd=self._folder, **self._who
            )

    def _answers(self) -> bool:
        return self._process.poll() is None and listens(self.port)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop at once, even while clients are connected (SIGINT is PostgreSQL's fast shutdown)."""
        self._end(signal.SIGINT)

    def _end(self, how: int) -> None:
        self._process.send_signal(how)  # says nothing where it has ended
        self._process.wait(timeout=30)


def postgres(parent: Path, program: dict[str, str]) -> tuple[Server, dict[str, str]]:
    """As it comes: it syncs to disk before it confirms."""
    folder, port = parent / "postgres", free_port()
    data, who = backends.cluster(program, folder, "site")
    command = backends.postgres_command(program, data, port, "max_connections=200")
    return Server(command, folder, port, **who), {"DATABASE_URL": f"postgres://site@127.0.0.1:{port}/postgres"}


def store(parent: Path, program: dict[str, str]) -> tuple[Server, dict[str, str]]:
    folder, port = parent / "store", free_port()
    folder.mkdir(mode=0o700)
    command = backends.store_command(program["rclone"], folder / "objects", port, "bench,bench-secret")
    keys = {"S3_ACCESS_KEY": "bench", "S3_SECRET_KEY": "bench-secret"}
    return Server(command, folder, port), {"S3_ENDPOINT": f"http://127.0.0.1:{port}", "S3_BUCKET": "detox"} | keys


@contextlib.contextmanager
def running(*kinds) -> Iterator[tuple[list[Server], dict[str, str]]]:
    """Servers of these kinds, and the environment that leads the site to them."""
    programs = backends.needed()
    with tempfile.TemporaryDirectory(prefix="servers-") as folder:
        Path(folder).chmod(0o711)
        started, environment = [], {}
        try:
            for kind in kinds:
                server, variables = kind(Path(folder), programs)
                started.append(server)
                environment |= variables
            yield started, environment
        finally:
            for server in started:
                server.stop()
