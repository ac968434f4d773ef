"""How often something happened, without saying for whom: a row holds a keyed hash, a number and its times."""

from django.db import models


class Salt(models.Model):
    """The day's random salt. It goes with its day, and with it goes all that could tie a counter to an address."""

    day = models.DateField(unique=True)
    value = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"Salt of {self.day}"


class Counter(models.Model):
    """Hits since the first of a window."""

    digest = models.BinaryField(max_length=32, unique=True)
    hits = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField()
    forget_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.hits} since {self.began_at}"
