"""Django's multipart parser, made so that nothing about a file can cost the text of a form."""

import re
from collections.abc import Iterator
from typing import Protocol
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import SuspiciousMultipartForm, TooManyFilesSent
from django.core.handlers.wsgi import LimitedStream
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MAX_TOTAL_HEADER_SIZE, MultiPartParser, MultiPartParserError, exhaust
from django.utils.http import parse_header_parameters

from callbacks.values.upload_rules import MAX_NAME_LENGTH, Slot

_END_OF_HEADER = b"\r\n\r\n"
_FILE_NAME = re.compile(rb'(filename=")((?:[^"\\\r\n]|\\.)*)', re.IGNORECASE)
#: A parameter that says its charset, as filename*=latin-1''M%FCller.jpg does.
_ENCODED = re.compile(rb"""(\*\d*\*?\s*=\s*"?)[^'";]*('[^'";]*')([^";]*)""")
_NAMELESS = re.compile(rb"""(?i);\s*filename\*?\d*\*?\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^;]*)""")
#: Bytes of a file's name that are left where it is too long; staff see MAX_NAME_LENGTH characters of it.
_NAME_BYTES = 4 * MAX_NAME_LENGTH
_CHUNK = 64 * 1024  # bytes; a part whose header does not end within so many is left to Django, which takes no such body


class _Handler(Protocol):
    """What the parser tells the upload handler beyond what Django's own would."""

    text_so_far: QueryDict

    def broke_off(self) -> None: ...


def take_chunked(request: HttpRequest, most: int) -> None:
    """Lets a body that declares no length be read to its end, up to `most` bytes: Django alone would see none of it.

    Only where the server in front says that it marks the end (gunicorn does); must come before request.POST is read.
    """
    chunked = request.META.get("HTTP_TRANSFER_ENCODING", "").strip().lower() == "chunked"
    if chunked and not request.META.get("CONTENT_LENGTH") and request.META.get("wsgi.input_terminated"):
        if request.content_type != "multipart/form-data":
            most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        request.META["CONTENT_LENGTH"] = str(most)
        request._stream = LimitedStream(request.META["wsgi.input"], most)


class Body:
    """A request body whose connection may break: that reads like its end, so what came before is kept."""

    def __init__(self, body: HttpRequest) -> None:
        self._body = body

    def read(self, *args: int) -> bytes:
        try:
            return self._body.read(*args)
        except OSError:
            return b""


class MendedHeaders:
    """A multipart body in which the header of each part is one that Django reads, whatever the file is called.

    Django skips a part without a word where its header is not UTF-8 (a name from an old system) or names a charset that
    is none, takes a file for text where its name is empty, and gives the body up where a header is longer than 1,024
    bytes (a very long name). It has no hook for any of these, so the bytes are mended on their way in. All others pass
    as they are; no more than two chunks of them are held.
    """

    def __init__(self, body: Body, boundary: bytes) -> None:
        self._body = body
        self._separator = b"--" + boundary
        self._mended = self._mend()

    def read(self, size: int = _CHUNK) -> bytes:
        """What there is next, b"" at the end; may be more or less than `size`, which Django's parser does not mind."""
        return next(self._mended, b"")

    def _mend(self) -> Iterator[bytes]:
        data, overlap = b"", len(self._separator) - 1
        while more := self._body.read(_CHUNK):
            data += more
            while (at := data.find(self._separator)) >= 0:
                at += len(self._separator)
                yield data[:at]
                header, data = self._header(data[at:])
                if header:
                    yield header
            if len(data) > overlap:
                yield data[:-overlap]
                data = data[-overlap:]
        if data:
            yield data

    def _header(self, data: bytes) -> tuple[bytes, bytes]:
        """The mended header of the part that begins with `data`, and what stands behind it."""
        while _END_OF_HEADER not in data and self._separator not in data and len(data) < _CHUNK:
            if not (more := self._body.read(_CHUNK)):
                break
            data += more
        header, end, rest = data.partition(_END_OF_HEADER)
        if not end or self._separator in header:
            return b"", data
        behind = b"\r\n" + self._separator
        while len(rest) < len(behind) and (more := self._body.read(_CHUNK)):
            rest += more
        is_empty = behind.startswith(rest[: len(behind)])  # as from a page on which no file was chosen
        return _mended(header, is_empty=is_empty) + end, rest


