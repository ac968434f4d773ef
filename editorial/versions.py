"""Tells every process that what pages show has changed, with no more than the database.

One number grows in the same transaction as any change of content. Whoever keeps a finished page compares it, and the
moment until which nothing changes by the clock alone (docs/decisions/0008-page-cache.md).
"""

import datetime
import secrets
import time
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F, Min
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.utils import timezone

#: No finished page is kept longer: it mends what no signal tells of, as rows changed by hand or by an older release.
LONGEST = datetime.timedelta(minutes=15)
#: The number grows by a step that nobody can foresee, up to this. A database that was put back from a backup or copied,
#: or that lost its last second with its server, never comes by a number that stood for other content elsewhere.
LONGEST_STEP = 2**36


class ContentVersion(models.Model):
    """Grows with every change of content. There is one row."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        app_label = "editorial"

    def __str__(self) -> str:
        return str(self.number)


_NUMBER = f"SELECT number FROM {ContentVersion._meta.db_table} WHERE id = %s"  # noqa: S608 - no value but the table's name


@dataclass(frozen=True)
class Edition:
    """What pages show: the version of the content, and until when it holds, in seconds since 1970."""

    number: int
    until: float

    def is_over(self) -> bool:
        """Whether pages may show something else by now. One query; raises DatabaseError where there is no database."""
        return time.time() >= self.until or number() != self.number


def content_models() -> list[type[models.Model]]:
    """All models of the apps that call themselves content, tables between two models included."""
    return [
        model
        for config in apps.get_app_configs()
        if getattr(config, "is_content", False)
        for model in config.get_models(include_auto_created=True)
        if model is not ContentVersion
    ]


def follow_changes() -> None:
    """Counts each saved or deleted row of content, whoever saves it: the admin, the starter loader, a shell.

    Signals do not see `update` and `bulk_create` on a query set. Whoever uses those on content calls `changed` in the
    same transaction.
    """
    for model in content_models():
        if model._meta.auto_created:
            m2m_changed.connect(_changed, sender=model, dispatch_uid=f"version-{model.__name__}")
        else:
            post_save.connect(_changed, sender=model, dispatch_uid=f"version-{model.__name__}")
            post_delete.connect(_changed, sender=model, dispatch_uid=f"version-{model.__name__}")


def changed() -> None:
    """Counts one change. Belongs into the transaction of the change itself."""
    if not _count():
        with transaction.atomic():
            ContentVersion.objects.bulk_create([ContentVersion()], ignore_conflicts=True)
            _count()


def _count() -> int:
    step = 1 + secrets.randbelow(LONGEST_STEP)
    return ContentVersion.objects.filter(pk=ContentVersion.ONLY).update(number=F("number") + step)


def number() -> int:
    """The version of the content. One query; raises DatabaseError where there is no database."""
    with connection.cursor() as cursor:  # asked for each page: composing this with the ORM takes ten times as long
        cursor.execute(_NUMBER, [ContentVersion.ONLY])
        row = cursor.fetchone()
    return row[0] if row else 0


def next_change(now: datetime.datetime) -> datetime.datetime:
    """When pages may change next by the clock alone: one is due to appear, or a review falls due with a new day."""
    today = timezone.localtime(now).date()
    tomorrow = datetime.datetime.combine(today + datetime.timedelta(days=1), datetime.time.min)
    moments = [timezone.make_aware(tomorrow), now + LONGEST]
    for model in content_models():
        if hasattr(model.objects, "scheduled"):
            moments.append(model.objects.scheduled(now).aggregate(at=Min("published_at"))["at"])
    return min(moment for moment in moments if moment)


def edition() -> Edition:
    """What pages show now. Raises DatabaseError where there is no database."""
    current, now = number(), timezone.now()
    return Edition(current, next_change(now).timestamp())


def _changed(sender: type[models.Model], action: str = "post_", **kwargs) -> None:
    if action.startswith("post_"):
        changed()
