"""Addresses and browsers that staff have signed in from."""

from django.db import models


class KnownAddress(models.Model):
    """An address or browser that an account signed in from, as a keyed digest that reveals neither."""

    digest = models.BinaryField(max_length=32, unique=True)
    forget_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "known addresses"
