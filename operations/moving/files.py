"""Copy files to another storage in parallel, and verify hashes by reading them back."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from django.core.files.storage import FileSystemStorage, Storage, storages

from callbacks.models import Attachment
from operations.backups.backup import PIECE_BYTES, names_in
from operations.moving.target import MoveError, Target

#: Files at a time, as latency costs more than bandwidth.
AT_ONCE = 8
Report = Callable[[str], object]


@dataclass
class Files:
    """The files of one storage. What was verified is not read again unless it changed."""

    alias: str
    target: Target
    #: Size and modification time here, by name, of files that are there.
    verified: dict[str, tuple[int, int]] = field(default_factory=dict)
    #: In a row, and already lost here before the move.
    missing: set[str] = field(default_factory=set)

    @property
    def bytes(self) -> int:
        return sum(size for size, _ in self.verified.values())

    def copy(self, report: Report = lambda line: None) -> None:
        """Copy all files that are not there already, and delete copies of files erased here since. Raises MoveError."""
        here, there = storages[self.alias], self.target.storage(self.alias)
        if not isinstance(here, FileSystemStorage):
            raise MoveError("This site keeps its files in a store already.")
        names = list(Attachment.objects.object_names() if self.alias == "attachments" else names_in(here))
        try:
            present = set(names_in(there))
            for name in present.difference(names):
                there.delete(name)
                self.verified.pop(name, None)
            with ThreadPoolExecutor(AT_ONCE) as threads:
                for count, _ in enumerate(threads.map(partial(self._bring, here, there, present), names), 1):
                    if count % max(1, len(names) // 10) == 0:
                        report(f"  {self.alias}: {count} of {len(names)}")
        except OSError as error:
            raise MoveError(f"A file could not be copied to the store, or deleted there: {error}") from error

    def _bring(self, here: FileSystemStorage, there: Storage, present: set[str], name: str) -> None:
        try:
            stat = Path(here.path(name)).stat()
        except FileNotFoundError:
            self.missing.add(name)
            return
        if self.verified.get(name) == (stat.st_size, stat.st_mtime_ns):
            return
        wanted = _sha256(here, name)
        if not (name in present and _sha256(there, name) == wanted):
            with here.open(name, "rb") as file:
                there.save(name, file)
            if _sha256(there, name) != wanted:
                raise MoveError(f"The store did not return a file of {self.alias} as it was sent.")
        self.verified[name] = stat.st_size, stat.st_mtime_ns


def _sha256(storage: Storage, name: str) -> bytes:
    digest = hashlib.sha256()
    with storage.open(name, "rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    return digest.digest()
