"""The state of scheduled jobs, health probes, incidents and vault keys."""

from django.db import models


class ScheduledJob(models.Model):
    """One job of operations/schedule.py, shared by all workers."""

    name = models.CharField(max_length=40, primary_key=True)
    next_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    #: Start of the first run since the last success; retries keep it, so that a job that never ends is noticed.
    started_at = models.DateTimeField(null=True, db_column="begun_at")

    class Meta:
        default_permissions = ()
        permissions = [("view_readiness", "Can view the system status")]


class ProbeResult(models.Model):
    """The last result of a probe that is too slow for a request, such as of the file store."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    problem = models.TextField(blank=True, help_text="A sentence; empty if there is no problem.")
    summary = models.TextField(blank=True, help_text="A sentence about what was found.", db_column="says")
    good_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "detoxsite_look"
        default_permissions = ()


class Incident(models.Model):
    """An open problem: when it began and when staff were last alerted."""

    key = models.CharField(max_length=40, primary_key=True)
    since = models.DateTimeField()
    alerted_at = models.DateTimeField(null=True, db_column="told_at")

    class Meta:
        db_table = "detoxsite_matter"
        default_permissions = ()


class KnownKey(models.Model):
    """A key that this site has used, with a fingerprint, as two keys can have the same number."""

    #: Of a vault key; keys.SECRET for SECRET_KEY.
    number = models.PositiveIntegerField(primary_key=True)
    #: By operations.keys.fingerprint; empty if the key, and what is under it, is lost.
    fingerprint = models.CharField(max_length=16, blank=True)

    class Meta:
        default_permissions = ()
