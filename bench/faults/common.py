"""What the faults share: people who ask for calls without a break, and the judgment of what became of them."""

import argparse
import asyncio
import contextlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench import crash, load
from tests.prebuilt import prepared
from tests.served import Site, serve

CLIENTS = 4
SETTLE = 1  # seconds


@dataclass
class Outcome:
    """What one fault did. `away`: the longest time, in seconds, in which readers got no page."""

    fault: str
    sent: int
    confirmed: int
    away: float
    lost: list[str] = field(default_factory=list)
    not_whole: list[str] = field(default_factory=list)
    #: Files that could not be taken, and whose person was told so.
    told: int = 0
    missed: list[str] = field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        lost = [f"{self.fault}: lost {name}" for name in self.lost]
        return lost + [f"{self.fault}: not whole: {what}" for what in self.not_whole + self.missed]


@dataclass
class Load:
    """Who asked for a call while `during` ran, and how readers fared."""

    sent: list[load.Person]
    away: float
    result: object = None

    @property
    def confirmed(self) -> list[load.Person]:
        return [person for person in self.sent if person.acknowledged]

    def statuses(self) -> set[int]:
        return {person.answer.status for person in self.sent if person.answer}


@contextlib.contextmanager
def site(var: Path | None = None, **extra: str) -> Iterator[Site]:
    """The site under its supervisor, fresh or on what is in `var`, with the settings `extra`."""
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        env = load.ENVIRONMENT | extra
        if fresh := var is None:
            var = Path(folder) / "var"
            shutil.copytree(prepared(), var)
        if not fresh or "DATABASE_URL" in extra:
            prepare(var, env)
        with serve(var, supervised=True, fresh=fresh, **env) as started:
            yield started


def prepare(var: Path, env: dict[str, str]) -> None:
    """Makes the tables where `env` says."""
    Site("", var, var / "log", os.environ | env | {"VAR_DIR": str(var)}).manage("prepare")


def under_load(started: Site, during: Callable[[], object], seed: int = 1, pause: float = 0) -> Load:
    """Runs `during` while people ask for calls, with and without files, `pause` seconds apart, and others read."""
    return asyncio.run(_under_load(started, during, seed, pause))


async def _under_load(started: Site, during: Callable[[], object], seed: int, pause: float) -> Load:
    sent, over, watch = [], asyncio.Event(), crash.Watch(started)
    clients = [asyncio.create_task(crash.client(started, seed * 100 + n, sent, over, pause)) for n in range(CLIENTS)]
    watching = asyncio.create_task(watch.run())
    try:
        await asyncio.sleep(SETTLE)
        result = await asyncio.to_thread(during)
        await asyncio.sleep(SETTLE)
    finally:
        over.set()
        await asyncio.gather(*clients)
        watch.over = True
        await watching
    return Load(sent, max(watch.outages, default=0.0), result)


def judge(
    fault: str, done: Load, started: Site, *, may_tell: bool = False, longest: float = 10, beside: str = ""
) -> Outcome:
    """Compares what was confirmed with what is stored. `may_tell`: a file may be missing if the person was told.

    `beside`: the name on requests that came in addition.
    """
    state = load.stored(started)
    rows = {request["name"]: request for request in state["requests"]}
    found = Outcome(fault, len(done.sent), len(done.confirmed), done.away, missed=list(state["damaged"]))
    for person in done.confirmed:
        row = rows.get(person.name)
        if row is None:
            found.lost.append(person.name)
            continue
        other = {slot for slot, digest in person.answer_digests.items() if row["files"].get(slot) != digest}
        if may_tell and all(row["files"].get(slot) and len(row["files"][slot]) != 64 for slot in other):
            found.told += len(other)
            other = set()
        if other or row["message"] != person.message:
            found.not_whole.append(person.name)
    names = [request["name"] for request in state["requests"] if request["name"] != beside]
    if len(names) != len(set(names)):
        found.missed.append("a request is stored twice")
    if state["orphans_left"] or state["integrity"] != "ok":
        found.missed.append("orphans, or a damaged database")
    if not done.confirmed:
        found.missed.append("nothing was confirmed, so this says nothing")
    if done.away > longest:
        found.missed.append(f"readers waited {done.away:.1f} s")
    return found


def stored(started: Site) -> dict:
    return load.stored(started)


def pause(seconds: float) -> Callable[[], None]:
    return lambda: time.sleep(seconds)


def main(doc: str, *faults: Callable[[argparse.Namespace], list[Outcome]]) -> None:
    """Runs faults as a program; status 1 where something acknowledged was lost or a goal was missed."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=15, help="how long each thing is down; 600 for ten minutes")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--older", metavar="COMMIT", help="the release that an upgrade begins with")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is stopped then too
    print(f"Seed: {options.seed}", flush=True)
    outcomes = []
    for fault in faults:
        outcomes += fault(options)
        print(f"{outcomes[-1].fault}: {outcomes[-1].confirmed} confirmed, {len(outcomes[-1].lost)} lost.", flush=True)
    header = ["fault", "sent", "confirmed", "lost", "not whole", "told", "readers waited s", "else"]
    rows = []
    for each in outcomes:
        counts = [len(each.lost), len(each.not_whole), each.told, f"{each.away:.1f}", len(each.missed)]
        rows.append([each.fault, each.sent, each.confirmed, *counts])
    load.table(header, rows)
    load.finish([reason for each in outcomes for reason in each.reasons])