def _mended(header: bytes, *, is_empty: bool) -> bytes:
    header = b"\r\n".join(map(_as_utf8, header.split(b"\r\n")))
    if not _fits(header):
        header = _FILE_NAME.sub(lambda found: found[1] + _cut(found[2]), header)
    if _fits(header):  # what is longer nobody reads, and looking through it would cost the more
        lines = map(_readable, header.split(b"\r\n"))
        header = b"\r\n".join(lines if is_empty else map(_with_name, lines))
    return header


def _fits(header: bytes) -> bool:
    return len(header) + len(_END_OF_HEADER) <= MAX_TOTAL_HEADER_SIZE


def _as_utf8(line: bytes) -> bytes:
    try:
        line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1").encode()  # the likeliest, and there is no byte that it cannot read
    return line


def _readable(line: bytes) -> bytes:
    """A parameter in a charset that is none is read as UTF-8 or Latin-1, like a name that says nothing of it. One that
    comes in pieces and whole as well, at which Python's own reader fails, is left out."""
    try:
        parse_header_parameters(line.decode())
    except ValueError:
        return _ENCODED.sub(_in_known_charset, line)
    except TypeError:
        unnamed = _NAMELESS.sub(b"", line) + b'; filename="file"'
        return unnamed if _can_be_read(unnamed) else line.partition(b";")[0]
    return line


def _can_be_read(line: bytes) -> bool:
    try:
        parse_header_parameters(line.decode())
    except (ValueError, TypeError):
        return False
    return True


def _in_known_charset(found: re.Match[bytes]) -> bytes:
    try:
        unquote_to_bytes(found[3]).decode()
    except UnicodeDecodeError:
        return found[1] + b"latin-1" + found[2] + found[3]
    return found[1] + b"utf-8" + found[2] + found[3]


def _with_name(line: bytes) -> bytes:
    """A file that is called nothing is called "file"; a field of text stays one."""
    try:
        kind, parameters = parse_header_parameters(line.decode())
    except (ValueError, TypeError):
        return line
    is_file = kind.startswith("content-disposition") and parameters.get("name", "").strip() in Slot.values
    if not is_file or parameters.get("filename") != "":
        return line
    return _NAMELESS.sub(b"", line) + b'; filename="file"'


def _cut(name: bytes) -> bytes:
    """No half of a character, and no backslash that would take the closing quote for a part of the name."""
    return name[:_NAME_BYTES].decode(errors="ignore").encode().rstrip(b"\\") or b"file"


class Parser(MultiPartParser):
    """Django's parser, but no file may cost the text that came before it, and that text can be read before a file."""

    def __init__(self, handler: _Handler, meta: dict, body: Body, encoding: str | None) -> None:
        super().__init__(meta, body, [handler], encoding)
        self._handler = handler
        self._body = body
        self._input_data = MendedHeaders(body, self._boundary)

    @property
    def _post(self) -> QueryDict:
        return self._text

    @_post.setter
    def _post(self, value: QueryDict) -> None:
        self._text = self._handler.text_so_far = value

    def parse(self):
        try:
            return super().parse()
        except (MultiPartParserError, SuspiciousMultipartForm, TooManyFilesSent):
            # Malformed, or more files than there are slots: go on as if the body had ended here.
            self._handler.broke_off()
            exhaust(self._body)
            self._post._mutable = False
            return self._post, self._files

    def sanitize_file_name(self, file_name: str) -> str:
        """Django drops a file without a word when nothing usable is left of its name; here it gets another."""
        return super().sanitize_file_name(file_name) or "file"
