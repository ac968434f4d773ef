"""New code is put to work while people ask for calls, by the steps of deploy/release and behind the shipped Caddyfile.

    .venv/bin/python -m bench.faults.upgrade

`prepare` runs with the new release, then the bridge serves while the web server is restarted, three times over. The
code of both releases is this one; tests/detoxsite/test_old_code.py is about older code on newer tables. Goal: nothing
is lost and no request fails. Needs Debian's package `caddy`.
"""

import contextlib
import os
import subprocess
import time

from bench import load
from bench.faults import common
from tests.deploy.units import machine
from tests.served import Site

TIMES = 3


def run(options) -> list[common.Outcome]:
    settings = {name: value for name, value in load.ENVIRONMENT.items() if value}
    with machine(host="localhost", **settings) as served:
        served.start("detox-worker")
        site = Site(served.url, served.var, served.folder / "detox-web.log", os.environ | served.env)

        def upgrade() -> None:
            for _ in range(TIMES):
                subprocess.run(
                    [served.folder / "current" / "deploy" / "run", "prepare"],
                    env=served.env,
                    check=True,
                    stdout=subprocess.DEVNULL,
                )
                served.restart_site()
                with contextlib.suppress(KeyError):
                    served.stop("detox-worker")
                served.start("detox-worker")
                time.sleep(1)

        done = common.under_load(site, upgrade)
        found = common.judge("upgrade", done, site)
    failed = [person.failure for person in done.sent if not person.acknowledged]
    found.missed += [f"{len(failed)} requests failed: {sorted(set(failed))}"] if failed else []
    return [found]


if __name__ == "__main__":
    common.main(__doc__, run)
