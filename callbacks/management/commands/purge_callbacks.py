import datetime

from django.core.management.base import BaseCommand
from django.utils import timezone

from callbacks.casework import counting, erasure
from callbacks.casework.notices import WARN_DAYS_BEFORE
from callbacks.models import CallbackRequest


class Command(BaseCommand):
    help = "Erase requests that are due, with their files, and files without a request. The worker does it daily."

    def handle(self, *args, **options) -> None:
        erased = erasure.erase_due(timezone.now())
        counting.prune()
        try:
            swept = f"Files without a request removed: {erasure.sweep_orphans()}."
        except OSError as error:  # a storage outage must not prevent a start; the schedule sweeps again hourly
            swept = f"Files without a request could not be listed: {error.strerror}."
        self.stdout.write(f"Callback requests erased: {erased}. {swept}")
        soon = timezone.now() + datetime.timedelta(days=WARN_DAYS_BEFORE)
        if waiting := CallbackRequest.objects.waiting().due_for_erasure(soon).count():
            self.stdout.write(f"Will be erased within {WARN_DAYS_BEFORE} days while still waiting: {waiting}.")
