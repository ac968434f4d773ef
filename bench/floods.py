"""Are others answered within a second beside a flood?

    .venv/bin/python -m bench.floods silent|uploads|halfopen [--caddy] [--count N] [--seconds N]

- silent: 2,000 connections that ask for a page or a script, up to 16 times at once, and read nothing
- uploads: 1,000 from one address that announce 30 MB and send 8 KB every five seconds
- halfopen: 2,100 that send no head or half a head, and a third as many that have got a page and keep the connection

The others come from an address of their own, on new connections. Again and again they ask for each of PATHS and a
script, and send the form: first alone, then while all of the flood is there; who is sent away from it comes back.
`--caddy` puts the shipped Caddyfile in front. Goal: beside the flood nobody waits longer than a second. The flood and
the others share this machine's processors with the site, so look at the ratio too.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import random
import re
import resource
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from statistics import median

from bench import load
from tests.deploy.units import machine

GOAL, LIMIT = 1.0, 10.0  # seconds: the goal, and when one of the others gives up
COUNTS = {"silent": 2000, "uploads": 1000, "halfopen": 2100}
FLOODER, OTHERS = "127.0.0.1", "127.0.0.2"
PATHS = ["/contact/", "/search/?q=sleep", "/healthz", "/emergency/"]
POSTS = [("POST without a file", 0), ("POST with 100 KB", 100 * load.KIB)]
PAUSE, AWAY = 0.2, 5.0  # seconds: between two questions of one person; until who was sent away comes back
MAX_COUNT, MAX_SECONDS, READY_SECONDS = 5000, 300, 60
NEWCOMERS = 200  # a second, until all have come
FILES_KEPT = 100  # file descriptors for all but the connections


async def connect(site_url: str, source: str, window: int = 0) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection from one of this machine's addresses, perhaps with a receive buffer of `window` bytes."""
    host, port = load.address(site_url)
    with contextlib.ExitStack() as unless_connected:
        connection = unless_connected.enter_context(socket.socket())
        if window:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        connection.setblocking(False)
        connection.bind((source, 0))
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
        unless_connected.pop_all()
    secure = {"ssl": load.TLS, "server_hostname": host} if site_url.startswith("https:") else {}
    return await asyncio.open_connection(sock=connection, limit=load.MIB, **secure)


async def script_path(site_url: str) -> str:
    """A script of the site, once it can be had: Caddy may still be making its certificate."""
    page = b""
    async with asyncio.timeout(READY_SECONDS):
        while not page:
            _, page = await ask(site_url, load.get_head(site_url, "/contact/"))
            await asyncio.sleep(PAUSE)
    return re.search(rb'src="(/static/js/[^"]+)"', page)[1].decode()


@dataclass(frozen=True)
class Flood:
    """Each of silent(), uploads() and halfopen() holds a connection until the other side ends it; `there` is called
    once it does harm. From `count` on, those of halfopen are kept alive."""

    site_url: str
    script: str
    count: int
    there: Callable[[], None]

    def keep_alive(self, path: str) -> bytes:
        return load.get_head(self.site_url, path).replace(b"Connection: close\r\n", b"")

    async def silent(self, number: int) -> None:
        _, writer = await connect(self.site_url, FLOODER, window=2048)
        with contextlib.closing(writer):
            writer.transport.pause_reading()
            path = self.script if number % 2 else "/emergency/"
            writer.write(self.keep_alive(path) * (1 + number % 16))
            self.there()
            connection = writer.get_extra_info("socket")
            while not writer.is_closing() and not connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                await asyncio.sleep(1)

    async def uploads(self, number: int) -> None:
        reader, writer = await connect(self.site_url, FLOODER)
        with contextlib.closing(writer):
            part = f'--{load.BOUNDARY}\r\nContent-Disposition: form-data; name="file_1"; filename="card.jpg"\r\n\r\n'
            writer.write(load.post_head(self.site_url, 30 * load.MIB) + part.encode() + load.JPEG)
            self.there()
            while True:
                writer.write(bytes(8 * load.KIB))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(1), 5)
                    return

    async def halfopen(self, number: int) -> None:
        reader, writer = await connect(self.site_url, FLOODER)
        with contextlib.closing(writer):
            if number >= self.count:
                writer.write(self.keep_alive("/emergency/"))
                await reader.readuntil(b"\r\n\r\n")
            elif number % 2:
                writer.write(load.get_head(self.site_url, "/")[:30])
            self.there()
            await reader.read()


def run_flood(kind: str, site_url: str, script: str, count: int, seen) -> None:
    """In a process of its own, until it is ended. `seen`: how many are there, and how often one was sent away."""
    total = all_of(kind, count)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, total + FILES_KEPT), hard))
    present: set[int] = set()

    async def one(number: int) -> None:
        def there() -> None:
            present.add(number)
            seen[0] = len(present)

        await asyncio.sleep(number / NEWCOMERS)
        while True:
            with contextlib.suppress(OSError, EOFError, TimeoutError):
                await getattr(Flood(site_url, script, count, there), kind)(number)
            present.discard(number)
            seen[0], seen[1] = len(present), seen[1] + 1
            await asyncio.sleep(AWAY)

    async def everyone() -> None:
        await asyncio.gather(*[one(number) for number in range(total)])

    asyncio.run(everyone())


