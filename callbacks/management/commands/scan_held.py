from django.core.management.base import BaseCommand

from callbacks.files import rescan


class Command(BaseCommand):
    help = "Scan the files held because the malware scanner was down. Run it every few minutes if no worker does."

    def handle(self, *args, **options) -> None:
        self.stdout.write(str(rescan.rescan_held()))
