from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser

from operations.backups import restore


class Command(BaseCommand):
    help = "Verify a backup and restore it. Stop the site first; afterwards start it with `make run`."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path, help="the backup's folder")
        parser.add_argument("--replace", action="store_true", help="move aside what is here")
        parser.add_argument("--without-keys", action="store_true", help="restore although the vault's keys are lost")

    def handle(self, *args: object, backup: Path, replace: bool, without_keys: bool, **options: object) -> None:
        for sentence in restore.restore(backup.resolve(), replace=replace, without_keys=without_keys):
            self.stdout.write(sentence)
