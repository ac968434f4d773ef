"""Looks into a PDF for what staff should know before they open it. Runs in the sandbox only: it cannot be trusted.

A search for the names that say so, also where they are written with #xx, and in the streams that hold objects. Who
wants to hide something from it can; who opens the file should have a viewer that runs no scripts.
"""

import re
import zlib
from collections.abc import Callable, Iterator

HEAD = 1024  # bytes in which a reader looks for %PDF-
TAIL = 66_000  # bytes at the end in which an archive has its list
MAX_UNPACKED = 24 * 1024**2  # bytes, of all streams of objects together


def _name(word: bytes) -> bytes:
    """A pattern for a name: each letter may be written as # and its number."""
    return b"/" + b"".join(b"(?:%c|#%s)" % (c, _either_case(b"%02x" % c)) for c in word) + rb"(?![A-Za-z0-9])"


def _either_case(digits: bytes) -> bytes:
    return b"".join(b"[%c%c]" % (d, d - 32) if d >= 97 else b"%c" % d for d in digits)


def _names(*words: bytes) -> bytes:
    return b"(?:" + b"|".join(map(_name, words)) + b")"


_VALUE = rb"\s*(?:\(|<[0-9A-Fa-f<]|\d{1,7}\s+\d{1,5}\s+R)"
#: What each code is told by.
_SIGNS = {
    "script": re.compile(_names(b"JavaScript") + b"|" + rb"(?<=[\s<>()\]])" + _name(b"JS") + _VALUE),
    "acts": re.compile(
        _names(b"Launch", b"SubmitForm", b"ImportData", b"RichMedia", b"GoToR", b"GoToE")
        + b"|(?:"
        + _names(b"OpenAction", b"AA")
        + rb"\s*<<(?![^>]{0,200}/S\s*/GoTo\b))"
    ),
    "form": re.compile(_names(b"XFA")),
    "inside": re.compile(_names(b"EmbeddedFile", b"EmbeddedFiles", b"FileAttachment")),
}
_ENCRYPTED = re.compile(_name(b"Encrypt"))
_PAGE = re.compile(_names(b"Pages", b"Page"))
_PACKED = re.compile(_name(b"ObjStm"))
_STREAM = re.compile(rb"\bstream\r?\n")
_OBJECT = re.compile(rb"\d\s+obj\b")
_MARKUP = re.compile(rb"<(?:!doctype|html|script|svg|\?php|body|iframe)", re.IGNORECASE)
_ARCHIVE = re.compile(rb"PK\x05\x06|PK\x03\x04|Rar!\x1a|7z\xbc\xaf")
_PROGRAM = re.compile(rb"MZ|\x7fELF|#!")


def look(data: bytes, opens_without_password: Callable[[bytes], bool | None]) -> list[str]:
    """The codes of what was found."""
    found = set()
    is_encrypted = bool(_ENCRYPTED.search(data))
    has_page = bool(_PAGE.search(data))
    if is_encrypted:
        opens = opens_without_password(data)
        if opens is None or _PACKED.search(data):
            found.add("opaque")
        if opens is False:
            found.add("locked")
    else:
        for part in _unpacked(data):
            if part is None:
                found.add("opaque")
            else:
                has_page |= bool(_PAGE.search(part))
                found |= _signs(part)
    found |= _signs(data)
    if not _OBJECT.search(data) or not (has_page or found & {"opaque"}):
        found.add("unreadable")
    elif _ends_too_soon(data):
        found.add("cut")
    if _is_more(data):
        found.add("more")
    return sorted(found)


def _signs(data: bytes) -> set[str]:
    return {code for code, sign in _SIGNS.items() if sign.search(data)}


def _ends_too_soon(data: bytes) -> bool:
    """Behind the last object each version of a file has the place of its table of contents."""
    last = data.rfind(b"startxref")
    return last < 0 or bool(_OBJECT.search(data, last))


def _is_more(data: bytes) -> bool:
    """A web page, an archive or a program as well, for whoever opens it by another name."""
    head = data[: max(0, data.find(b"%PDF-", 0, HEAD))]
    tail = data[max(0, data.rfind(b"%%EOF")) :]
    outside = head + b"\n" + tail
    return bool(
        _MARKUP.search(outside) or _ARCHIVE.search(outside) or _PROGRAM.match(head) or b"PK\x05\x06" in data[-TAIL:]
    )


def _unpacked(data: bytes) -> Iterator[bytes | None]:
    """What is in the streams of objects; None for one that cannot be read, or once there is too much."""
    left = MAX_UNPACKED
    for packed in _PACKED.finditer(data):
        begins = _STREAM.search(data, packed.end(), packed.end() + 2048)
        if not begins:
            yield None
            continue
        ends = data.find(b"endstream", begins.end())
        try:
            part = zlib.decompressobj().decompress(data[begins.end() : ends if ends > 0 else None], left)
        except zlib.error:
            yield None
            continue
        left -= len(part)
        yield part
        if left <= 0:
            yield None
            return
