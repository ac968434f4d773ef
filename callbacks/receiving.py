"""Reads a posted form and encrypts its files on the way: no byte of them is written in the clear.

Plain bytes are in memory only, at most a few chunks of them at a time, and go to the malware scanner if there is one.
"""

import logging
from typing import ClassVar

from django.core.exceptions import RequestDataTooBig, SuspiciousMultipartForm, SuspiciousOperation, TooManyFilesSent
from django.core.files import File
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParser, MultiPartParserError, exhaust

from callbacks import objects
from callbacks.clamd import Scan, Verdict
from callbacks.streams import EncryptingWriter
from callbacks.uploads import (
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

log = logging.getLogger(__name__)


class UnreadableForm(Exception):
    """Nothing of what was posted could be read. `too_long`: because its text is beyond all measure."""

    def __init__(self, *, too_long: bool) -> None:
        super().__init__()
        self.too_long = too_long


def receive(request: HttpRequest, slots: tuple[Slot, ...] = tuple(Slot)) -> "VaultUploadHandler":
    """Reads the body: the text is in request.POST then, and what became of each file in the handler returned.

    Files for other fields than `slots` are read and dropped. Must come before anything else touches request.POST.
    Raises UnreadableForm where there is no text to go on with; nothing is kept then.
    """
    handler = VaultUploadHandler(request, slots)
    request.upload_handlers = [handler]
    try:
        request.POST  # noqa: B018 - reading it is what parses the body
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError) as error:
        handler.discard()
        raise UnreadableForm(too_long=isinstance(error, RequestDataTooBig)) from error
    return handler


def discard(received: dict[Slot, Received]) -> None:
    """Deletes the objects of files that will not be kept."""
    for file in received.values():
        if file.object_name:
            objects.discard(file.object_name)


class _Refused(Exception):
    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal


class _Incoming:
    """One file on its way from the network to the storage. No object is made before its kind is known."""

    def __init__(self, slot: Slot, file_name: str) -> None:
        self.slot = slot
        self.file_name = clean_name(file_name)
        self._object_name = objects.new_name()
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
        objects.close_durably(self._file)
        held = verdict is Verdict.NOT_SCANNED
        return Received(self.slot, self.file_name, self._object_name, self._kind, self._size, held=held)

    def discard(self) -> None:
        """Leaves nothing behind."""
        if self._scan:
            self._scan.close()
        if self._file:
            try:
                self._file.close()
            except Exception:  # a full disk fails once more when its buffer is written out
                log.info("An attachment object that is discarded could not be closed.")
            objects.discard(self._object_name)

    def _begin(self) -> None:
        self._kind = recognise(self._head[:SNIFF_BYTES])
        if self._kind is None:
            raise _Refused(Refusal.WRONG_KIND)
        self._file = objects.create(self._object_name)
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

    def __init__(self, request=None, slots: tuple[Slot, ...] = tuple(Slot)) -> None:
        super().__init__(request)
        self.slots = slots
        self.received: dict[Slot, Received] = {}
        self.file_began = False
        self._incoming: _Incoming | None = None

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):  # noqa: N803
        if isinstance(input_data, _Body):
            return None
        return _Parser(self, META, _Body(input_data), encoding).parse()

    def new_file(self, field_name, file_name, *args, **kwargs) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        self.file_began = True
        wanted = field_name in self.slots and field_name not in self.received
        if wanted:
            self._incoming = _Incoming(Slot(field_name), file_name)
        if int(self.request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
            self._refuse(Refusal.TOO_LARGE)
            raise StopUpload(connection_reset=True)
        if not wanted:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            self._incoming.write(raw_data)
        except Exception as error:
            self._refuse(_reason(error))
            raise SkipFile from None

    def file_complete(self, file_size: int) -> None:
        try:
            self.received[self._incoming.slot] = self._incoming.finish()
            self._incoming = None
        except Exception as error:
            self._refuse(_reason(error))

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

    def discard(self) -> None:
        """Drops everything that came, for a form that cannot be used."""
        self._refuse(Refusal.INTERRUPTED)
        discard(self.received)

    def _refuse(self, refusal: Refusal) -> None:
        if self._incoming:
            incoming, self._incoming = self._incoming, None
            incoming.discard()
            self.received[incoming.slot] = Received(incoming.slot, incoming.file_name, refusal=refusal)


def _reason(error: Exception) -> Refusal:
    """A full disk, a store that is away, a missing key: whatever it is, it must not cost the request."""
    if isinstance(error, _Refused):
        return error.refusal
    log.error("An attachment could not be stored.", exc_info=error)
    return Refusal.NOT_STORED


class _Body:
    """A request body whose connection may break: that reads like its end, so what came before is kept."""

    def __init__(self, body: HttpRequest) -> None:
        self._body = body

    def read(self, *args: int) -> bytes:
        try:
            return self._body.read(*args)
        except OSError:
            return b""


class _Parser(MultiPartParser):
    """Django's parser, but no file may cost the text that came before it."""

    def __init__(self, handler: VaultUploadHandler, meta: dict, body: _Body, encoding: str | None) -> None:
        super().__init__(meta, body, [handler], encoding)
        self._handler = handler

    def parse(self):
        try:
            return super().parse()
        except (MultiPartParserError, SuspiciousMultipartForm, TooManyFilesSent):
            # Malformed, or more files than there are slots: go on as if the body had ended here.
            self._handler.broke_off()
            exhaust(self._input_data)
            self._post._mutable = False
            return self._post, self._files

    def sanitize_file_name(self, file_name: str) -> str:
        """Django drops a file without a word when nothing usable is left of its name; here it gets another."""
        return super().sanitize_file_name(file_name) or "file"
