from django.core.management.base import BaseCommand

from operations import keys, metrics, schedule
from operations.worker import Worker


class Command(BaseCommand):
    help = "Send notices to staff and run the schedule, until stopped. Several may run at once, on several hosts."
    requires_system_checks = []  # `prepare` ran them; here they would load every view and form

    def handle(self, *args: object, **options: object) -> None:
        keys.verify()
        schedule.ensure_rows()
        metrics.serve()
        Worker().run()
