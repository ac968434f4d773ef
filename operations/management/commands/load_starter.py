"""Load the starter guide."""

from collections import Counter

from django.core.management.base import BaseCommand

import articles.starter
import editorial.starter
import phases.starter


class Command(BaseCommand):
    help = "Load the starter guide. Never overwrites what staff edited, never brings back what they removed."

    def handle(self, *args: object, **options: object) -> None:
        outcomes: Counter = Counter()
        for room in (editorial.starter, phases.starter, articles.starter):
            outcomes += room.load()
        words = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        self.stdout.write(f"Starter guide: {words}.")
