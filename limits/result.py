"""What a limit answers, and the keyed hash under which it counts, the same wherever it counts."""

import datetime
import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Result:
    """Whether it may be done, how often it was in this window, and how long until the window ends. True if allowed."""

    allowed: bool
    hits: int
    retry_after: datetime.timedelta

    def __bool__(self) -> bool:
        return self.allowed


def digest(salt: bytes, scope: str, key: str) -> bytes:
    return hmac.digest(salt + settings.SECRET_KEY.encode(), f"{scope}\0{key}".encode(), hashlib.sha256)


def day_of(now: datetime.datetime) -> datetime.date:
    """The day whose salt holds, in UTC."""
    return now.astimezone(datetime.UTC).date()
