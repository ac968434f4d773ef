"""The real worker in a process of its own, on a database file that a test may look into and push forward in time."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import forks, state
from tests.prebuilt import migrated

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
        return forks.manage(self.env, *arguments, strict=True)

    def ask_for_calls(self, count: int, first: str = "a") -> list[str]:
        """That many requests with a file each; their references."""
        return self.manage("shell", "--no-imports", "-c", ASK.format(count=count, first=first)).split()

    def rows(self, query: str, *values: str) -> list[tuple]:
        """Also for changing rows."""
        return state.rows(self.var, query, *values)

    def hurry(self, but: str = "") -> None:
        """As if the time until the next try of everything had passed, but for one job perhaps."""
        self.rows("UPDATE detoxsite_scheduledjob SET next_at = ? WHERE name <> ?", LONG_AGO, but)

    @contextmanager
    def worker(self):
        """Stopped as a supervisor stops it, unless the test has ended it. One that has not got as far as to listen for
        that, since another was quicker to do all there was, has begun nothing."""
        process = forks.start(["manage.py", "run_worker"], self.env, self.var / "worker.log", strict=True)
        try:
            yield process
        finally:
            process.terminate()
            assert process.wait(timeout=LIMIT) in {0, -signal.SIGKILL, -signal.SIGTERM}, self.log

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
