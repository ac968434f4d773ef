"""Do readers notice people who send a file over a slow connection?

    .venv/bin/python -m bench.slow_uploads [--rate 25] [--seconds 70] [--server gthread:256]

Loads pages with no upload, then with 50, then with 200 clients that send 4 MB at 50 KB/s through the real form, and
once more with none: what else runs on this machine changes meanwhile, so the mean of both ends is what it is compared
with. The readers' load is the same in all phases: RATE pages a second on a fixed schedule, each on a new connection,
from a process of their own. Goal: the p99 with uploads is at most twice that without; no reader and no upload fails.
"""

import argparse
import asyncio
import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from bench import load, processes, servers

SIZE, RATE = 4 * load.MIB, 50 * load.KIB
CROWDS = [0, 50, 200, 0]
MAX_SLOWDOWN = 2.0  # times the p99 without uploads
QUIET_SECONDS = 40  # of reading while there are none


def read_pages(site_url: str, rate: float, seconds: float) -> tuple[list[float], int]:
    """Loads pages on a fixed schedule: how long each took, in seconds, and how many failed."""
    return asyncio.run(_read_pages(site_url, rate, seconds))


async def _read_pages(site_url: str, rate: float, seconds: float) -> tuple[list[float], int]:
    async def read(number: int) -> float | None:
        await asyncio.sleep(number / rate)
        try:
            answer = await load.get(site_url, load.PAGES[number % len(load.PAGES)], limit=20)
        except (OSError, TimeoutError, ValueError):
            return None
        return answer.seconds if answer.status == 200 else None

    results = await asyncio.gather(*[read(number) for number in range(int(rate * seconds))])
    took = [result for result in results if result is not None]
    return took, len(results) - len(took)


def people(count: int) -> list[load.Person]:
    base = random.Random(count).randbytes(SIZE - 64)
    return [
        load.Person(f"Slow {count} {number}", {"file_1": load.JPEG + f"{number:08}".encode() + base})
        for number in range(count)
    ]


@contextmanager
def readers() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(os.getpid).result()  # started before anything is measured
        yield pool


async def phase(site, crowd: list[load.Person], pool: ProcessPoolExecutor, rate: float, seconds: float):
    """All uploads begin within two seconds; the readers are measured while all of them are on their way."""

    async def send(number: int, person: load.Person) -> None:
        await asyncio.sleep(2 * number / len(crowd))
        await person.submit(site.url, load.Pace(RATE), limit=400)

    sending = [asyncio.create_task(send(number, person)) for number, person in enumerate(crowd)]
    await asyncio.sleep(4)
    reading = asyncio.wrap_future(pool.submit(read_pages, site.url, rate, seconds))
    await asyncio.sleep(seconds / 2)
    memory, under_way = processes.memory(site.pid), sum(not task.done() for task in sending)
    took, failed = await reading
    if sending:
        await asyncio.wait(sending)
    return took, failed, memory, under_way


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=25, help="pages a second")
    parser.add_argument("--seconds", type=float, default=70, help="of reading in each phase")
    parser.add_argument("--crowds", type=int, nargs="+", default=CROWDS)
    servers.add_option(parser)
    options = parser.parse_args()
    phases, missed, crowds = [], [], []
    with servers.running(options.server) as site, readers() as pool:
        read_pages(site.url, 20, 3)  # warm
        for size in options.crowds:
            begin, crowd = time.monotonic(), people(size)
            seconds = options.seconds if size else min(options.seconds, QUIET_SECONDS)
            took, failed, memory, under_way = asyncio.run(phase(site, crowd, pool, options.rate, seconds))
            crowds += crowd
            phases.append((size, under_way, took or [99], failed, memory, sum(each.acknowledged for each in crowd)))
            print(f"{size} uploads: {time.monotonic() - begin:.0f} s", flush=True)
        found = {request["name"]: request["files"] for request in load.stored(site)["requests"]}
    quiet = [load.percentile(took, 0.99) for size, _, took, *_ in phases if not size]
    base, rows = sum(quiet) / len(quiet), []
    for size, under_way, took, failed, memory, confirmed in phases:
        p50, p99 = (load.percentile(took, share) for share in (0.5, 0.99))
        numbers = [f"{1000 * p50:.1f}", f"{1000 * p99:.1f}", f"{1000 * max(took):.0f}", f"{p99 / base:.2f}"]
        rows.append([size, under_way, len(took), failed, *numbers, f"{memory:.0f}", confirmed])
        if failed or p99 > MAX_SLOWDOWN * base or confirmed != size:
            missed.append(f"{size} uploads: {failed} readers failed, p99 ratio {p99 / base:.2f}, {confirmed} sent")
    intact = sum(found.get(person.name) == person.digests for person in crowds)
    header = ["uploads", "at once", "pages", "failed", "p50 ms", "p99 ms", "max ms", "p99 ratio", "memory MB", "sent"]
    load.table(header, rows)
    print(f"Uploads stored intact: {intact} of {len(crowds)}.")
    if intact != len(crowds):
        missed.append(f"{len(crowds) - intact} uploads are not stored intact")
    load.finish(missed)


if __name__ == "__main__":
    main()
