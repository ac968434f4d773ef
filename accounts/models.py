"""What the sign-in remembers besides users and their factors."""

from django.db import models


class KnownAddress(models.Model):
    """An account was signed in to from an address or in a browser. A keyed hash of both, so the row names neither."""

    digest = models.BinaryField(max_length=32, unique=True)
    forget_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "known addresses"

    def __str__(self) -> str:
        return f"Known until {self.forget_at}"
