"""kill -9 of the web server's master, a web process, the worker and the database in turn, under load.

    .venv/bin/python -m bench.faults.kills [--seed N]

The site runs on a PostgreSQL of its own. Goal: all that was confirmed is there whole, and the site answers
again by itself.
"""

import os
import random
import signal
import time

from bench import processes
from bench.faults import common, servers

ROUNDS = 3


def run(options) -> list[common.Outcome]:
    rng = random.Random(options.seed)
    with (
        servers.running(servers.postgres) as ((database,), environment),
        common.site(**environment) as site,
    ):

        def of_site(role: str) -> None:
            everyone = processes.by_role(site.pid)
            os.kill(rng.choice(everyone[role]), signal.SIGKILL)
            deadline = time.monotonic() + 30
            while not all(len(processes.by_role(site.pid)[each]) >= len(everyone[each]) for each in everyone):
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{role} did not come back.")
                time.sleep(0.1)

        def of_database() -> None:
            database.kill()
            time.sleep(0.5)
            database.start()

        kills = {role: lambda role=role: of_site(role) for role in ("master", "web", "worker")}
        kills["database"] = of_database

        def rounds(kill) -> None:
            for _ in range(ROUNDS):
                kill()
                time.sleep(rng.uniform(0.5, 1.5))

        return [
            common.judge(f"kill -9: {what}", common.under_load(site, lambda k=kill: rounds(k), seed), site)
            for seed, (what, kill) in enumerate(kills.items(), 1)
        ]


if __name__ == "__main__":
    common.main(__doc__, run)
