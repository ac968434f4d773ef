"""Do readers notice clients that connect and say little or nothing? And how long may such a client stay?

    .venv/bin/python -m bench.silent [--server gthread:64]

Six kinds of 100 clients each, one kind after the other, while readers load pages at a fixed rate as in slow_uploads;
before and after them, none. Goal: the readers' p99 is at most twice that without such clients, no reader fails, and
every one of the 100 is closed within 25 seconds (nothing sent, or part of a head) or 70 seconds (part of a body).
"""

import argparse
import asyncio
import contextlib
import time
from dataclasses import dataclass

from bench import load, servers
from bench.slow_uploads import MAX_SLOWDOWN, read_pages, readers

CLIENTS, RATE, READING = 100, 25, 20  # clients of each kind, pages a second, seconds
HEAD_LIMIT, BODY_LIMIT, PATIENCE = 25, 70, 130  # seconds


@dataclass(frozen=True)
class Kind:
    """`start` is sent at once; `every` three seconds one byte of `rest` follows, if there is one."""

    title: str
    start: bytes
    limit: float
    rest: bytes = b""


def kinds(site_url: str) -> list[Kind]:
    large, small = load.post_head(site_url, 4 * load.MIB), load.post_head(site_url, 2000)
    head = load.get_head(site_url, "/")
    return [
        Kind("nothing at all", b"", HEAD_LIMIT),
        Kind("half a header line", head[:30], HEAD_LIMIT),
        Kind("a head, a byte every 3 s", head[:30], HEAD_LIMIT, b"x" * 100),
        Kind("headers of 4 MB, then nothing", large, BODY_LIMIT),
        Kind("headers of 2 KB, then nothing", small, BODY_LIMIT),
        Kind("headers, a byte every 3 s", large, BODY_LIMIT, b"x" * 100),
    ]


async def client(site_url: str, kind: Kind) -> float:
    """Seconds until the other side closed, PATIENCE if it did not."""
    begin = time.monotonic()
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(*load.address(site_url))
            try:
                writer.write(kind.start)
                for byte in kind.rest:
                    with contextlib.suppress(TimeoutError):
                        if not await asyncio.wait_for(reader.read(65536), 3):
                            return time.monotonic() - begin
                    writer.write(bytes([byte]))
                while await reader.read(65536):
                    pass
            finally:
                writer.close()
    return time.monotonic() - begin


async def phase(site, kind: Kind, pool):
    quiet = [asyncio.create_task(client(site.url, kind)) for _ in range(CLIENTS)]
    await asyncio.sleep(1)
    took, failed = await asyncio.wrap_future(pool.submit(read_pages, site.url, RATE, READING))
    return took, failed, await asyncio.gather(*quiet)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    servers.add_option(parser)
    options = parser.parse_args()
    rows, missed = [], []
    with servers.running(options.server) as site, readers() as pool:
        read_pages(site.url, 20, 3)  # warm
        before = pool.submit(read_pages, site.url, RATE, READING).result()
        phases = [(kind, *asyncio.run(phase(site, kind, pool))) for kind in kinds(site.url)]
        after = pool.submit(read_pages, site.url, RATE, READING).result()
    quiet = [1000 * load.percentile(took or [99], 0.99) for took, _ in (before, after)]
    base = sum(quiet) / 2
    for (took, failed), p99 in zip((before, after), quiet, strict=True):
        rows.append(["none", len(took), failed, f"{p99:.1f}", f"{p99 / base:.2f}", "", ""])
    for kind, took, failed, closed in phases:
        p99 = 1000 * load.percentile(took or [99], 0.99)
        numbers = [f"{p99:.1f}", f"{p99 / base:.2f}", f"{min(closed):.0f}", f"{max(closed):.0f}"]
        rows.append([kind.title, len(took), failed, *numbers])
        if failed or p99 > MAX_SLOWDOWN * base or max(closed) > kind.limit:
            missed.append(f"{kind.title}: {failed} readers failed, ratio {p99 / base:.2f}, {max(closed):.0f} s")
    load.table(["100 clients send", "pages", "failed", "p99 ms", "p99 ratio", "closed from s", "to s"], rows)
    load.finish(missed)


if __name__ == "__main__":
    main()
