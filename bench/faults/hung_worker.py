"""The worker hangs while people ask for calls, until somebody ends it.

    .venv/bin/python -m bench.faults.hung_worker [--seconds 15]

Goal: nobody notices, and each request's notice comes once the supervisor has started another worker. That a worker ends
itself if a job is stuck, and that its silence is mailed, is tested (tests/operations).
"""

import os
import signal
import time

from bench import processes
from bench.faults import away, common
from tests.mail_server import mail_server


def run(options) -> list[common.Outcome]:
    with mail_server() as mail, common.site(**away.MAIL, MAIL_URL=mail.url) as site:

        def hang() -> None:
            (worker,) = processes.by_role(site.pid)["worker"]
            os.kill(worker, signal.SIGSTOP)
            time.sleep(options.seconds)
            os.kill(worker, signal.SIGKILL)

        done = common.under_load(site, hang, options.seed, pause=0.3)
        found = common.judge("hung worker", done, site, longest=1)
        found.missed += away.undelivered(site, 120)
    return [found]


if __name__ == "__main__":
    common.main(__doc__, run)
