"""Runs what must not keep a visitor waiting."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.crypto import get_random_string

from operations import keys, metrics_port, schedule
from operations.task_worker import Worker

INTERVAL = 1.0  # seconds


class Command(BaseCommand):
    help = "Send notices to staff and run the schedule, until stopped. Several may run at once, on several hosts."
    requires_system_checks = []  # `prepare` ran them; here they would load every view and form for nothing

    def handle(self, *args, **options) -> None:
        try:
            keys.prove()
        except keys.KeysError as error:
            raise CommandError(str(error)) from error
        worker = Worker(get_random_string(32), INTERVAL)
        worker.configure_signals()
        schedule.ensure()
        metrics_port.serve()
        worker.run()
