"""Gives a scanner that came back the files it missed. Run it every few minutes where the task worker does not."""

from django.core.management.base import BaseCommand

from callbacks.files import rescan


class Command(BaseCommand):
    help = "Scan the files that are held because the malware scanner was away when they came."

    def handle(self, *args, **options) -> None:
        self.stdout.write(str(rescan.rescan_held()))
