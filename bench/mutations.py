"""Bad form posts: a good one, changed in one to three of many ways. Everything follows from the generator's seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

BOUNDARY = "----mutation7MA4YWxkTrZu0gW"
MAX_BODY = 100_000  # bytes of a body
KINDS = {
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 8,
    "png": b"\x89PNG\r\n\x1a\n" + bytes(3000),
    "pdf": b"%PDF-1.7\n" + b"pdf " * 500,
    "html": b"<html><script>alert(1)</script>" * 20,
    "zip": b"PK\x03\x04" + bytes(2000),
    "exe": b"MZ" + bytes(2000),
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "polyglot": b"\x89PNG\r\n\x1a\n<script>alert(1)</script>%PDF-1.7",
    "empty": b"",
    "short": b"\xff\xd8",
}
VALUES = [
    b"", b" ", b"\x00", b"a\x00b", b"\xff\xfe", b"\xed\xa0\x80", b"\xc3\x28", b"x" * 20_000, "\u202eevil".encode(),
    "\u200b\u2060\ufeff".encode(), "😀".encode() * 500, b"<script>alert(1)</script>", b"'; DROP TABLE x;--",
    b"../../etc/passwd", b"%00%0a%0d", b"\r\n\r\n", b"--" + BOUNDARY.encode(), b"+1", b"911", b"0" * 5000, b"1e400",
    b"-0", b"+1 (212) 555-0123 ext. 99999999", "٢١٢٥٥٥٠١٢٣".encode(), b"true", b"[]", b"\x1b[31m", b"=cmd|' /C c'!A0",
]  # fmt: skip
NAMES = [
    b"",
    b"name",
    b"phone",
    b"token",
    b"complete",
    b"message",
    b"x" * 5000,
    b'a"b',
    b"\xff",
    b"a\x00b",
    b"__proto__",
]
HEADERS = [
    b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable",
    b"Content-Type: text/plain; charset=hex", b"Content-Type: text/plain; charset=utf-7", b"Content-Type: \xff",
    b"Content-Length: 999999999", b"Content-Length: -1", b"X: " + b"y" * 9000, b"Content-Disposition: attachment",
    b"Content-Type: multipart/mixed; boundary=inner", b": nothing", b"No colon", b"\x00: \x00",
]  # fmt: skip
TYPES = [
    b"application/json", b"application/x-www-form-urlencoded", b"text/plain", b"", b"multipart/form-data", b"\xff/\xff",
    b"multipart/form-data; boundary=", b"multipart/form-data; boundary=other", b"multipart/mixed; boundary=bb",
    b"multipart/form-data; charset=hex; boundary=" + BOUNDARY.encode(), b"multipart/form-data; boundary=\"a b\"",
    b"multipart/form-data; boundary=" + BOUNDARY.encode() + b"; boundary=x", b"application/xml", b"x" * 5000,
]  # fmt: skip
FILE_NAMES = [
    b"card.jpg", b"../../../etc/passwd", b"..\\..\\x.exe", b"", b"a" * 3000 + b".jpg", b"\x00.jpg", b"\xff\xfe.png",
    b"x.jpg\r\nX-Evil: 1", b'quote".jpg', b"<img src=x onerror=alert(1)>.jpg", "\u202egpj.exe".encode(), b".", b"/",
]  # fmt: skip


@dataclass
class Part:
    name: bytes
    value: bytes
    file_name: bytes | None = None
    headers: list[bytes] = field(default_factory=list)

    def to_bytes(self) -> bytes:
        disposition = b'Content-Disposition: form-data; name="' + self.name + b'"'
        if self.file_name is not None:
            disposition += b'; filename="' + self.file_name + b'"'
        return b"\r\n".join([disposition, *self.headers, b"", self.value])


@dataclass
class Post:
    """What is sent: `body` in full, then the end of the stream. `length` is what the head declares."""

    parts: list[Part]
    content_type: bytes = b"multipart/form-data; boundary=" + BOUNDARY.encode()
    edits: list[Callable[[bytes], bytes]] = field(default_factory=list)
    length_off: int = 0
    chunked: str = ""
    extra_headers: list[bytes] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    def body(self) -> bytes:
        mark = b"--" + BOUNDARY.encode()
        data = b"".join(mark + b"\r\n" + part.to_bytes() + b"\r\n" for part in self.parts) + mark + b"--\r\n"
        for edit in self.edits:
            data = edit(data)
        return data[:MAX_BODY]

    def to_bytes(self, host: str) -> bytes:
        body = self.body()
        lines = [b"POST /contact/ HTTP/1.1", b"Host: " + host.encode(), b"Connection: close", *self.extra_headers]
        if self.content_type:
            lines.append(b"Content-Type: " + self.content_type)
        if self.chunked:
            lines.append(b"Transfer-Encoding: chunked")
            size = b"%x" % len(body) if self.chunked == "good" else b"zz"
            body = size + b"\r\n" + body + b"\r\n0\r\n\r\n"
        else:
            lines.append(b"Content-Length: %d" % max(0, len(body) + self.length_off))
        return b"\r\n".join([*lines, b"", b""]) + body


def good(token: str, number: int) -> Post:
    text = {"name": f"Bad {number}", "phone": "(212) 555-0123", "message": "Knock first.", "token": token}
    parts = [Part(name.encode(), value.encode()) for name, value in text.items()]
    return Post([*parts, Part(b"file_1", KINDS["jpeg"], b"card.jpg"), Part(b"complete", b"1")])


def bad(token: str, number: int, rng: random.Random) -> Post:
    """A post that was changed at least once."""
    post = good(token, number)
    for _ in range(rng.choice([1, 1, 2, 3])):
        change = rng.choice(CHANGES)
        change(post, rng)
        post.kinds.append(change.__name__)
    return post


def value(post: Post, rng: random.Random) -> None:
    rng.choice(post.parts).value = rng.choice(VALUES)


def repeated(post: Post, rng: random.Random) -> None:
    for _ in range(rng.choice([1, 3, 50, 1100])):
        post.parts.append(Part(rng.choice(NAMES[1:6]), rng.choice(VALUES[:4])))
    rng.shuffle(post.parts)


def missing(post: Post, rng: random.Random) -> None:
    if len(post.parts) > 1:
        post.parts.remove(rng.choice(post.parts))


def name(post: Post, rng: random.Random) -> None:
    rng.choice(post.parts).name = rng.choice(NAMES)


def part_header(post: Post, rng: random.Random) -> None:
    rng.choice(post.parts).headers += rng.choices(HEADERS, k=rng.choice([1, 1, 3, 40]))


def file(post: Post, rng: random.Random) -> None:
    for slot in rng.choice([[b"file_1"], [b"file_2"], [b"file_1", b"file_2"], [b"name"], [b"token"], [b"f"] * 6]):
        post.parts.insert(
            rng.randrange(len(post.parts) + 1),
            Part(slot, KINDS[rng.choice(list(KINDS))], rng.choice(FILE_NAMES)),
        )


def content_type(post: Post, rng: random.Random) -> None:
    post.content_type = rng.choice(TYPES)


def cut(post: Post, rng: random.Random) -> None:
    """The connection ends in the middle of what was declared."""
    share = rng.random()
    post.edits.append(lambda data: data[: int(len(data) * share)])
    post.length_off += rng.choice([0, 100, 5000])


def declared(post: Post, rng: random.Random) -> None:
    post.length_off += rng.choice([-3000, -500, -1, 1, 2, 60_000])


def noise(post: Post, rng: random.Random) -> None:
    seed, count = rng.random(), rng.choice([1, 5, 50])

    def edit(data: bytes) -> bytes:
        inner, changed = random.Random(seed), bytearray(data)
        for _ in range(count if changed else 0):
            changed[inner.randrange(len(changed))] = inner.randrange(256)
        return bytes(changed)

    post.edits.append(edit)


def moved(post: Post, rng: random.Random) -> None:
    """A piece of the body is elsewhere, or there twice."""
    start, end, to = sorted(rng.random() for _ in range(3))

    def edit(data: bytes) -> bytes:
        piece = data[int(len(data) * start) : int(len(data) * end)]
        return data[: int(len(data) * to)] + piece + data[int(len(data) * to) :]

    post.edits.append(edit)


def line_ends(post: Post, rng: random.Random) -> None:
    new = rng.choice([b"\n", b"\r", b"\r\n\r\n", b""])
    post.edits.append(lambda data: data.replace(b"\r\n", new))


def chunked(post: Post, rng: random.Random) -> None:
    post.chunked = rng.choice(["good", "bad"])


def request_header(post: Post, rng: random.Random) -> None:
    choices = [b"X-Y: \xff\xfe", b"Cookie: " + b"c=1;" * 900, b"Expect: 100-continue", b"Accept-Encoding: \x7f"]
    post.extra_headers.append(rng.choice([*choices, b"Origin: null", b"X-Forwarded-For: ::1'"]))


CHANGES = [
    value, value, repeated, missing, name, part_header, file, content_type, cut, declared, noise, moved, line_ends,
    chunked, request_header,
]  # fmt: skip
