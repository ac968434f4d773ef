"""The clock jumps a day forward, then two back, then to the right time, while people ask for calls.

    .venv/bin/python -m bench.faults.clock

Goal: nothing is lost, no page fails, a form that was open across a jump is taken or asked for again with its text, and
afterwards the schedule is on time. Needs Debian's package `libfaketime`.
"""

import asyncio
import glob
import tempfile
import time
from pathlib import Path

from bench import load
from bench.faults import common

LIBRARY = "/usr/lib/*/faketime/libfaketimeMT.so.1"
JUMPS = ["+1d", "-1d", "+0"]
CHECK = """
from django.utils import timezone
from detoxsite import schedule
from detoxsite.operations import standing
print(schedule.is_alive(), standing.failing_jobs() + standing.late_jobs(timezone.now()))
"""


def run(options) -> list[common.Outcome]:
    libraries = glob.glob(LIBRARY)
    if not libraries:
        raise SystemExit("libfaketime was not found: sudo apt-get install libfaketime")
    with tempfile.TemporaryDirectory(prefix="clock-") as folder:
        clock = Path(folder, "clock")
        clock.write_text("+0\n")
        fake = {"LD_PRELOAD": libraries[0], "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_CACHE_DURATION": "1"}
        with common.site(**fake, FAKETIME_DONT_FAKE_MONOTONIC="1", DONT_FAKE_MONOTONIC="1") as site:
            failed = []

            def jump() -> None:
                for offset in JUMPS:
                    token = asyncio.run(load.form_token(site.url))
                    clock.write_text(f"{offset}\n")
                    time.sleep(3)
                    asyncio.run(visit(token, offset))
                    time.sleep(2)

            async def visit(token: str, offset: str) -> None:
                for path in load.PAGES:
                    if (status := (await load.get(site.url, path)).status) != 200:
                        failed.append(f"{path} gave {status} at {offset}")
                body = load.form_body({"name": "Across a jump", "phone": "(212) 555-0123", "token": token}, {})
                answer = await load.exchange(site.url, load.post_head(site.url, len(body)), body)
                if not answer.link and b"Across a jump" not in answer.body:
                    failed.append(f"a form that was open across {offset} gave {answer.status} and lost its text")

            done = common.under_load(site, jump)
            time.sleep(20)  # the heartbeat comes every 15 seconds
            found = common.judge("clock jumps", done, site, beside="Across a jump")
            state = site.manage("shell", "--no-imports", "-c", CHECK).strip()
    found.missed += failed + [f"status {status}" for status in done.statuses() if status >= 500]
    found.missed += [] if state == "True []" else [f"the schedule afterwards: {state}"]
    return [found]


if __name__ == "__main__":
    common.main(__doc__, run)
