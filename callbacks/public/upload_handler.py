"""Read a posted form; no problem with a file loses its text. Files are in the clear only in memory, in chunks."""

import contextlib
import html
import itertools
import logging
import re
from collections.abc import Callable, Iterator
from functools import partial

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler
from django.core.handlers.wsgi import LimitedStream
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDict
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from callbacks.files.incoming import FileRefused, IncomingFile
from callbacks.values.upload_rules import MAX_BODY_BYTES, Received, Refusal, Slot
from vault import sealed_files

log = logging.getLogger(__name__)

CHUNK_BYTES = 64 * 1024
_MAX_HEADER_BYTES = 32 * 1024  # of one line, as file names may be long
_MAX_HEADERS = 100  # of one part

#: Called once with the text before the first file; may return why files are refused.
OnTextComplete = Callable[[QueryDict], Refusal | None]


class UnreadableForm(Exception):
    """The body has no usable text. `too_long`: its text is far too long."""

    def __init__(self, *, too_long: bool) -> None:
        super().__init__()
        self.too_long = too_long


def receive(
    request: HttpRequest, slots: tuple[Slot, ...] = tuple(Slot), on_text_complete: OnTextComplete | None = None
) -> "UploadHandler":
    """Read the body: text into request.POST, the result for each file into the returned handler.

    Files for fields other than `slots` are read and dropped. Call it before anything else reads request.POST. Raises
    UnreadableForm if there is no usable text; nothing is stored then.
    """
    _accept_chunked(request)
    handler = UploadHandler(request, slots, on_text_complete)
    request.upload_handlers = [handler]
    try:
        handler.note_files_sent_as_text(request.POST)  # reading it parses the body
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError) as error:
        handler.discard()
        raise UnreadableForm(too_long=isinstance(error, RequestDataTooBig)) from error
    except BaseException:  # stopping or out of memory: leave no partial file
        handler.discard()
        raise
    return handler


def discard(received: dict[Slot, Received]) -> None:
    """Delete the stored files."""
    for file in received.values():
        if file.object_name:
            sealed_files.discard(file.object_name)


def _accept_chunked(request: HttpRequest) -> None:
    """Let Django read a body without a declared length, which it would take for empty.

    Only if the server marks the end of the body, as gunicorn does.
    """
    chunked = request.META.get("HTTP_TRANSFER_ENCODING", "").strip().lower() == "chunked"
    if chunked and not request.META.get("CONTENT_LENGTH") and request.META.get("wsgi.input_terminated"):
        is_multipart = request.content_type == "multipart/form-data"
        limit = MAX_BODY_BYTES if is_multipart else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        request.META["CONTENT_LENGTH"] = str(limit)
        request._stream = LimitedStream(request.META["wsgi.input"], limit)  # type: ignore[assignment]  # as Django does


