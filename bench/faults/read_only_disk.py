"""The disk under the running site turns read-only, as ext4 does by itself after an error; then it is checked and back.

    .venv/bin/python -m bench.faults.read_only_disk [--seconds 15]

As root, on a file system of its own in a file. Goal: while it is read-only readers get their pages and each form comes
back with what was typed; what was confirmed before is there whole after the check and a restart, and forms are taken.
"""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.faults import common
from tests.prebuilt import prepared

MEGABYTES = 600


def run(options) -> list[common.Outcome]:
    if os.geteuid():
        print("read-only disk: not tried, this takes root.")
        return []
    with _disk() as folder:
        with common.site(folder / "var") as site:
            before = common.under_load(site, common.pause(2), 1)
            during = common.under_load(site, lambda: _abort(folder, options.seconds), 2)
        _run("umount", folder)
        subprocess.run(["e2fsck", "-fy", f"{folder}.image"], capture_output=True, check=False)
        _run("mount", "-o", "loop", f"{folder}.image", folder)
        with common.site(folder / "var") as site:
            after = common.under_load(site, common.pause(2), 3)
            away = max(before.away, during.away)
            everything = common.Load(before.sent + during.sent + after.sent, away)
            found = common.judge("read-only disk", everything, site, may_tell=True, longest=2)
    statuses = sorted(during.statuses())
    print(f"While it was read-only: {len(during.sent)} forms, {len(during.confirmed)} taken, statuses {statuses}.")
    answers = [person.answer for person in during.sent if person.answer and person.answer.status == 503]
    found.missed += [] if answers else ["the disk was never read-only"]
    odd = [answer for answer in answers if b"Qzxmarker" not in answer.body and b"request is safe" not in answer.body]
    found.missed += [f"a form lost its text: {odd[0].body[:300]!r}"] if odd else []
    found.missed += [] if after.confirmed else ["nothing was taken afterwards"]
    return [found]


def _abort(folder: Path, seconds: float) -> None:
    _run("mount", "-o", "remount,abort", folder)
    time.sleep(seconds)


@contextlib.contextmanager
def _disk() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fault-") as parent:
        folder = Path(parent, "disk")
        folder.mkdir()
        _run("truncate", "-s", f"{MEGABYTES}M", f"{folder}.image")
        _run("mkfs.ext4", "-q", f"{folder}.image")
        _run("mount", "-o", "loop", f"{folder}.image", folder)
        try:
            subprocess.run(["cp", "-a", str(prepared()), f"{folder}/var"], check=True)
            os.sync()  # what was there before is on the disk
            Path(folder, "var", "server.log").symlink_to(f"{parent}/server.log")  # as the journal: on another disk
            yield folder
        finally:
            subprocess.run(["umount", folder], check=False)


def _run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True)


if __name__ == "__main__":
    common.main(__doc__, run)
