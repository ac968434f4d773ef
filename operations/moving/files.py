"""Copy files to another storage in parallel, and verify hashes by reading them back."""

import contextlib
import hashlib
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.core.files.storage import FileSystemStorage, Storage, storages

from operations.backups.backup import names_in
from operations.moving.target import MoveError, Target

PIECE_BYTES = 1024 * 1024
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

    def copy(self, names: list[str], report: Report = lambda line: None) -> None:
        """Copy all of `names`, except files that are there already and verified. Raises MoveError."""
        there = set(names_in(self.target.storage(self.alias)))
        with ThreadPoolExecutor(AT_ONCE) as threads:
            waiting = [threads.submit(self._bring, name, name in there) for name in names]
            try:
                for count, one in enumerate(waiting, 1):
                    one.result()
                    if count % max(1, len(names) // 10) == 0:
                        report(f"  {self.alias}: {count} of {len(names)}")
            except OSError as error:
                raise MoveError(f"A file could not be copied to the store: {error}") from error
            finally:
                for one in waiting:
                    one.cancel()

    def forget_all_but(self, names: list[str]) -> int:
        """Delete copies of files that were erased here since. Raises MoveError."""
        storage = self.target.storage(self.alias)
        old = sorted(set(names_in(storage)) - set(names))
        try:
            for name in old:
                storage.delete(name)
        except OSError as error:
            raise MoveError(f"A file that was erased here could not be deleted from the store: {error}") from error
        return len(old)

    def _bring(self, name: str, is_there: bool) -> None:
        here, there = _local(self.alias), self.target.storage(self.alias)
        try:
            stat = Path(here.path(name)).stat()
        except FileNotFoundError:
            self.missing.add(name)
            return
        if self.verified.get(name) == (stat.st_size, stat.st_mtime_ns):
            return
        wanted = _sha256(here, name)
        if not (is_there and _sha256(there, name) == wanted):
            with here.open(name, "rb") as old, _writing(there, name) as new:
                shutil.copyfileobj(old, new, PIECE_BYTES)
            if _sha256(there, name) != wanted:
                raise MoveError(f"The store did not return a file of {self.alias} as it was sent.")
        self.verified[name] = stat.st_size, stat.st_mtime_ns


def names_here(alias: str) -> list[str]:
    return list(names_in(_local(alias)))


def _local(alias: str) -> FileSystemStorage:
    storage = storages[alias]
    if not isinstance(storage, FileSystemStorage):
        raise MoveError("This site keeps its files in a store already.")
    return storage


@contextlib.contextmanager
def _writing(storage: Storage, name: str) -> Iterator[IO[bytes]]:
    """A file that exists, whole, at the end of the block; not if it raises."""
    file: Any = storage.open(name, "wb")  # storage.s3.S3Writer
    try:
        yield file
    except BaseException:
        file.abort()
        raise
    file.close()


def _sha256(storage: Storage, name: str) -> bytes:
    digest = hashlib.sha256()
    with storage.open(name, "rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    return digest.digest()
