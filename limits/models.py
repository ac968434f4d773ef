"""Counts of hits under keyed hashes, which identify nobody."""

from django.db import models


class Salt(models.Model):
    """A random salt for one day. Once it is deleted, nothing can tie a counter to an address."""

    day = models.DateField(unique=True)
    value = models.BinaryField(max_length=32)


class Counter(models.Model):
    """Hits in one window, which begins with the first."""

    digest = models.BinaryField(max_length=32, unique=True)
    hits = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField()
    forget_at = models.DateTimeField(db_index=True)
