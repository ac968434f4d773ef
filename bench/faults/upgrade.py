"""New code is put to work while people ask for calls, by the steps of deploy/release and behind the shipped Caddyfile.

    .venv/bin/python -m bench.faults.upgrade [--older COMMIT]

An older release serves, the last one before the newest migration if none is named: `prepare` runs with the code of
now, the bridge serves while the web server is restarted, then the way back to the older code on the newer tables, and
forward again. Goal: nothing is lost and no request fails. Needs Debian's package `caddy`, and this project's history.
"""

import argparse
import contextlib
import os
import subprocess
import tempfile
import time
from pathlib import Path

from bench import load
from bench.faults import common
from tests.deploy.units import Machine, machine
from tests.served import ROOT, Site

NEWEST_MIGRATION = ["log", "-1", "--no-merges", "--format=%H", "--", "*/migrations/*.py"]


def run(options: argparse.Namespace) -> list[common.Outcome]:
    settings = {name: value for name, value in load.ENVIRONMENT.items() if value}
    with tempfile.TemporaryDirectory(prefix="older-") as folder:
        older = code_of(options.older or before_the_newest_migration(), Path(folder))
        with machine("localhost", older, **settings) as served:
            served.start("detox-worker")
            site = Site(served.url, served.var, served.folder / "detox-web.log", os.environ | served.env)

            def upgrade() -> None:
                for step in (lambda: served.switch(ROOT), served.back, lambda: served.switch(ROOT)):
                    step()
                    restart(served)

            done = common.under_load(site, upgrade)
            found = common.judge("upgrade", done, site)
    failed = [person.failure for person in done.sent if not person.acknowledged]
    found.missed += [f"{len(failed)} requests failed: {sorted(set(failed))}"] if failed else []
    return [found]


def before_the_newest_migration() -> str:
    """The commit whose code knows nothing of the newest migration."""
    return f"{_git(*NEWEST_MIGRATION).decode().strip()}^"


def code_of(commit: str, folder: Path) -> Path:
    """The files of a commit, in `folder`. Ends the program where the history has no such commit."""
    subprocess.run(["tar", "-x", "-C", str(folder)], input=_git("archive", commit), check=True)
    print(f"From {_git('log', '-1', '--format=%h, %s', commit).decode().strip()}", flush=True)
    return folder


def restart(served: Machine) -> None:
    served.restart_site()
    with contextlib.suppress(KeyError):
        served.stop("detox-worker")
    served.start("detox-worker")
    time.sleep(1)


def _git(*words: str) -> bytes:
    try:
        return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(f"This needs git and the whole history of the project: {error}") from error


if __name__ == "__main__":
    common.main(__doc__, run)