def all_of(kind: str, count: int) -> int:
    """How many connections a flood has."""
    return count + count // 3 if kind == "halfopen" else count


async def ask(site_url: str, head: bytes, body: bytes = b"") -> tuple[float, bytes]:
    """Seconds until the whole answer was there, LIMIT where none came, and the answer."""
    begin = time.monotonic()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(LIMIT):
            reader, writer = await connect(site_url, OTHERS)
            with contextlib.closing(writer):
                with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                    writer.write(head + body)
                    await writer.drain()
                answer = await reader.read(-1)
            if answer[9:12] in {b"200", b"303"}:
                return time.monotonic() - begin, answer
    return LIMIT, b""


async def send_form(site_url: str, number: int, size: int) -> float:
    """The seconds of the form's POST alone; LIMIT where there was no form to send."""
    _, page = await ask(site_url, load.get_head(site_url, "/contact/"))
    if not (token := re.search(rb'name="token" value="([^"]+)"', page)):
        return LIMIT
    text = {"name": f"Beside {size} {number}", "phone": "(212) 555-0123", "token": token[1].decode()}
    files = {"file_1": load.JPEG + random.Random(number).randbytes(size)} if size else {}
    body = load.form_body(text, files)
    return (await ask(site_url, load.post_head(site_url, len(body)), body))[0]


async def measure(site_url: str, script: str, seconds: float) -> dict[str, list[float]]:
    """How long each address took, in seconds. What is asked before the end is waited for."""
    end, took = time.monotonic() + seconds, {}

    async def person(title: str, question: Callable[[int], Awaitable[float]]) -> None:
        took[title] = []
        while time.monotonic() < end:
            took[title].append(await question(len(took[title])))
            await asyncio.sleep(PAUSE)

    async def read(path: str) -> float:
        return (await ask(site_url, load.get_head(site_url, path)))[0]

    reading = [person(f"GET {path}", lambda _, path=path: read(path)) for path in PATHS]
    reading.append(person("GET a script", lambda _: read(script)))
    sending = [person(title, lambda number, size=size: send_form(site_url, number, size)) for title, size in POSTS]
    await asyncio.gather(*reading, *sending)
    return took


@contextlib.contextmanager
def flooded(kind: str, site_url: str, script: str, count: int) -> Iterator:
    """All of the flood is there, or as much of it as came within READY_SECONDS."""
    spawn = multiprocessing.get_context("spawn")
    seen = spawn.Array("i", 2)
    process = spawn.Process(target=run_flood, args=(kind, site_url, script, count, seen), daemon=True)
    process.start()
    try:
        deadline = time.monotonic() + READY_SECONDS
        while seen[0] < all_of(kind, count) and process.is_alive() and time.monotonic() < deadline:
            time.sleep(0.2)
            if seen[1] > all_of(kind, count) // 4:  # they are sent away: no more will be there
                break
        yield seen
        if not process.is_alive():
            raise SystemExit(f"The flood ended by itself, with status {process.exitcode}.")
    finally:
        process.kill()
        process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=COUNTS)
    parser.add_argument("--caddy", action="store_true", help="behind the shipped Caddyfile")
    parser.add_argument("--count", type=int, help=f"connections, at most {MAX_COUNT}")
    parser.add_argument("--seconds", type=float, default=30, help=f"beside the flood, at most {MAX_SECONDS}")
    options = parser.parse_args()
    count, seconds = options.count or COUNTS[options.kind], min(options.seconds, MAX_SECONDS)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if not 0 < count <= MAX_COUNT or 0 < hard < all_of(options.kind, count) + FILES_KEPT:
        parser.error(f"{count} connections are too many; at most {MAX_COUNT}, and {hard} open files (ulimit -Hn).")
    with machine("localhost", **load.ENVIRONMENT) if options.caddy else load.running_site() as site:
        script = asyncio.run(script_path(site.url))
        asyncio.run(measure(site.url, script, 3))  # warm
        alone = asyncio.run(measure(site.url, script, seconds / 2))
        with flooded(options.kind, site.url, script, count) as seen:
            at_first = seen[0]
            beside = asyncio.run(measure(site.url, script, seconds))
            print(f"{at_first} of {all_of(options.kind, count)} at first, {seen[0]} in the end; {seen[1]} sent away.")
    rows, missed = [], []
    for title in alone:
        spans = [percentile for took in (alone[title], beside[title]) for percentile in (median(took), max(took))]
        reached = spans[3] <= GOAL
        ratio = [f"{spans[2] / spans[0]:.1f}", f"{spans[3] / spans[1]:.1f}"]
        verdict = "reached" if reached else "MISSED"
        rows.append([title, len(beside[title]), *[f"{1000 * span:.0f}" for span in spans], *ratio, verdict])
        if not reached:
            unanswered = beside[title].count(LIMIT)
            missed.append(f"{title}: up to {spans[3]:.1f} s, {unanswered} of {len(beside[title])} not answered")
    spans = ["median ms alone", "worst", "median ms beside", "worst", "ratio of medians", "of worst"]
    load.table(["", "asked", *spans, "goal (a second)"], rows)
    load.finish(missed)


if __name__ == "__main__":
    main()
