"""A program of others that tests and measurements start, and stop by its own process id."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

START_LIMIT = 60  # seconds
STOP_LIMIT = 30  # seconds


class Program:
    """Runs from the start, and is `ready` by then. What it says is in `log`. It may be stopped and started again.

    `port`: where it listens, for others. `stop`: the signal that asks it to stop, as the end of a `with` does.
    """

    def __init__(
        self, command: list, log: Path, ready: Callable[[], object], port: int = 0, stop: int = signal.SIGTERM, **more
    ) -> None:
        self._command, self._log, self._ready, self._stop, self._options = command, log, ready, stop, more
        self.port = port
        self.start()

    def start(self) -> None:
        """Tried again as systemd would: PostgreSQL starts only once what is left of a killed one has ended."""
        deadline = time.monotonic() + START_LIMIT
        self._launch()
        while self._process.poll() is not None or not self._ready():
            if time.monotonic() > deadline:
                self.kill()
                raise SystemExit(f"{self._command[0]} did not start:\n{self._log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
            if self._process.poll() is not None:
                time.sleep(0.5)
                self._launch()

    def _launch(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=subprocess.STDOUT, **self._options)

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self._process.send_signal(self._stop)  # says nothing where it has ended
        try:
            self._process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.kill()

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
