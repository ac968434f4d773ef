"""Do eight files of 32 MB, sent at once and at full speed, arrive intact, and what memory do they take?

    .venv/bin/python -m bench.full_speed

Sends them through the real form, decrypts what was stored, and compares SHA-256. Memory is the proportional set size
of all processes of the site (supervisor, web server, worker), read ten times a second. Goal: all intact, and at
most 60 MB more than when idle.
"""

import argparse
import asyncio
import random
import time

from bench import load, processes

COUNT, SIZE, MAX_MB = 8, 32 * load.MIB, 60


async def send(site, people: list[load.Person]) -> tuple[float, float]:
    """The peak of memory in MB, and how many seconds all of it took."""
    sending = [asyncio.create_task(person.submit(site.url)) for person in people]
    begin, peak = time.monotonic(), 0.0
    while not all(task.done() for task in sending):
        peak = max(peak, await asyncio.to_thread(processes.memory, site.pid))
        await asyncio.sleep(0.1)
    return max(peak, processes.memory(site.pid)), time.monotonic() - begin


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    people = []
    for number in range(COUNT):
        content = load.JPEG + random.Random(number).randbytes(SIZE - len(load.JPEG))
        people.append(load.Person(f"Fast {number}", {"file_1": content}))
    with load.running_site() as site:
        for _ in range(20):  # every process has rendered pages before the idle memory is read
            asyncio.run(load.get(site.url, "/contact/"))
        idle = processes.memory(site.pid)
        peak, seconds = asyncio.run(send(site, people))
        found = {request["name"]: request["files"] for request in load.stored(site)["requests"]}
    intact = sum(found.get(person.name) == person.digests for person in people)
    header = ["files", "MB each", "intact", "seconds", "idle MB", "peak MB", "rise MB"]
    numbers = [f"{seconds:.1f}", f"{idle:.0f}", f"{peak:.0f}", f"{peak - idle:.0f}"]
    load.table(header, [[COUNT, SIZE // load.MIB, intact, *numbers]])
    missed = [f"{person.name}: {person.failure}" for person in people if not person.acknowledged]
    if intact != COUNT:
        missed.append(f"{COUNT - intact} files are not intact")
    if peak - idle > MAX_MB:
        missed.append(f"memory rose by {peak - idle:.0f} MB, more than {MAX_MB}")
    load.finish(missed)


if __name__ == "__main__":
    main()
