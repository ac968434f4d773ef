from django.core.management.base import BaseCommand

from operations import probes
from operations.backups import drill


class Command(BaseCommand):
    help = "Restore the newest backup into a throwaway place, count its rows, open what is sealed, and save the result."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(probes.record("drill", drill.run))
