"""Are 500 requests from 64 clients at once all stored, each once?

    .venv/bin/python -m bench.burst

Each client opens the form and sends it, again and again, until 500 are sent; one connection each. Goal: none refused,
each stored once, each confirmation shows a reference of its own, and those are the references in the database.
"""

import argparse
import asyncio
import re
import time

from bench import load

REQUESTS, CLIENTS = 500, 64
REFERENCE = re.compile(rb"\b[34679CDFGHJKMNPQRTWXY]{3}-[34679CDFGHJKMNPQRTWXY]{3}\b")


async def send(site, people: list[load.Person]) -> None:
    waiting = iter(people)

    async def client() -> None:
        for person in waiting:
            await person.submit(site.url)

    await asyncio.gather(*[client() for _ in range(CLIENTS)])


async def shown_reference(site, person: load.Person) -> str:
    page = (await load.get(site.url, person.answer.link)).body
    return REFERENCE.search(page)[0].decode()


async def confirmations(site, people: list[load.Person]) -> list[str]:
    return [await shown_reference(site, person) for person in people if person.acknowledged]


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    people = [load.Person(f"Burst {number}", message="All at once.") for number in range(REQUESTS)]
    with load.running_site() as site:
        begin = time.monotonic()
        asyncio.run(send(site, people))
        seconds = time.monotonic() - begin
        shown = asyncio.run(confirmations(site, people))
        state = load.stored(site)
    accepted = [person for person in people if person.acknowledged]
    names = [request["name"] for request in state["requests"]]
    lost = {person.name for person in accepted} - set(names)
    twice = len(names) - len(set(names))
    agree = sorted(shown) == sorted(request["reference"] for request in state["requests"])
    times = [person.answer.seconds for person in accepted] or [0]
    header = ["sent", "accepted", "rows", "lost", "twice", "references agree", "a second", "p50 ms", "p99 ms", "max ms"]
    spans = [f"{1000 * value:.0f}" for value in (load.percentile(times, 0.5), load.percentile(times, 0.99), max(times))]
    numbers = [len(accepted), len(names), len(lost), twice, "yes" if agree else "NO", f"{REQUESTS / seconds:.0f}"]
    load.table(header, [[REQUESTS, *numbers, *spans]])
    missed = sorted({person.failure for person in people if not person.acknowledged})
    if lost or twice or not agree or len(names) != REQUESTS:
        missed.append("what is stored is not what was confirmed")
    load.finish(missed + state["damaged"])


if __name__ == "__main__":
    main()
