"""Scan the files that arrived while the scanner was down. Run it every few minutes if no task worker does."""

from django.core.management.base import BaseCommand

from callbacks.files import rescan


class Command(BaseCommand):
    help = "Scan the files that are held because the malware scanner was down when they came."

    def handle(self, *args, **options) -> None:
        self.stdout.write(str(rescan.rescan_held()))
