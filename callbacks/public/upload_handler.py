"""Reads a posted form and encrypts its files on the way: no byte of them is written in the clear.

Plain bytes are in memory only, at most a few chunks of them at a time, and go to the malware scanner if there is one.
"""

import logging
from collections.abc import Callable
from typing import ClassVar

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files import File
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from callbacks.files import inspection
from callbacks.files.clamd import Scan, Verdict
from callbacks.public.multipart import Body, MendedHeaders, Parser, take_chunked
from callbacks.values import foreign
from callbacks.values.marks import Mark
from callbacks.values.upload_rules import (
    MAX_BODY_BYTES,
    MAX_UPLOAD_BYTES,
    SNIFF_BYTES,
    Kind,
    Received,
    Refusal,
    Slot,
    clean_name,
    recognise,
)
from vault import sealed_files
from vault.streams import EncryptingWriter

log = logging.getLogger(__name__)


class UnreadableForm(Exception):
    """Nothing of what was posted could be read. `too_long`: because its text is beyond all measure."""

    def __init__(self, *, too_long: bool) -> None:
        super().__init__()
        self.too_long = too_long


#: Called once with the text that stands before the first file; may say why no file is to be taken.
BeforeFiles = Callable[[QueryDict], Refusal | None]


def receive(
    request: HttpRequest, slots: tuple[Slot, ...] = tuple(Slot), before_files: BeforeFiles | None = None
) -> "VaultUploadHandler":
    """Reads the body: the text is in request.POST then, and what became of each file in the handler returned.

    Files for other fields than `slots` are read and dropped. Must come before anything else touches request.POST.
    Raises UnreadableForm where there is no text to go on with; nothing is kept then.
    """
    take_chunked(request, MAX_BODY_BYTES)
    handler = VaultUploadHandler(request, slots, before_files)
    request.upload_handlers = [handler]
    try:
        handler.note_text(request.POST)  # reading it is what parses the body
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError) as error:
        handler.discard()
        raise UnreadableForm(too_long=isinstance(error, RequestDataTooBig)) from error
    except BaseException:  # a process told to stop, or out of memory: no half of a file stays
        handler.discard()
        raise
    return handler


def discard(received: dict[Slot, Received]) -> None:
    """Deletes the objects of files that will not be kept."""
    for file in received.values():
        if file.object_name:
            sealed_files.discard(file.object_name)


class _Refused(Exception):
    def __init__(self, refusal: Refusal, found: str = "") -> None:
        self.refusal = refusal
        self.found = found


class _Incoming:
    """One file on its way from the network to the storage. No object is made before its kind is known."""

    def __init__(self, slot: Slot, file_name: str) -> None:
        self.slot = slot
        self.file_name = clean_name(file_name)
        self._object_name = sealed_files.new_name()
        self._head = b""
        self._kind: Kind | None = None
        self._size = 0
        self._file: File | None = None
        self._writer: EncryptingWriter | None = None
        self._scan: Scan | None = None

    def write(self, data: bytes) -> None:
        """Raises _Refused, or whatever the storage raises."""
        self._size += len(data)
        if self._size > MAX_UPLOAD_BYTES:
            raise _Refused(Refusal.TOO_LARGE)
        if self._writer:
            self._pass_on(data)
            return
        self._head += data
        if len(self._head) >= SNIFF_BYTES:
            self._begin()

    def finish(self) -> Received:
        """Returns once the object is durable. Raises _Refused, or whatever the storage raises."""
        if not self._size:
            raise _Refused(Refusal.EMPTY)
        if not self._writer:
            self._begin()
        self._writer.finish()
        verdict = self._scan.finish()
        if verdict is Verdict.INFECTED:
            raise _Refused(Refusal.INFECTED)
        sealed_files.close_durably(self._file)
        held = verdict is Verdict.NOT_SCANNED  # it is looked into once it was scanned
        found = Mark.UNCHECKED if held else inspection.look_now(self._object_name, self._kind)
        return Received(self.slot, self.file_name, self._object_name, self._kind, self._size, held=held, found=found)

    def discard(self) -> None:
        """Leaves nothing behind."""
        if self._scan:
            self._scan.close()
        if self._file:
            try:
                sealed_files.abandon(self._file)
            except Exception:  # a full disk fails once more when its buffer is written out
                log.info("An attachment object that is discarded could not be closed.")
            sealed_files.discard(self._object_name)

    def _begin(self) -> None:
        self._kind = recognise(self._head[:SNIFF_BYTES])
        if self._kind is None:
            raise _Refused(Refusal.WRONG_KIND, foreign.recognise(self._head[:SNIFF_BYTES]))
        self._file = sealed_files.create(self._object_name)
        self._writer = EncryptingWriter(self._file, self._object_name)
        self._scan = Scan()
        self._pass_on(self._head)
        self._head = b""

    def _pass_on(self, data: bytes) -> None:
        self._writer.write(data)
        self._scan.write(data)


