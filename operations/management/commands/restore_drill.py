"""Try the newest backup by hand; the worker does it weekly."""

from django.core.management.base import BaseCommand, CommandError

from operations import probes
from operations.backups import drill
from operations.backups.manifest import BackupError


class Command(BaseCommand):
    help = "Restore the newest backup into a throwaway place, count its rows, open what is sealed, and save the result."

    def handle(self, *args: object, **options: object) -> None:
        try:
            self.stdout.write(probes.record("drill", drill.run))
        except BackupError as error:
            raise CommandError(str(error)) from error
