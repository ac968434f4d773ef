"""The version number of the content, which tells caches that they are stale (docs/decisions/0008-page-cache.md)."""

import datetime
import secrets
import time
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F, Min, Value
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.utils import timezone

#: The longest that a page is cached, as rows changed by hand or by an older release send no signal.
MAX_PAGE_AGE = datetime.timedelta(minutes=15)
#: The number grows by a random step up to this, so that a restored database, or a promoted replica that lost its last
#: second, never reuses a number that a cache has for other content.
MAX_STEP = 2**36


class ContentVersion(models.Model):
    """The version number, in a single row."""

    ONLY = 1

    is_content = False

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    number = models.PositiveBigIntegerField(default=0)


_NUMBER = f"SELECT number FROM {ContentVersion._meta.db_table} WHERE id = %s"  # noqa: S608 - no value but the table's name


@dataclass(frozen=True)
class Edition:
    """A version of the content, and until when it is valid, in Unix time."""

    number: int
    until: float

    def is_stale(self) -> bool:
        """Return whether pages may have changed. One query. Raises DatabaseError."""
        return time.time() >= self.until or number() != self.number


def content_models() -> list[type[models.Model]]:
    """Return all models of apps with `is_content`, including many-to-many tables, without models that unset it."""
    models = apps.get_models(include_auto_created=True)
    of_content = (model for model in models if getattr(model._meta.app_config, "is_content", False))
    return [model for model in of_content if getattr(model, "is_content", True)]


def follow_changes() -> None:
    """Bump the version by signals. `update` and `bulk_create` send none: call `bump` in their transaction."""
    for model in content_models():
        if model._meta.auto_created:
            m2m_changed.connect(_changed, sender=model, dispatch_uid=f"version-{model.__name__}")
        else:
            post_save.connect(_changed, sender=model, dispatch_uid=f"version-{model.__name__}")
            post_delete.connect(_changed, sender=model, dispatch_uid=f"version-{model.__name__}")


def bump() -> None:
    """Increment the version. Call it in the transaction of the change."""
    if not _bump():
        with transaction.atomic():
            ContentVersion.objects.bulk_create([ContentVersion()], ignore_conflicts=True)
            _bump()


def _bump() -> int:
    step = 1 + secrets.randbelow(MAX_STEP)
    return ContentVersion.objects.filter(pk=ContentVersion.ONLY).update(number=F("number") + step)


def number() -> int:
    """Return the current version number. One query. Raises DatabaseError."""
    with connection.cursor() as cursor:  # run for each page; through the ORM it takes ten times as long
        cursor.execute(_NUMBER, [ContentVersion.ONLY])
        row = cursor.fetchone()
    return row[0] if row else 0


def edition(now: datetime.datetime | None = None) -> Edition:
    """Return the current edition, until a scheduled page appears or a day begins. One query. Raises DatabaseError."""
    now = now or timezone.now()
    today = timezone.localtime(now).date()
    tomorrow = datetime.datetime.combine(today + datetime.timedelta(days=1), datetime.time.min)
    never = Value(None, output_field=models.DateTimeField())
    managers = [model._default_manager for model in content_models()]
    scheduled = [manager.scheduled(now).order_by() for manager in managers if hasattr(manager, "scheduled")]
    times = [pages.values(none=Value(0)).annotate(at=Min("published_at")) for pages in scheduled]
    rows = list(ContentVersion.objects.values_list("number", never).union(*times))
    ends = [timezone.make_aware(tomorrow), now + MAX_PAGE_AGE, *(at for _, at in rows if at)]
    return Edition(max((number for number, _ in rows), default=0), min(ends).timestamp())


def _changed(sender: type[models.Model], action: str = "post_", **kwargs: object) -> None:
    if action.startswith("post_"):
        bump()
