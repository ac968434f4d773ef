"""Search a PDF for risky content that staff should know of. Runs in the sandbox only.

It searches for names, also with #xx escapes or in compressed object streams. Content can be hidden from it, so staff
should use a viewer that runs no scripts.
"""

import importlib
import io
import re
import signal
import zlib
from collections.abc import Iterator

HEAD = 1024  # bytes in which a viewer looks for %PDF-
TAIL = 66_000  # bytes at the end in which an archive has its directory
MAX_STREAMS, MAX_STREAM = 5_000, 256 * 1024  # object streams; compressed bytes of one
MAX_CPU_SECONDS = 1.5  # to try whether an encrypted file opens, while a person waits
MAX_UNPACKED = 24 * 1024**2  # bytes of all of them together

#: By code, a name and what follows it. Starting with letters makes the search fast.
_END = rb"(?![A-Za-z0-9])"
_VALUE = rb"\s*(?:\(|<[0-9A-Fa-f<]|\d{1,7}\s{1,9}\d{1,5}\s{1,9}R)"
_ACTION = rb"\s*<<(?![^>]{0,200}/S\s*/GoTo\b)"
_SIGNS = [
    (code, word, re.compile(word + _END + behind))
    for code, word, behind in [
        ("script", b"/JavaScript", b""),
        ("script", b"/JS", _VALUE),
        *(("acts", b"/" + word, b"") for word in b"Launch SubmitForm ImportData RichMedia GoToR GoToE".split()),
        ("acts", b"/OpenAction", _ACTION),
        ("acts", b"/AA", _ACTION),
        ("form", b"/XFA", b""),
        *(("inside", b"/" + word, b"") for word in b"EmbeddedFile EmbeddedFiles FileAttachment".split()),
    ]
]
_WRITTEN_AS_NUMBER = re.compile(rb"#([2-7][0-9A-Fa-f])")
_ENCRYPTED = re.compile(rb"/Encrypt" + _END)
_PAGE = re.compile(rb"/Pages?" + _END)
_PACKED = re.compile(rb"/ObjStm" + _END)
_STREAM = re.compile(rb"stream\r?\n")
_OBJECT = re.compile(rb"obj(?<=\d\sobj)(?![A-Za-z])")
_MARKUP = re.compile(rb"<(?:!doctype|html|script|svg|\?php|body|iframe)", re.IGNORECASE)
_ARCHIVE = re.compile(rb"PK\x05\x06|PK\x03\x04|Rar!\x1a|7z\xbc\xaf")
_PROGRAM = re.compile(rb"MZ|\x7fELF|#!")


def prepare(data: bytes) -> None:
    """Import what an encrypted PDF needs, before the fence is closed."""
    if _ENCRYPTED.search(_decoded(data)):
        importlib.import_module("pypdf.filters")


def inspect(data: bytes) -> list[str]:
    found: set[str] = set()
    raw, data = data, _decoded(data)
    is_encrypted = bool(_ENCRYPTED.search(data))
    has_page = bool(_PAGE.search(data))
    if is_encrypted:
        opens = _opens_without_password(raw)
        if opens is None or _PACKED.search(data):
            found.add("opaque")
        if opens is False:
            found.add("locked")
    else:
        for part in _unpacked(raw, data):
            if part is None:
                found.add("opaque")
            else:
                has_page |= bool(_PAGE.search(part))
                found |= _signs(part)
    found |= _signs(data)
    if not _OBJECT.search(data) or not (has_page or found & {"opaque"}):
        found.add("unreadable")
    elif _ends_too_soon(raw):
        found.add("cut")
    if _is_another_kind_too(raw):
        found.add("more")
    return sorted(found)


def _opens_without_password(data: bytes) -> bool | None:
    """Return whether an encrypted PDF opens without a password, as if it only forbids printing; None if damaged."""
    signal.signal(signal.SIGVTALRM, _give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, MAX_CPU_SECONDS)
    try:
        import pypdf

        return bool(pypdf.PdfReader(io.BytesIO(data)).decrypt(""))
    except NotImplementedError:  # encrypted by another method than a password
        return False
    except Exception:  # pypdf fails in many ways on hostile files; other findings must still be returned
        return None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _give_up(*_: object) -> None:
    raise TimeoutError


def _decoded(data: bytes) -> bytes:
    return _WRITTEN_AS_NUMBER.sub(lambda name: bytes.fromhex(name[1].decode()), data)


def _signs(data: bytes) -> set[str]:
    return {code for code, word, sign in _SIGNS if word in data and sign.search(data)}


def _ends_too_soon(data: bytes) -> bool:
    """Return whether the pointer to the cross-reference table after the last object is missing."""
    last = data.rfind(b"startxref")
    return last < 0 or bool(_OBJECT.search(data, last))


def _is_another_kind_too(data: bytes) -> bool:
    """Return whether the file is also a web page, an archive or a program."""
    head = data[: max(0, data.find(b"%PDF-", 0, HEAD))]
    tail = data[max(0, data.rfind(b"%%EOF")) :]
    outside = head + b"\n" + tail[:TAIL] + tail[-TAIL:]
    return bool(
        _MARKUP.search(outside) or _ARCHIVE.search(outside) or _PROGRAM.match(head) or b"PK\x05\x06" in data[-TAIL:]
    )


def _unpacked(raw: bytes, data: bytes) -> Iterator[bytes | None]:
    """Yield the content of each object stream; None for an unreadable one, or if there is too much.

    Positions are in `raw`, where compressed bytes are not unescaped; names with #xx are found in `data` only.
    """
    left, number = MAX_UNPACKED, 0
    for number, packed in enumerate(_PACKED.finditer(raw), 1):
        if number > MAX_STREAMS or left <= 0:
            yield None
            return
        begins = _STREAM.search(raw, packed.end(), packed.end() + 2048)
        start = begins.end() if begins else len(raw)
        end = raw.find(b"endstream", start, start + MAX_STREAM)
        try:
            part = zlib.decompressobj().decompress(raw[start:end], left) if end > 0 else None
        except zlib.error:
            part = None
        yield part
        left -= len(part or b"")
    if number < len(_PACKED.findall(data)):
        yield None  # one has #xx escapes
