from django.core.management.base import BaseCommand

from callbacks.casework import erasure


class Command(BaseCommand):
    help = "Erase requests that are due, with their files, and files without a request. The worker does it hourly."

    def handle(self, *args, **options) -> None:
        self.stdout.write(erasure.purge())
