"""Keeps the promise made on the confirmation page. Run it daily."""

import datetime

from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from callbacks import erasing

ORPHAN_AGE = datetime.timedelta(hours=1)


class Command(BaseCommand):
    help = "Erase callback requests whose time is over, with their files, and files that belong to no request."

    def handle(self, *args, **options) -> None:
        erased = erasing.erase_due(timezone.now())
        swept = erasing.sweep_orphans(ORPHAN_AGE)
        _empty_write_ahead_log()
        self.stdout.write(f"Callback requests erased: {erased}. Files without a request removed: {swept}.")


def _empty_write_ahead_log() -> None:
    """On SQLite, erased rows still stand in the write-ahead log until it is written back and cut.

    That cannot be done inside a transaction; the rows are not erased before its end anyway.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
