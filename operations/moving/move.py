"""Move the site from SQLite and files to PostgreSQL and an S3-compatible store.

Files are copied first, while the site serves. Then it becomes read-only: files that changed since are copied, then all
rows in one transaction, and everything is compared. If the move is killed, the site takes requests again, and the next
run keeps the copied files. Once all is verified, this machine stays read-only, and the site may start there.
"""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection

from callbacks.models import Attachment
from operations.moving import files, rows, sealed
from operations.moving.files import Files, Report
from operations.moving.target import ALIAS, MoveError, Target
from storage import read_only

#: To wait for the last write transaction.
LOCK_SECONDS = 60


@dataclass
class Moved:
    """What was moved and verified."""

    tables: dict[str, rows.Sum] = field(default_factory=dict)
    stores: list[Files] = field(default_factory=list)
    #: By kind: how many were opened, and how many cannot be opened here either.
    opened: dict[str, tuple[int, int]] = field(default_factory=dict)
    read_only_seconds: float = 0


def move(target: Target, report: Report) -> Moved | None:
    """Return None if it was moved already. Raises MoveError; then this machine serves as before."""
    if connection.vendor != "sqlite":
        raise MoveError("This site keeps its rows on a database server already.")
    try:
        with read_only.moving(), target.connected():
            if read_only.is_moved() and not target.is_unfinished():
                return None
            target.claim()
            return _move(target, report)
    except TimeoutError:
        raise MoveError("Another move is running.") from None


def undo() -> None:
    """Serve from this machine's own state again. Raises MoveError while a move runs."""
    try:
        with read_only.moving():
            read_only.end(moved=False)
    except TimeoutError:
        raise MoveError("A move is running.") from None


def _move(target: Target, report: Report) -> Moved:
    moved = Moved(stores=[Files("attachments", target), Files("default", target)])
    report("Preparing the new database; the site serves.")
    target.manage("migrate", "--no-input", "--verbosity", "0")
    report("Copying files; the site serves.")
    for store in moved.stores:
        store.copy(_names(store.alias), report)
    begin = time.monotonic()
    is_done = False
    with _read_only():
        try:
            report("The site is read-only. Copying rows, and what changed since.")
            for store in moved.stores:
                names = _names(store.alias)
                store.copy(names)
                store.forget_all_but(names)
            moved.tables = rows.copy_all()
            report("Comparing, and opening what is sealed.")
            if wrong := rows.compare(moved.tables):
                raise MoveError(f"These tables did not arrive as they were: {', '.join(wrong)}.")
            moved.opened = _open_all(target)
            target.manage("rebuild_search")
            read_only.end(moved=True)  # before the site may start there: never serve in both places
            target.release()
            is_done = True
        finally:
            if not is_done:
                read_only.end(moved=False)
            moved.read_only_seconds = time.monotonic() - begin
    return moved


def _names(alias: str) -> list[str]:
    if alias == "attachments":
        return list(Attachment.objects.exclude(object_name="").values_list("object_name", flat=True))
    return files.names_here(alias)


def _open_all(target: Target) -> dict[str, tuple[int, int]]:
    """Open everything with the keys of the target. Raises MoveError if less can be opened than here."""
    here = sealed.open_all(connection.alias)
    settings.VAULT_KEYS = target.settings["VAULT_KEYS"]
    there = sealed.open_all(ALIAS)
    if worse := [kind for kind in there if there[kind] != here[kind]]:
        raise MoveError(f"With the keys that go with the new settings these do not open: {', '.join(worse)}.")
    return there


@contextlib.contextmanager
def _read_only() -> Iterator[None]:
    """Hold SQLite's write lock, so that nothing can change here; it ends with this process."""
    with contextlib.closing(sqlite3.connect(Path(connection.settings_dict["NAME"]), timeout=LOCK_SECONDS)) as database:
        database.isolation_level = None
        read_only.begin()
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            read_only.end(moved=False)
            raise MoveError("Something has been writing for a minute: a long job, perhaps. Try again.") from None
        yield
