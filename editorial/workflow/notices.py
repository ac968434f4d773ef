"""Mail staff links to pages that changed their state, no texts: rows saved with the change, sent by the schedule."""

import datetime
import json
import logging
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.urls import reverse
from reversion.models import Revision, Version
from reversion.signals import post_revision_commit

from editorial import staff_mail
from editorial.models.changes import ReviewAnswer
from editorial.models.reviewers import SignOff
from editorial.models.staff_mail import MailChoice, PageNotice
from editorial.workflow.publishing import PUBLISH, SIGN, ReviewedPage

log = logging.getLogger(__name__)

#: A mail that the server does not take is tried again after as long as it has waited, within these limits.
MIN_WAIT, MAX_WAIT = datetime.timedelta(minutes=1), datetime.timedelta(hours=12)
#: Older ones are given up; the start page shows the same.
KEPT_FOR = datetime.timedelta(days=3)
Event = PageNotice.Event
#: The task queue of the release before, whose hosts still write to it while they run. The next release drops it.
QUEUE = "django_tasks_database_dbtaskresult"
_TAKE = f"DELETE FROM {QUEUE} WHERE status <> 'RUNNING' RETURNING status, task_path, args_kwargs"  # noqa: S608


def staff_with(*permissions: str) -> set[AbstractUser]:
    """Return the staff with one of these permissions; if there are none, the administrators."""
    users = get_user_model().objects
    found: set[AbstractUser] = set()
    for alone in (False, True):
        for permission in permissions:
            found |= set(users.with_perm(permission, include_superusers=alone).filter(is_staff=True))
        if found:
            break
    return found


def writers(page: models.Model, but: AbstractUser | None = None) -> set[AbstractUser]:
    """Return who saved a page first, and who saved it last except `but`."""
    saves = Version.objects.get_for_object(page).exclude(revision__user=None).exclude(revision__user=but)
    ends = saves.select_related("revision__user").defer("serialized_data")
    return {version.revision.user for version in (ends.last(), ends.first()) if version}


def notify(event: Event, page: models.Model, people: Iterable[Any], by: Any = None) -> None:
    """Save a mail to each of these people who is active, has an address and wants it, except to `by`, who did it."""
    if not settings.EMAIL_HOST:
        return
    page_type = ContentType.objects.get_for_model(page)
    for user in people:
        choice = MailChoice.objects.filter(user=user).first()
        if user != by and user.is_active and user.is_staff and user.email and (not choice or choice.wants_changes):
            PageNotice.objects.create(event=event, page_type=page_type, page_id=page.pk, user=user)


def sent_to_review(page: models.Model, by: Any) -> None:
    """Notify those who sign or publish. Called directly for a draft, as its page's state does not change."""
    notify(Event.IN_REVIEW, page, staff_with(SIGN, PUBLISH), by=by)


def send_due(at: datetime.datetime) -> None:
    """Send the mails that are due, each at least once. Stop at a failure: a server that hangs holds the worker."""
    _take_over_queue()
    is_due = Q(next_try_at__lte=at) | Q(next_try_at__gt=at + MAX_WAIT)  # the clock was wrong
    for notice in PageNotice.objects.filter(is_due).order_by("pk").select_related("user", "page_type"):
        try:
            _send(notice)
        except staff_mail.NotSent as error:
            _put_off(notice, at, error)
            return
        notice.delete()


def oldest_unsent() -> datetime.datetime | None:
    """Return when the first mail that waits was saved; None if none waits or there is no mail server."""
    waiting = PageNotice.objects.order_by("created_at") if settings.EMAIL_HOST else PageNotice.objects.none()
    return waiting.values_list("created_at", flat=True).first()


def _take_over_queue() -> None:
    """Save the mail that waits in QUEUE, and empty it: the rows of callback requests wait by themselves."""
    if QUEUE not in connection.introspection.table_names():
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE)
        for status, path, arguments in cursor.fetchall():
            if status == "READY" and path.endswith("notices.send"):
                event, kind, page_id, user_id = json.loads(arguments)["args"][:4]
                if get_user_model().objects.filter(pk=user_id).exists():
                    page_type = ContentType.objects.get_for_model(apps.get_model(kind))
                    PageNotice.objects.create(event=event, page_type=page_type, page_id=page_id, user_id=user_id)


def _send(notice: PageNotice) -> None:
    """Mail one colleague, unless they have left. Raises NotSent."""
    user, page_type = notice.user, notice.page_type
    if not user.is_active or not user.email:
        return
    opts = apps.get_model(page_type.app_label, page_type.model)._meta
    what = f"{'An' if opts.verbose_name[:1] in 'aeiou' else 'A'} {opts.verbose_name} {notice.get_event_display()}"
    link = settings.SITE_URL + reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[notice.page_id])
    choose = settings.SITE_URL + reverse("staff_mail")
    staff_mail.send(what, f"{what}.\n\n{link}\n\nWhich mail you get: {choose}\n", [user.email])


def _put_off(notice: PageNotice, at: datetime.datetime, error: staff_mail.NotSent) -> None:
    waited = at - notice.created_at
    delay = min(max(waited, MIN_WAIT), MAX_WAIT)
    if waited + delay > KEPT_FOR:
        log.error("A notice about a page could not be sent (%s) and is given up.", error)
        notice.delete()
        return
    log.warning("A notice about a page could not be sent (%s). Next try in %s.", error, delay)
    PageNotice.objects.filter(pk=notice.pk).update(next_try_at=at + delay)


@receiver(post_revision_commit)
def _revision_kept(sender: Any, revision: Revision, versions: list[Version], **kwargs: Any) -> None:
    for version in versions:
        model = version.content_type.model_class()
        if not (revision.user and issubclass(model, ReviewedPage)):
            continue
        before = Version.objects.get_for_object_reference(model, version.object_id).exclude(revision=revision).first()
        page = model.objects.filter(pk=version.object_id).first()
        if page and page.status != (before.field_dict["status"] if before else ReviewedPage.Status.DRAFT):
            event = Event.SCHEDULED if page.state == "Scheduled" else Event(page.status)
            if event == Event.IN_REVIEW:
                sent_to_review(page, revision.user)
            else:
                notify(event, page, writers(page, but=revision.user), by=revision.user)


@receiver(post_save, sender=SignOff)
def _signed(sender: Any, instance: Any, created: bool, **kwargs: Any) -> None:
    if created and not instance.wording_changed and (page := _page_of(instance)):
        by = instance.reviewer.user
        notify(Event.SIGNED, page, {*writers(page, but=by), *staff_with(PUBLISH)}, by=by)


@receiver(post_save, sender=ReviewAnswer)
def _answered(sender: Any, instance: Any, created: bool, **kwargs: Any) -> None:
    if created and (page := _page_of(instance.change)):
        notify(Event.ANSWERED, page, {*writers(page), instance.change.by} - {None})


def _page_of(row: Any) -> models.Model | None:
    return row.page_type.model_class()._default_manager.filter(pk=row.page_id).first()
