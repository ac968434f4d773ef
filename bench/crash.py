"""Does an acknowledged request survive `kill -9` of the server's processes?

    .venv/bin/python -m bench.crash [--kills 50] [--seed N]

Clients send requests without a break, with and without files, while one process after the other is killed at a random
instant: gunicorn's master, a web process, or the site's worker. Goal: every confirmed request is there whole with
its files; everything else that is there is whole too; objects without a row vanish with the sweep; a marker that is in
every name, message and file is found nowhere in the state or the temporary folder; the site answers again within
five seconds each time.
"""

import argparse
import asyncio
import os
import random
import signal
import time
from pathlib import Path

from bench import load, processes

CLIENTS, BACK_IN, SETTLE = 8, 5.0, 30  # clients, seconds, seconds
MARKER = "Qzxmarker"


class Watch:
    """Loads a page twenty times a second and notes how long the site did not answer."""

    def __init__(self, site) -> None:
        self.site, self.outages, self.over = site, [], False

    async def run(self) -> None:
        since = None
        while not self.over:
            begin = time.monotonic()
            try:
                well = (await load.get(self.site.url, "/phases/now/", limit=2)).status == 200
            except (OSError, TimeoutError, ValueError):
                well = False
            if well and since:
                self.outages.append(time.monotonic() - since)
            since = None if well else since or begin
            await asyncio.sleep(0.05)
        if since:
            self.outages.append(time.monotonic() - since)


async def client(site, seed: int, sent: list[load.Person], over: asyncio.Event, pause: float = 0) -> None:
    rng = random.Random(seed)
    while not over.is_set():
        name = f"{MARKER} {seed} {len(sent)}"
        files = {}
        for slot in ["file_1", "file_2"][: rng.choice([0, 1, 1, 2])]:
            size = rng.choice([2_000, 200_000, 3_000_000])
            files[slot] = load.JPEG + MARKER.encode() + rng.randbytes(size) + MARKER.encode()
        person = load.Person(name, files, message=f"{MARKER} in the message of {name}.")
        sent.append(person)
        await person.submit(site.url, load.Pace(rng.choice([0, 0, 2 * load.MIB])), limit=60)
        person.answer_digests = person.digests
        person.files = {}  # megabytes that are no longer needed
        await asyncio.sleep(pause if person.acknowledged else max(pause, 0.1))


async def all_there(site, before: dict, limit: float) -> float:
    """Seconds until there is a master, its web processes and a worker again."""
    begin = time.monotonic()
    while time.monotonic() < begin + limit:
        now = processes.by_role(site.pid)
        if all(len(now[role]) >= len(before[role]) for role in before):
            return time.monotonic() - begin
        await asyncio.sleep(0.05)
    raise RuntimeError(f"Not all processes came back: {now}\n{site.log.read_text()[-2000:]}")


def plain_traces(folder: Path) -> list[str]:
    """Files that hold the marker. The log must not hold it either."""
    found = []
    for path in folder.rglob("*"):
        try:
            if path.is_file() and MARKER.encode() in path.read_bytes():
                found.append(str(path.relative_to(folder)))
        except FileNotFoundError:  # a discarded object
            continue
    return found


async def attack(site, rng: random.Random, kills: int) -> tuple[list[load.Person], Watch, list[tuple], set[str]]:
    sent, over, watch, log, traces = [], asyncio.Event(), Watch(site), [], set()
    full = processes.by_role(site.pid)
    clients = [asyncio.create_task(client(site, number, sent, over)) for number in range(CLIENTS)]
    watching = asyncio.create_task(watch.run())
    for number in range(kills):
        await asyncio.sleep(rng.uniform(0.1, 2.5))
        role = rng.choice(["master", "web", "web", "worker"])
        victim = rng.choice(processes.by_role(site.pid)[role] or [0])
        if not victim:
            raise RuntimeError(f"There is no process to kill for {role}.")
        os.kill(victim, signal.SIGKILL)
        log.append((role, await all_there(site, full, SETTLE)))
        if number % 5 == 4:
            traces |= set(await asyncio.to_thread(plain_traces, site.var.parent))
    over.set()
    await asyncio.gather(*clients)
    await asyncio.sleep(1)
    watch.over = True
    await watching
    return sent, watch, log, traces | set(plain_traces(site.var.parent))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    print(f"Seed: {options.seed}", flush=True)
    with load.running_site() as site:
        sent, watch, log, traces = asyncio.run(attack(site, random.Random(options.seed), options.kills))
        state = load.stored(site)
    rows = {request["name"]: request for request in state["requests"]}
    confirmed = [person for person in sent if person.acknowledged]
    lost = [person.name for person in confirmed if person.name not in rows]
    broken = [
        person.name
        for person in confirmed
        if person.name in rows
        and (rows[person.name]["files"] != person.answer_digests or rows[person.name]["message"] != person.message)
    ]
    counts = [sum(role == each for role, _ in log) for each in ("master", "web", "worker")]
    worst = max(watch.outages, default=0.0)
    slowest = max(seconds for _, seconds in log)
    load.table(
        ["kills: master", "web", "worker", "sent", "confirmed", "lost", "not whole", "rows", "outage s", "all back s"],
        [[*counts, len(sent), len(confirmed), len(lost), len(broken), len(rows), f"{worst:.1f}", f"{slowest:.1f}"]],
    )
    print(f"Objects without a row: {state['orphans']}, after the sweep {state['orphans_left']}. "
          f"Files with the marker in the clear: {len(traces)}. Database: {state['integrity']}.")  # fmt: skip
    missed = [f"lost: {name}" for name in lost] + [f"not whole: {name}" for name in broken] + state["damaged"]
    missed += [f"in the clear: {trace}" for trace in sorted(traces)]
    if state["orphans_left"] or state["integrity"] != "ok" or len(rows) != len(state["requests"]):
        missed.append("orphans, a damaged database, or a request stored twice")
    if worst > BACK_IN:
        missed.append(f"the site was away for {worst:.1f} s")
    load.finish(missed)


if __name__ == "__main__":
    main()
