"""What happens to 10,000 generated bad form posts?

    .venv/bin/python -m bench.bad_posts [--count 10000] [--seed N]

Each is a good post of the contact form, changed in one to three of fifteen ways (bench/mutations.py), and each has a
fresh token. The time of an answer counts from the last byte of the post. Goal: every post gets an answer, none of
status 500 or above, none later than a second; there is one row for each post that was confirmed and none besides;
each row opens and holds a name, a number and files of an accepted kind; the site serves pages as before.
"""

import argparse
import asyncio
import collections
import random
import time

from bench import load, mutations

CLIENTS, LIMIT = 8, 1.0  # connections at once, seconds


async def send(site, rng: random.Random, number: int) -> tuple[int, float, list[str]]:
    """Status (0: no answer), seconds from the last byte on, and how the post was changed."""
    token = await load.form_token(site.url)
    host, port = load.address(site.url)
    post = mutations.bad(token, number, rng)
    data = post.to_bytes(f"{host}:{port}")
    reader, writer = await asyncio.open_connection(host, port, limit=load.MIB)
    status, begin = 0, time.monotonic()
    try:
        async with asyncio.timeout(30):
            writer.write(data)
            await writer.drain()
            writer.write_eof()
            begin = time.monotonic()
            raw = await reader.read(-1)
        while raw.startswith(b"HTTP/1.1 100"):
            raw = raw.partition(b"\r\n\r\n")[2]
        status = int(raw[9:12] or 0)
    except (OSError, TimeoutError):
        pass
    finally:
        writer.close()
    return status, time.monotonic() - begin, post.kinds


async def attack(site, seed: int, count: int) -> list[tuple[int, float, list[str]]]:
    numbers, results = iter(range(count)), []

    async def client() -> None:
        for number in numbers:
            results.append(await send(site, random.Random(f"{seed} {number}"), number))

    await asyncio.gather(*[client() for _ in range(CLIENTS)])
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    print(f"Seed: {options.seed}", flush=True)
    with load.running_site() as site:
        results = asyncio.run(attack(site, options.seed, options.count))
        well = all(asyncio.run(load.get(site.url, page)).status == 200 for page in load.PAGES)
        state = load.stored(site)
        log = site.log.read_text()
    statuses = collections.Counter(status for status, _, _ in results)
    times = [seconds for _, seconds, _ in results]
    load.table(["status", "posts"], sorted(statuses.items()))
    p99, worst = load.percentile(times, 0.99), max(times)
    header = ["posts", "confirmed", "rows", "rows that are not valid", "p99 ms", "worst ms", "tracebacks"]
    rows, tracebacks = len(state["requests"]), log.count("Traceback")
    spans = [f"{1000 * p99:.0f}", f"{1000 * worst:.0f}"]
    load.table(header, [[len(results), statuses[303], rows, len(state["invalid"]), *spans, tracebacks]])
    missed = [f"status {status}: {kinds}" for status, _, kinds in results if not 0 < status < 500][:10]
    missed += [f"{seconds:.1f} s: {kinds}" for _, seconds, kinds in results if seconds > LIMIT][:10]
    missed += state["damaged"] + state["invalid"]
    if rows != statuses[303] or not well:
        missed.append(f"{statuses[303]} confirmed and {rows} rows, pages {'fine' if well else 'NOT fine'}")
    if tracebacks:
        missed.append(f"{tracebacks} tracebacks in the log, the last: {log.rpartition('Traceback')[2][-600:]}")
    load.finish(missed)


if __name__ == "__main__":
    main()
