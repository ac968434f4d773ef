from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from editorial.models.changes import ChangeRecord
from operations import content


class Command(BaseCommand):
    help = (
        "Make all content what the files of an export say: all or nothing, with a revision for each page. Pages that "
        "no file has are archived. Try it with --dry-run first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Only say what would change.")
        parser.add_argument("--note", default="", help="What readers are told of each published page that changes.")
        parser.add_argument(
            "--kind",
            choices=[kind.value for kind in ChangeRecord.CHOSEN],
            default=ChangeRecord.Kind.UPDATE.value,
            help="What kind of change it is. All but wording and checked need a note.",
        )

    def handle(self, *args: object, folder: Path, dry_run: bool, note: str, kind: str, **options: Any) -> None:
        if kind in ChangeRecord.NEED_NOTE and not note.strip():
            if not dry_run:
                raise CommandError("Say with --note what changed: readers are told.")
            note = "Dry run."
        try:
            outcomes = content.read(folder, note=note, kind=kind, dry_run=dry_run)
        except content.ContentError as error:
            raise CommandError(f"Nothing was changed.\n{error}") from error
        for outcome in outcomes:
            self.stdout.write(str(outcome))
        self.stdout.write(f"{len(outcomes)} {'would change' if dry_run else 'changed'}.")
