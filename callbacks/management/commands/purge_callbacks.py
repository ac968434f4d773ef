"""Erase what is due, as the confirmation page promises. The worker runs it daily."""

import datetime

from django.core.management.base import BaseCommand
from django.utils import timezone

from callbacks.casework import counting, erasure
from callbacks.casework.notices import WARN_DAYS_BEFORE
from callbacks.models import CallbackRequest


class Command(BaseCommand):
    help = "Erase callback requests past their retention period, with their files, and files without a request."

    def handle(self, *args, **options) -> None:
        erased = erasure.erase_due(timezone.now())
        counting.prune()
        self.stdout.write(f"Callback requests erased: {erased}. {_sweep()}")
        soon = timezone.now() + datetime.timedelta(days=WARN_DAYS_BEFORE)
        if waiting := CallbackRequest.objects.waiting().due_for_erasure(soon).count():
            self.stdout.write(f"Will be erased within {WARN_DAYS_BEFORE} days while still waiting: {waiting}.")


def _sweep() -> str:
    """Sweep orphans, ignoring a storage outage, which must not prevent a start; the schedule sweeps again hourly."""
    try:
        return f"Files without a request removed: {erasure.sweep_orphans()}."
    except OSError as error:
        return f"Files without a request could not be listed: {error.strerror}."