class VaultUploadHandler(FileUploadHandler):
    """Counts, recognises and encrypts files as they pass; `received` then says what became of each.

    request.FILES stays empty. A refused file is read to its end and dropped, so that the fields behind it still
    arrive and the browser, which is still sending, sees the page and not a broken connection.
    """

    chunk_size: ClassVar = 64 * 1024

    def __init__(
        self, request=None, slots: tuple[Slot, ...] = tuple(Slot), before_files: BeforeFiles | None = None
    ) -> None:
        super().__init__(request)
        self.slots = slots
        self.text_so_far = QueryDict()
        self._before_files = before_files
        self._no_files: Refusal | None = None
        self.received: dict[Slot, Received] = {}
        self.file_began = False
        self._incoming: _Incoming | None = None

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):  # noqa: N803
        if isinstance(input_data, MendedHeaders):
            return None
        return Parser(self, META, Body(input_data), encoding).parse()

    def new_file(self, field_name, file_name, *args, **kwargs) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        if not self.file_began and self._before_files:
            self._no_files = self._before_files(self.text_so_far)
        self.file_began = True
        wanted = field_name in self.slots and field_name not in self.received
        if wanted:
            self._incoming = _Incoming(Slot(field_name), file_name)
        if int(self.request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
            self._refuse(Refusal.TOO_LARGE)
            raise StopUpload(connection_reset=True)
        if self._no_files:
            self._refuse(self._no_files)
        if not wanted or self._no_files:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            self._incoming.write(raw_data)
        except Exception as error:
            self._refuse(*_reason(error))
            raise SkipFile from None

    def file_complete(self, file_size: int) -> None:
        try:
            self.received[self._incoming.slot] = self._incoming.finish()
            self._incoming = None
        except Exception as error:
            self._refuse(*_reason(error))

    def upload_interrupted(self) -> None:
        # Django calls this after a skipped file too; then nothing is on its way.
        self._refuse(Refusal.INTERRUPTED)

    def broke_off(self) -> None:
        """The rest of the body cannot be read: a file is in the way. Says so in the slot that was its turn."""
        self.file_began = True
        slot = next((slot for slot in self.slots if slot not in self.received), None)
        if self._incoming is None and slot:
            self._incoming = _Incoming(slot, "file")
        self._refuse(Refusal.INTERRUPTED)

    def note_text(self, text: QueryDict) -> None:
        """A file that came as text is none that can be opened: says so, instead of leaving it out."""
        for slot in self.slots:
            if text.get(slot) and slot not in self.received:
                self.received[slot] = Received(slot, "file", refusal=Refusal.WRONG_KIND)

    def discard(self) -> None:
        """Drops everything that came, for a form that cannot be used."""
        self._refuse(Refusal.INTERRUPTED)
        discard(self.received)

    def _refuse(self, refusal: Refusal, found: str = "") -> None:
        if self._incoming:
            incoming, self._incoming = self._incoming, None
            incoming.discard()
            self.received[incoming.slot] = Received(incoming.slot, incoming.file_name, refusal=refusal, found=found)


def _reason(error: Exception) -> tuple[Refusal, str]:
    """A full disk, a store that is away, a missing key: whatever it is, it must not cost the request."""
    if isinstance(error, _Refused):
        return error.refusal, error.found
    log.error("An attachment could not be stored.", exc_info=error)
    return Refusal.NOT_STORED, ""
