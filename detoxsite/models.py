"""What the site itself has to remember."""

from django.db import models


class ScheduledJob(models.Model):
    """When a job of detoxsite/schedule.py is due next and when it last came to its end. One row for all workers."""

    name = models.CharField(max_length=40, primary_key=True)
    next_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
