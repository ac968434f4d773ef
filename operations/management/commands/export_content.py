from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser

from operations import content


class Command(BaseCommand):
    help = "Write all pages, sources, words, help lines and pictures to a folder, in the format of the starter guide."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="What an earlier export left over there is deleted.")

    def handle(self, *args: object, folder: Path, **options: object) -> None:
        self.stdout.write(f"{content.write(folder)} files in {folder}.")
