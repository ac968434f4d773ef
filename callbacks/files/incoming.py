"""Check, scan and encrypt one file while it arrives, without writing any of it in the clear."""

import contextlib
import logging

from django.core.files import File

from callbacks.files import inspection
from callbacks.files.clamd import Scan, Verdict
from callbacks.values import unsupported_kinds, upload_rules
from callbacks.values.marks import Mark
from callbacks.values.upload_rules import MAX_UPLOAD_BYTES, SNIFF_BYTES, Kind, Received, Refusal, Slot
from vault import sealed_files
from vault.streams import EncryptingWriter

log = logging.getLogger(__name__)


class FileRefused(Exception):
    """The file is not accepted. `found` is its detected kind, if that is the reason."""

    def __init__(self, refusal: Refusal, found: str = "") -> None:
        super().__init__(refusal)
        self.refusal, self.found = refusal, found


class IncomingFile:
    """One file in transit to the storage. Nothing is stored before its kind is known."""

    _kind: Kind
    _file: File
    _writer: EncryptingWriter
    _scan: Scan

    def __init__(self, slot: Slot, file_name: str) -> None:
        self.slot = slot
        self.file_name = upload_rules.clean_name(file_name)
        self._object_name = sealed_files.new_name()
        self._head = b""
        self._size = 0
        self._has_begun = False
        self._undo = contextlib.ExitStack()

    def write(self, data: bytes) -> None:
        """Take the next piece. Raises FileRefused, or what the storage raises."""
        self._size += len(data)
        if self._size > MAX_UPLOAD_BYTES:
            raise FileRefused(Refusal.TOO_LARGE)
        if self._has_begun:
            self._pass_on(data)
            return
        self._head += data
        if len(self._head) >= SNIFF_BYTES:
            self._begin()

    def finish(self) -> Received:
        """Return once the file is durable. Raises FileRefused, or what the storage raises."""
        if not self._size:
            raise FileRefused(Refusal.EMPTY)
        if not self._has_begun:
            self._begin()
        self._writer.finish()
        verdict = self._scan.finish()
        if verdict is Verdict.INFECTED:
            raise FileRefused(Refusal.INFECTED)
        sealed_files.close_durably(self._file)
        held = verdict is Verdict.NOT_SCANNED  # inspect it after the scan
        found = Mark.UNCHECKED if held else inspection.inspect_now(self._object_name, self._kind)
        return Received(self.slot, self.file_name, self._object_name, self._kind, self._size, held=held, found=found)

    def discard(self) -> None:
        self._undo.close()

    def _begin(self) -> None:
        head, self._head = self._head, b""
        kind = upload_rules.recognize(head[:SNIFF_BYTES])
        if kind is None:
            raise FileRefused(Refusal.WRONG_KIND, unsupported_kinds.recognize(head[:SNIFF_BYTES]))
        self._kind = kind
        self._file = sealed_files.create(self._object_name)
        self._undo.callback(_delete, self._file, self._object_name)
        self._writer = EncryptingWriter(self._file, self._object_name)
        self._scan = self._undo.enter_context(contextlib.closing(Scan()))
        self._has_begun = True
        self._pass_on(head)

    def _pass_on(self, data: bytes) -> None:
        self._writer.write(data)
        self._scan.write(data)


def _delete(file: File, object_name: str) -> None:
    try:
        file.close()
    except Exception:  # on a full disk, flushing fails again
        log.info("A discarded attachment could not be closed.")
    sealed_files.discard(object_name)
