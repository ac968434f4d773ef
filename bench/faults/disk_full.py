"""The disk with all state fills up while people ask for calls, and is freed again.

    .venv/bin/python -m bench.faults.disk_full

As root the state is on a small tmpfs; otherwise no process of the site may write a file beyond the size that the
database has. Goal: what was confirmed before, while and after is there whole (a file may be missing if the person was
told), readers get their pages all the time, and requests are taken again as soon as there is room.
"""

import contextlib
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import processes
from bench.faults import common
from tests.prebuilt import prepared

#: More than the 128 MB that the site keeps free of files, so that files are taken before and after.
ROOM_MB = 500
LEFT_KB = 64


def run(options) -> list[common.Outcome]:
    with _small_disk() as var, common.site(var) as site:
        fill, free = _ballast(site.var) if os.geteuid() == 0 else _limit(site.pid, site.var)
        before = common.under_load(site, common.pause(2), 1)

        def full() -> None:
            fill()
            time.sleep(options.seconds)

        during = common.under_load(site, full, 2)
        free()
        time.sleep(2)
        after = common.under_load(site, common.pause(2), 3)
        everyone = before.sent + during.sent + after.sent
        everything = common.Load(everyone, max(before.away, during.away, after.away))
        found = common.judge("disk full", everything, site, may_tell=True)
    refused = len(during.sent) - len(during.confirmed)
    print(f"While it was full: {refused} of {len(during.sent)} not taken, statuses {sorted(during.statuses())}.")
    # The database may go on for a while in room that its log has already; files have none.
    found.missed += [] if refused or found.told else ["the disk was never full"]
    found.missed += [] if after.confirmed else ["nothing was taken once there was room again"]
    return [found]


@contextlib.contextmanager
def _small_disk() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        if os.geteuid():
            subprocess.run(["cp", "-a", f"{prepared()}/.", folder], check=True)
            yield Path(folder)
            return
        used = sum(path.stat().st_size for path in prepared().rglob("*") if path.is_file()) // 1024**2
        size = f"size={used + ROOM_MB}m,mode=0700"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], check=True)
        try:
            subprocess.run(["cp", "-a", f"{prepared()}/.", folder], check=True)
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def _ballast(var: Path) -> tuple[Callable[[], None], Callable[[], None]]:
    ballast = var / "ballast"

    def fill() -> None:
        with ballast.open("wb", buffering=0) as file:
            with contextlib.suppress(OSError):  # the site writes at the same time, so nobody knows how much it takes
                while file.write(bytes(1024**2)):
                    pass
            file.truncate(file.tell() - LEFT_KB * 1024)

    return fill, ballast.unlink


def _limit(pid: int, var: Path) -> tuple[Callable[[], None], Callable[[], None]]:
    def limit(size: int) -> None:
        for each in processes.descendants(pid):
            resource.prlimit(each, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    return lambda: limit((var / "db.sqlite3").stat().st_size // 2), lambda: limit(resource.RLIM_INFINITY)


if __name__ == "__main__":
    common.main(__doc__, run)
