from django.core.management.base import BaseCommand

from search.documents import rebuild


class Command(BaseCommand):
    help = "Empty the search index and fill it from all pages."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(f"The search holds {rebuild()} entries.")
