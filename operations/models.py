"""What the site itself has to remember."""

from django.db import models


class ScheduledJob(models.Model):
    """When a job of operations/schedule.py is due next, when it last came to its end and when it last failed.

    One row for all workers.
    """

    name = models.CharField(max_length=40, primary_key=True)
    next_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    #: Since when it is begun again and again without coming to its end, as where it ends its worker each time.
    begun_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        permissions = [("view_readiness", "Can see whether the site is well")]

    def __str__(self) -> str:
        return self.name


class Look(models.Model):
    """What came of the last look at something that takes too long to look at for a page: the store, say."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    problem = models.TextField(blank=True, help_text="A sentence; empty where all is well.")
    says = models.TextField(blank=True, help_text="A sentence about what was found.")
    good_until = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class Matter(models.Model):
    """Something is not as it should be: since when, and when those who run the site were told last."""

    key = models.CharField(max_length=40, primary_key=True)
    since = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key


class KnownKey(models.Model):
    """A key of the vault that this site has used. Two keys with one number are told apart by it."""

    number = models.PositiveIntegerField(primary_key=True)
    #: Of operations.keys; empty: the key is lost, and so is what is under it.
    fingerprint = models.CharField(max_length=16, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.number)
