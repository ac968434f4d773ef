"""The clock jumps a day forward, then two back, then to the right time, while people ask for calls.

    .venv/bin/python -m bench.faults.clock

Goal: nothing is lost, no page fails, a form that was open across a jump is taken or asked for again with its text, and
afterwards the schedule is on time. Needs a C compiler (Debian's `gcc`): clock.c sits between the programs and the
time of day.
"""

import asyncio
import os
import subprocess
import tempfile
import time
from pathlib import Path

from bench import load
from bench.faults import common

SOURCE = Path(__file__).with_name("clock.c")
JUMPS = {"a day ahead": 86_400, "a day behind": -86_400, "the right time": 0}
CHECK = """
from django.utils import timezone
from operations import readiness, worker_status
now = timezone.now()
print(readiness.worker(now, {}).state == "ok", worker_status.failing_jobs() + worker_status.late_jobs(now))
"""


def run(options) -> list[common.Outcome]:
    with tempfile.TemporaryDirectory(prefix="clock-") as folder:
        clock, library = Path(folder, "clock"), Path(folder, "clock.so")
        compiler = ["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, SOURCE, "-ldl"]
        subprocess.run(compiler, check=True)
        turn(clock, 0)
        with common.site(LD_PRELOAD=str(library), CLOCK_OFFSET=str(clock)) as site:
            failed = []

            def jump() -> None:
                for place, offset in JUMPS.items():
                    token = asyncio.run(load.form_token(site.url))
                    turn(clock, offset)
                    time.sleep(3)
                    asyncio.run(visit(token, place))
                    time.sleep(2)

            async def visit(token: str, place: str) -> None:
                for path in load.PAGES:
                    if (status := (await load.get(site.url, path)).status) != 200:
                        failed.append(f"{path} gave {status} {place}")
                body = load.form_body({"name": "Across a jump", "phone": "(212) 555-0123", "token": token}, {})
                answer = await load.exchange(site.url, load.post_head(site.url, len(body)), body)
                if not answer.link and b"Across a jump" not in answer.body:
                    failed.append(f"a form open as the clock went to {place} gave {answer.status} and lost its text")

            done = common.under_load(site, jump)
            time.sleep(20)  # the heartbeat comes every 15 seconds
            found = common.judge("clock jumps", done, site, beside="Across a jump")
            state = site.manage("shell", "--no-imports", "-c", CHECK).strip()
    found.missed += failed + [f"status {status}" for status in done.statuses() if status >= 500]
    found.missed += [] if state == "True []" else [f"the schedule afterwards: {state}"]
    return [found]


def turn(clock: Path, offset: int) -> None:
    """Set the clock off by this many seconds, at once for every process."""
    new = clock.with_suffix(".new")
    new.write_text(f"{offset}\n")
    os.replace(new, clock)


if __name__ == "__main__":
    common.main(__doc__, run)
