"""The real worker in a process of its own, on a database file that a test may look into and push forward in time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import state
from tests.prebuilt import ROOT, migrated

LONG_AGO = "2020-01-01 00:00:00"
LIMIT = 60  # seconds until what must happen has happened
ASK = """
from callbacks.casework import submission
from tests.callbacks.helpers import DETAILS, stored
for number in range({count}):
    print(submission.submit(details=DETAILS, nonce=f"{first}-{{number}}", received=stored()).request.reference)
"""


@dataclass(frozen=True)
class Place:
    """State of a site that nothing serves."""

    var: Path
    env: dict[str, str]

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "-W", "error", "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask_for_calls(self, count: int, first: str = "a") -> list[str]:
        """That many requests with a file each; their references."""
        return self.manage("shell", "--no-imports", "-c", ASK.format(count=count, first=first)).split()

    def rows(self, query: str, *values: str) -> list[tuple]:
        """Also for changing rows."""
        return state.rows(self.var, query, *values)

    def hurry(self, but: str = "") -> None:
        """As if the time until the next try of everything had passed, but for one job perhaps."""
        self.rows("UPDATE django_tasks_database_dbtaskresult SET run_after = ? WHERE status = 'READY'", LONG_AGO)
        self.rows("UPDATE detoxsite_scheduledjob SET next_at = ? WHERE name <> ?", LONG_AGO, but)

    @contextmanager
    def worker(self):
        """Stopped as a supervisor stops it, unless the test has ended it."""
        with (self.var / "worker.log").open("a") as log:
            command = [sys.executable, "-W", "error", "manage.py", "run_worker"]
            process = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=LIMIT)

    @property
    def log(self) -> str:
        return (self.var / "worker.log").read_text()


def make_place(var: Path, **extra: str) -> Place:
    return Place(var, os.environ | state.make(var, like=migrated()) | extra)


def wait_until(holds: Callable[[], object], during: Callable[[], object] = lambda: None) -> None:
    """Fails after LIMIT seconds. Calls `during` each time before it looks."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        during()
        if holds():
            return
        time.sleep(0.2)
    raise AssertionError("It did not happen in time.")
