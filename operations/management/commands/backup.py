from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser

from operations.backups import backup, manifest
from storage import reachable


class Command(BaseCommand):
    help = "Copy database, attachments and pictures to BACKUP_DIR while serving, verify the copy, delete old ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--verify", metavar="FOLDER", help="make none; read this one and say whether it is whole")

    def handle(self, *args: object, verify: str | None, **options: object) -> None:
        if verify is not None:  # an empty one is a mistake, not a wish for a backup
            manifest.verify(Path(verify))
            self.stdout.write(f"{verify} is whole.")
            return
        reachable.require_database()
        self.stdout.write(backup.run(lock_timeout=0))
        self.stdout.write("It holds no key. Keep a copy of VAR_DIR/secrets elsewhere: see docs/operators.md, Backups.")
