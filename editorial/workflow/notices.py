"""Mail staff a link to a page that changed its state, never its text: a task, queued in the change's transaction."""

import datetime
import logging
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django_tasks import task
from reversion.models import Revision, Version
from reversion.signals import post_revision_commit

from editorial import staff_mail
from editorial.models.changes import ReviewAnswer
from editorial.models.mail_choice import MailChoice
from editorial.models.reviewers import SignOff
from editorial.workflow.publishing import PUBLISH, SIGN, ReviewedPage

log = logging.getLogger(__name__)

#: Retries come after 1, 2, 4, … minutes, the last ones half a day apart; the start page shows the same meanwhile.
MAX_TRIES = 12
MAX_RETRY_DELAY = datetime.timedelta(hours=12)


class Event(models.TextChoices):
    """What happened to a page, as the mail says it."""

    IN_REVIEW = "in-review", "was sent to review"
    SIGNED = "signed", "was signed by a medical reviewer"
    ANSWERED = "answered", "was answered by someone who has its review link"
    PUBLISHED = "published", "was published"
    SCHEDULED = "scheduled", "was scheduled to be published"
    ARCHIVED = "archived", "was taken down"
    DRAFT = "draft", "was taken back to draft"


def may(*permissions: str) -> set[AbstractUser]:
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
    """Queue a mail to each of these people who is active, has an address and wants it, except to `by`, who did it."""
    if not settings.EMAIL_HOST:
        return
    for user in people:
        choice = MailChoice.objects.filter(user=user).first()
        if user != by and user.is_active and user.is_staff and user.email and (not choice or choice.wants_changes):
            send.enqueue(event.value, page._meta.label_lower, page.pk, user.pk)


def sent_to_review(page: models.Model, by: Any) -> None:
    """Notify those who sign or publish. Called directly for a draft, as its page's state does not change."""
    notify(Event.IN_REVIEW, page, may(SIGN, PUBLISH), by=by)


@task()
def send(event: str, kind: str, pk: int, user_pk: int, tried: int = 0) -> None:
    """Send one mail. The queue stores arguments in the clear, so it gets keys only."""
    user = get_user_model().objects.filter(pk=user_pk, is_active=True).first()
    opts = apps.get_model(kind)._meta
    if not user or not user.email:
        return
    what = f"{'An' if opts.verbose_name[:1] in 'aeiou' else 'A'} {opts.verbose_name} {Event(event).label}"
    link = settings.SITE_URL + reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[pk])
    choose = settings.SITE_URL + reverse("staff_mail")
    try:
        staff_mail.send(what, f"{what}.\n\n{link}\n\nWhich mail you get: {choose}\n", [user.email])
    except staff_mail.NotSent as error:
        if tried + 1 == MAX_TRIES:
            log.error("A notice about a page could not be sent (%s) and is given up.", error)
            return
        delay = min(datetime.timedelta(minutes=2**tried), MAX_RETRY_DELAY)
        log.warning("A notice about a page could not be sent (%s). Next try in %s.", error, delay)
        send.using(run_after=timezone.now() + delay).enqueue(event, kind, pk, user_pk, tried + 1)


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
        notify(Event.SIGNED, page, {*writers(page, but=by), *may(PUBLISH)}, by=by)


@receiver(post_save, sender=ReviewAnswer)
def _answered(sender: Any, instance: Any, created: bool, **kwargs: Any) -> None:
    if created and (page := _page_of(instance.change)):
        notify(Event.ANSWERED, page, {*writers(page), instance.change.by} - {None})


def _page_of(row: Any) -> models.Model | None:
    return row.page_type.model_class()._default_manager.filter(pk=row.page_id).first()
