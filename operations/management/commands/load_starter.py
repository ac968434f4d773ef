from collections import Counter

from django.core.management.base import BaseCommand, CommandParser

from editorial.loading import starter
from guide import catalogs
from operations import content


class Command(BaseCommand):
    help = "Load the starter guide. Never overwrites what staff edited, never brings back what they removed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--note", default="", help="What readers are told of pages that change with it.")

    def handle(self, *args: object, note: str, **options: object) -> None:
        catalogs.compile_all()  # the search index stores translated URLs
        outcomes = sum((starter.load(room, note) for room in content.FOLDERS.values()), Counter())
        words = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        self.stdout.write(f"Starter guide: {words}.")
