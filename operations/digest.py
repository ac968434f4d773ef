"""The weekly mail to each colleague: counts and links of what needs them, nothing from any page or request."""

import datetime
import logging

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from editorial import staff_mail
from editorial.models import MailChoice
from operations.start_page import lines_for, waiting_calls

log = logging.getLogger(__name__)

WEEKDAY, HOUR = 0, 7  # Monday, local time
#: How late a worker that was down may send it.
SENT_WITHIN = datetime.timedelta(days=2)


def send_due(at: datetime.datetime) -> int:
    """Send this week's mail to those who have not had it; return how many. Raises NotSent after trying all."""
    local = timezone.localtime(at)
    monday = local - datetime.timedelta(days=(local.weekday() - WEEKDAY) % 7)
    since = monday.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if not settings.EMAIL_HOST or not since <= local <= since + SENT_WITHIN:
        return 0
    done = Q(mail_choice__wants_digest=False) | Q(mail_choice__digest_sent_at__gte=since)
    sent, failure = 0, None
    for user in User.objects.filter(is_active=True, is_staff=True).exclude(email="").exclude(done).order_by("pk"):
        lines = [*waiting_calls(user), *lines_for(user)]
        try:
            if lines:
                listed = "".join(f"{line.count} {line.text}\n{settings.SITE_URL}{line.address}\n\n" for line in lines)
                text = f"{listed}Which mail you get: {settings.SITE_URL}{reverse('staff_mail')}\n"
                staff_mail.send("What needs you this week", text, [user.email])
                sent += 1
        except staff_mail.NotSent as error:
            log.warning("The weekly mail to user number %s could not be sent (%s).", user.pk, error)
            failure = error
        else:
            MailChoice.objects.update_or_create(user=user, defaults={"digest_sent_at": at})
    if failure:
        raise failure
    return sent
