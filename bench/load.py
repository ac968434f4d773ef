"""What the scripts in this folder share: the real site with its supervisor, clients that talk to it, and tables."""

import asyncio
import contextlib
import hashlib
import json
import re
import ssl
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests import forks
from tests.served import Site, serve

#: Production's own numbers of processes and threads (empty: the default), and no limit on one address: all clients
#: of a measurement share it.
ENVIRONMENT = {"WEB_WORKERS": "", "WEB_THREADS": "", "CONTACT_LIMIT": "1000000"}

PAGES = ["/", "/phases/", "/phases/peak-withdrawal/", "/articles/", "/search/?q=sleep", "/contact/", "/phases/now/"]
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
BOUNDARY = "----benchmark7MA4YWxkTrZu0gW"
KIB, MIB = 1024, 1024 * 1024
#: Of a proxy on this machine, whose certificate nobody else signed.
TLS = ssl.create_default_context()
TLS.check_hostname, TLS.verify_mode = False, ssl.CERT_NONE


@contextlib.contextmanager
def running_site(**extra: str) -> Iterator[Site]:
    """A fresh site in a throwaway folder under its supervisor, its temporary files in `var`'s neighbor `tmp`."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        temporary = Path(folder) / "tmp"
        temporary.mkdir()
        with serve(Path(folder) / "var", supervised=True, **ENVIRONMENT | {"TMPDIR": str(temporary)} | extra) as site:
            yield site


@dataclass(frozen=True)
class Answer:
    """`seconds` from the first byte sent, or the connection's beginning, to the last byte of the answer."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def link(self) -> str:
        """Where a post that was taken leads to, or an empty string."""
        target = self.headers.get("location", "")
        return target if self.status == 303 and target.startswith("/contact/sent/?t=") else ""


@dataclass
class Pace:
    """How fast a body goes out: bytes a second, in pieces five times a second. 0: as fast as it will."""

    rate: int = 0

    async def pieces(self, body: bytes) -> AsyncIterator[bytes]:
        if not self.rate:
            for at in range(0, len(body), 256 * KIB):
                yield body[at : at + 256 * KIB]
            return
        begin, piece = time.monotonic(), self.rate // 5
        for number, at in enumerate(range(0, len(body), piece)):
            await asyncio.sleep(begin + number / 5 - time.monotonic())
            yield body[at : at + piece]


def address(site_url: str) -> tuple[str, int]:
    parts = urlsplit(site_url)
    return parts.hostname, parts.port


async def exchange(
    site_url: str, head: bytes, body: bytes = b"", pace: Pace | None = None, limit: float = 60
) -> Answer:
    """One request on a connection of its own. Raises OSError, TimeoutError, or ValueError where no answer came."""
    begin = time.monotonic()
    async with asyncio.timeout(limit):
        secure = TLS if site_url.startswith("https:") else None
        reader, writer = await asyncio.open_connection(*address(site_url), limit=4 * MIB, ssl=secure)
        try:
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):  # there may be an answer all the same
                writer.write(head)
                async for piece in (pace or Pace()).pieces(body):
                    writer.write(piece)
                    await writer.drain()
            raw = await reader.read(-1)
        finally:
            writer.close()
    return _parsed(raw, time.monotonic() - begin)


def _parsed(raw: bytes, seconds: float) -> Answer:
    head, _, body = raw.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    if not re.match(r"HTTP/1\.[01] \d{3}", status):
        raise ValueError("The connection ended without an answer.")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Answer(int(status[9:12]), headers, body, seconds)


def get_head(site_url: str, path: str) -> bytes:
    host, port = address(site_url)
    return f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()


def post_head(site_url: str, length: int, content_type: str = f"multipart/form-data; boundary={BOUNDARY}") -> bytes:
    host, port = address(site_url)
    lines = ["POST /contact/ HTTP/1.1", f"Host: {host}:{port}", f"Content-Type: {content_type}"]
    return "\r\n".join([*lines, f"Content-Length: {length}", "Connection: close", "", ""]).encode()


async def get(site_url: str, path: str, limit: float = 60) -> Answer:
    return await exchange(site_url, get_head(site_url, path), limit=limit)


async def form_token(site_url: str) -> str:
    """The signed token of a fresh form, as the page holds it."""
    answer = await get(site_url, "/contact/")
    return re.search(rb'name="token" value="([^"]+)"', answer.body)[1].decode()


def form_body(text: dict[str, str], files: dict[str, bytes]) -> bytes:
    """A multipart body in the order of the page: text, token, files, and `complete` last."""
    parts = [_part(f'name="{name}"', value.encode()) for name, value in text.items()]
    for name, content in files.items():
        parts.append(_part(f'name="{name}"; filename="card.jpg"\r\nContent-Type: image/jpeg', content))
    return b"".join([*parts, _part('name="complete"', b"1"), f"--{BOUNDARY}--\r\n".encode()])


def _part(disposition: str, content: bytes) -> bytes:
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + content + b"\r\n"


@dataclass
class Person:
    """One submission: a name nobody else has, and perhaps a file."""

    name: str
    files: dict[str, bytes] = field(default_factory=dict)
    message: str = ""
    answer: Answer | None = None
    failure: str = ""
    answer_digests: dict[str, str] = field(default_factory=dict)

    @property
    def digests(self) -> dict[str, str]:
        return {slot: hashlib.sha256(content).hexdigest() for slot, content in self.files.items()}

    async def submit(self, site_url: str, pace: Pace | None = None, limit: float = 300) -> None:
        """Opens the form, sends it, and keeps the answer or why there was none."""
        try:
            token = await form_token(site_url)
            text = {"name": self.name, "phone": "(212) 555-0123", "message": self.message, "token": token}
            body = form_body(text, self.files)
            self.answer = await exchange(site_url, post_head(site_url, len(body)), body, pace, limit)
            if not self.answer.link:
                self.failure = f"status {self.answer.status}"
        except (OSError, TimeoutError, ValueError, TypeError) as error:
            self.failure = type(error).__name__

    @property
    def acknowledged(self) -> bool:
        return bool(self.answer and self.answer.link)


def stored(site: Site) -> dict:
    """What the site has stored, opened with its keys: see bench/stored.py."""
    result = forks.run(["-m", "bench.stored"], site.env)
    if result.returncode:
        raise RuntimeError(result.stderr)
    return json.loads(result.stdout)


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def table(header: list[str], rows: list[list]) -> None:
    """Prints a Markdown table."""
    cells = [header, *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = [
        "| " + " | ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|")
    print("\n".join(lines), flush=True)


def finish(missed: list[str]) -> None:
    """Says whether the goal was reached; ends with status 1 where it was not."""
    for reason in missed[:20]:
        print(f"MISSED: {reason}")
    print("Goal reached." if not missed else "Goal missed.")
    sys.exit(1 if missed else 0)