class UploadHandler(FileUploadHandler):
    """Parses the body instead of Django, whose parser drops files with odd names, and possibly text with them."""

    def __init__(
        self, request: HttpRequest, slots: tuple[Slot, ...], on_text_complete: OnTextComplete | None = None
    ) -> None:
        super().__init__(request)
        self.received: dict[Slot, Received] = {}
        self.file_began = False
        self._slots = slots
        self._on_text_complete = on_text_complete
        self._refuse_all: Refusal | None = None
        self._incoming: IncomingFile | None = None
        self._text = QueryDict(mutable=True)
        self._text_bytes = 0
        self._body_ended = False
        self._is_too_large = False

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        """Read the whole body: text into a QueryDict, which becomes request.POST, and files into `received`."""
        self._is_too_large = content_length > MAX_BODY_BYTES

        def read(size: int) -> bytes:
            data = b""
            with contextlib.suppress(OSError):  # the connection broke: keep what has arrived
                data = input_data.read(size)
            self._body_ended = not data
            return data

        parser = PushMultipartParser(
            boundary,
            max_header_size=_MAX_HEADER_BYTES,
            max_header_count=_MAX_HEADERS,
            max_segment_count=settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
            header_charset="latin-1",
        )
        events = parser.parse_blocking(read, CHUNK_BYTES)
        try:
            for part in events:
                chunks = iter(partial(next, events), None)
                name, file_name = _names(part)
                if file_name or (file_name is not None and name in {"", *Slot.values}):
                    self._take_file(part, name, file_name, chunks)
                    if self.file_began and self._is_too_large:
                        return self._text, MultiValueDict()  # leaves the rest unread
                else:
                    self._take_text(name, chunks)
        except MultipartError:
            if self._body_ended:
                self._refuse(Refusal.INTERRUPTED)
            else:
                self._break_off()
        while not self._body_ended:  # browsers show no response before they have sent everything
            read(CHUNK_BYTES)
        return self._text, MultiValueDict()

    def _take_text(self, name: str, chunks: Iterator[bytes]) -> None:
        value = bytearray()
        self._text_bytes += len(name)
        try:
            for chunk in chunks:
                value += chunk
                self._text_bytes += len(chunk)
                if self._text_bytes > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                    raise RequestDataTooBig("The text of the form is too long.")
        finally:  # keep typed text even if the connection broke
            self._text.appendlist(name, value.decode(errors="replace"))

    def _take_file(self, part: MultipartSegment, name: str, file_name: str, chunks: Iterator[bytes]) -> None:
        if not file_name:  # no file was chosen, unless it has content
            if not (first := next(chunks, b"")):
                return
            chunks = itertools.chain([first], chunks)
        if not self.file_began and self._on_text_complete:
            self._refuse_all = self._on_text_complete(self._text)
        self.file_began = True
        if name in self._slots and name not in self.received:
            self._incoming = IncomingFile(Slot(name), _last_of_path(file_name))
        if self._is_too_large:
            self._refuse(Refusal.TOO_LARGE)
            return
        if self._refuse_all:
            self._refuse(self._refuse_all)
        if part.header("Content-Transfer-Encoding", "").lower() == "base64":  # deprecated by RFC 7578
            self._refuse(Refusal.WRONG_KIND)
        for chunk in chunks:
            if self._incoming:
                self._attempt(self._incoming.write, chunk)
        if self._incoming and (received := self._attempt(self._incoming.finish)):
            self.received[received.slot] = received
            self._incoming = None

    def _attempt(self, step: Callable, *arguments: bytes) -> Received | None:
        """Run a step; if it fails (full disk, store down, missing key), refuse the file, not the request."""
        try:
            return step(*arguments)
        except FileRefused as error:
            self._refuse(error.refusal, error.found)
        except Exception:
            log.exception("An attachment could not be stored.")
            self._refuse(Refusal.NOT_STORED)
        return None

    def _break_off(self) -> None:
        """Abandon the rest of a malformed body, and mark the next slot as interrupted."""
        self.file_began = True
        slot = next((slot for slot in self._slots if slot not in self.received), None)
        if self._incoming is None and slot:
            self._incoming = IncomingFile(slot, "file")
        self._refuse(Refusal.INTERRUPTED)

    def note_files_sent_as_text(self, text: QueryDict) -> None:
        """Refuse a file that was sent as a text field, as its bytes are corrupted."""
        for slot in self._slots:
            if text.get(slot) and slot not in self.received:
                self.received[slot] = Received(slot, "file", refusal=Refusal.WRONG_KIND)

    def discard(self) -> None:
        self._refuse(Refusal.INTERRUPTED)
        discard(self.received)

    def _refuse(self, refusal: Refusal, found: str = "") -> None:
        if self._incoming:
            incoming, self._incoming = self._incoming, None
            incoming.discard()
            self.received[incoming.slot] = Received(incoming.slot, incoming.file_name, refusal=refusal, found=found)


def _names(part: MultipartSegment) -> tuple[str, str | None]:
    """Return a part's field name and file name, None for text; empty if written as RFC 7578 bars."""
    # The parser finds no name if it is empty, encoded (`filename*=`), or with a tab before its "=".
    is_file = part.filename is not None or re.search(r"filename[*\d]*\s*=", part["Content-Disposition"], re.IGNORECASE)
    return _as_utf8(part.name or ""), _as_utf8(part.filename or "") if is_file else None


def _as_utf8(text: str) -> str:
    """Decode UTF-8 from a header that was decoded as Latin-1."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def _last_of_path(file_name: str) -> str:
    name = html.unescape(file_name).replace("\\", "/").rpartition("/")[2]
    return "" if name in {".", ".."} else name
