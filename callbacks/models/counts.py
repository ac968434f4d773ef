"""Counts of calls that outlive the requests and hold no person, and nobody of the staff."""

from django.db import models
from django.db.models import Q

from callbacks.values.counts import Measure


class CallCount(models.Model):
    """How many requests came in this hour of the day, were called on this day, and fell into this bucket.

    Written when a call is logged, because requests may be withdrawn or erased before the period that is shown ends.
    """

    day = models.DateField(help_text="Of the call, on the clinic's clock.")
    hour = models.PositiveSmallIntegerField(help_text="In which the request came, 0 to 23, on the clinic's clock.")
    measure = models.CharField(max_length=10, choices=Measure)
    bucket = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        permissions = [("view_callcount", "Can see waiting times and promises kept")]
        constraints = [
            models.UniqueConstraint(fields=["day", "hour", "measure", "bucket"], name="call_count_once"),
            models.CheckConstraint(condition=Q(measure__in=Measure.values), name="call_count_measure_known"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.hour}: {self.measure} {self.bucket}"
