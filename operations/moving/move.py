"""Move the site from SQLite and files to PostgreSQL and an S3-compatible store.

Files are copied first, while the site serves. Then it becomes read-only: files that changed since are copied, then all
rows in one transaction, and everything is compared. If the move is killed, the site takes requests again, and the next
run keeps the copied files. Once all is verified, this machine stays read-only, and the site may start there.
"""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection

from accounts import secrets
from callbacks.models import Attachment, CallbackRequest, Disclosure, Note
from editorial.models import PageReport
from operations import keys
from operations.moving import rows
from operations.moving.files import Files, Report
from operations.moving.target import ALIAS, MoveError, Target
from storage import read_only

#: To wait for the last write transaction.
LOCK_SECONDS = 60


@dataclass
class Moved:
    """What was moved and verified."""

    #: Number of rows.
    tables: dict[str, int] = field(default_factory=dict)
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
                if target.is_empty():
                    raise MoveError("This site was moved already, but not there. Run `manage.py move --undo` first.")
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
        store.copy(report)
    started = time.monotonic()
    with _read_only():
        report("The site is read-only. Copying rows, and what changed since.")
        for store in moved.stores:
            store.copy()
        rows.copy_all()
        report("Comparing, and opening what is sealed.")
        moved.tables = rows.compare()
        moved.opened = _open_all(target)
        target.manage("rebuild_search")
        read_only.end(moved=True)  # before the site may start there: never serve in both places
        target.release()
    moved.read_only_seconds = time.monotonic() - started
    return moved


def _open_all(target: Target) -> dict[str, tuple[int, int]]:
    """Open everything with the keys of the target. Raises MoveError if less can be opened than here."""
    here = _opened(connection.alias)
    settings.VAULT_KEYS = target.settings["VAULT_KEYS"]
    there = _opened(ALIAS)
    if worse := [kind for kind in there if there[kind] != here[kind]]:
        raise MoveError(f"With the keys that go with the new settings these do not open: {', '.join(worse)}.")
    return there


def _opened(alias: str) -> dict[str, tuple[int, int]]:
    """Return, by kind of what is sealed in a database, how many were opened and how many could not be."""
    requests = CallbackRequest.objects.using(alias).exclude(state=CallbackRequest.State.WITHDRAWN)
    notes = Note.objects.using(alias).select_related("request")
    disclosures = Disclosure.objects.using(alias).select_related("request")
    files = Attachment.objects.using(alias).exclude(object_name="").select_related("request")
    kinds: dict[str, Iterator[Callable[[], object]]] = {
        "requests": (row.open_details for row in requests.iterator()),
        "notes": (row.open_text for row in notes.iterator()),
        "disclosures": (row.open_text for row in disclosures.iterator()),
        "file names": (row.open_name for row in files.iterator()),
        "second factors": (partial(secrets.open_all, row) for row in Authenticator.objects.using(alias)),
        "page reports": (row.words for row in PageReport.objects.using(alias).iterator()),
    }
    results = {kind: [keys.opens(open_it) for open_it in openers] for kind, openers in kinds.items()}
    return {kind: (opened.count(True), opened.count(False)) for kind, opened in results.items()}


@contextlib.contextmanager
def _read_only() -> Iterator[None]:
    """Hold SQLite's write lock, so that nothing can change here; it ends with this process, or with an error."""
    with contextlib.closing(sqlite3.connect(Path(connection.settings_dict["NAME"]), timeout=LOCK_SECONDS)) as database:
        database.isolation_level = None
        read_only.begin()
        try:
            database.execute("BEGIN IMMEDIATE")
            yield
        except BaseException as error:
            read_only.end(moved=False)
            if isinstance(error, sqlite3.OperationalError):
                raise MoveError("Something has been writing for a minute: a long job, perhaps. Try again.") from None
            raise
