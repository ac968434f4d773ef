"""Move the site to PostgreSQL and a store of files: docs/operators.md, Moving over."""

import signal
import sys
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations.moving import move
from operations.moving.target import MoveError, Target


class Command(BaseCommand):
    help = "Move rows and files to the servers that a second file of settings names, and verify all of it."

    def add_arguments(self, parser: CommandParser) -> None:
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("settings_file", type=Path, nargs="?", help="like detox.env, with DATABASE_URL and S3_…")
        where.add_argument("--undo", action="store_true", help="after a move: serve from this machine's state again")

    def handle(self, *args: object, settings_file: Path, undo: bool, **options: object) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the site takes requests again at once
        started = time.monotonic()
        try:
            if undo:
                move.undo()
                self.stdout.write("This machine's own state is in use again. What went to the new servers is not here.")
                return
            moved = move.move(Target(settings_file), self.stdout.write)
        except OSError as error:
            where = f": {error.filename}" if error.filename else ""
            raise CommandError(f"{error.strerror}{where}. The site is as it was.") from error
        except MoveError as error:
            raise CommandError(f"{error} The site is as it was. Run the same command again.") from error
        if moved is None:
            self.stdout.write("This was moved already. Start the site with the new settings.")
            return
        self._table(moved)
        self.stdout.write(
            f"Moved in {(time.monotonic() - started) / 60:.1f} minutes, {moved.read_only_seconds:.0f} seconds of them "
            "read-only. Start the site with the new settings; with the old ones it stays read-only."
        )

    def _table(self, moved: move.Moved) -> None:
        lines = [(name, count, "rows, each the same there") for name, count in sorted(moved.tables.items())]
        for store in moved.stores:
            name = "pictures" if store.alias == "default" else "files that people sent"
            lines.append((name, len(store.verified), f"files, {store.bytes:,} bytes, each the same there"))
            lines += [(name, len(store.missing), "missing here before the move")] if store.missing else []
        for kind, (opened, closed) in moved.opened.items():
            lines.append((kind, opened, "opened there"))
            lines += [(kind, closed, "opened neither there nor here")] if closed else []
        lines = [line for line in lines if line[1]]
        width = max(len(name) for name, *_ in lines)
        for name, count, words in lines:
            self.stdout.write(f"  {name:{width}}  {count:>9,}  {words}")
