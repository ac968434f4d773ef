"""Reports by readers of what is wrong or missing: anonymous, and sealed, as some readers write about themselves."""

import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Value
from django.db.models.functions import Left, StrIndex
from django.urls import reverse
from django.utils import timezone

from editorial import staff_mail
from limits import counters
from vault import keyring

_PURPOSE = b"detoxsite: page report"
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
#: The same report from the same address within this is a double tap.
REPEATED_WITHIN = datetime.timedelta(minutes=1)
#: From one address, which a shelter may share, and from all.
ADDRESS_LIMIT, SITE_LIMIT = 10, 300


class TooMany(Exception):
    """The sender, or all senders together, have reached the limit."""


class PageReport(models.Model):
    """One report. `sealed` has its words, from `seal`."""

    is_content = False  # editorial.models.versions: no page of readers changes with it

    page = models.CharField(max_length=200, blank=True)
    sealed = models.TextField()
    day = models.DateField(default=timezone.localdate)
    is_done = models.BooleanField("done", default=False)
    is_mailed = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["is_done", "-day", "-pk"]
        default_permissions = ("view", "change", "delete")

    def __str__(self) -> str:
        return f"Report of {self.day} on {self.page or 'another page'}"  # goes into the admin log, so without the words

    def words(self) -> str:
        """Decrypt the reader's words. Raises VaultError."""
        return keyring.open_text(self.sealed, purpose=_PURPOSE)


def store(page: str, words: str, address: str) -> None:
    """Store a report, once if it is repeated. Raises TooMany, VaultError or DatabaseError."""
    sealed = seal(words)
    with transaction.atomic():  # counted only if it is stored
        if not counters.hit("page_reports.same", f"{address}|{page}|{words}", limit=1, window=REPEATED_WITHIN):
            return
        if not (
            counters.hit("page_reports.address", address, limit=ADDRESS_LIMIT, window=HOUR)
            and counters.hit("page_reports.site", "", limit=SITE_LIMIT, window=DAY)
        ):
            raise TooMany
        PageReport.objects.create(page=page, sealed=sealed)


def seal(words: str) -> str:
    """Encrypt a report's words under the vault's current key. Raises VaultError without one."""
    return keyring.seal_text(words, purpose=_PURPOSE)


def erase_due() -> int:
    """Erase reports that are older than RETENTION_DAYS; return how many."""
    before = timezone.localdate() - datetime.timedelta(days=settings.RETENTION_DAYS)
    return PageReport.objects.filter(day__lt=before).delete()[0]


def mail_editors() -> int:
    """Send one mail about all new reports, without their words, to staff who handle them; return how many.

    If none of them has an address, the usual recipients get it. Raises NotSent.
    """
    new = list(PageReport.objects.filter(is_done=False, is_mailed=False).values_list("pk", flat=True))
    may = get_user_model().objects.with_perm("editorial.change_pagereport", include_superusers=False)
    to = [user.email for user in may if user.is_staff and user.email] or settings.NOTICE_EMAILS
    if not (new and to and settings.EMAIL_HOST):
        return 0
    count = "1 new report" if len(new) == 1 else f"{len(new)} new reports"
    address = settings.SITE_URL + reverse("admin:editorial_pagereport_changelist")
    staff_mail.send(f"{count} on pages", f"Readers say that something is wrong or missing: {count}.\n\n{address}\n", to)
    PageReport.objects.filter(pk__in=new).update(is_mailed=True)
    return len(new)


# Keys of the vault ---------------------------------------------------------------------------------------------


def sealed_under(number: int) -> models.QuerySet[PageReport]:
    """Return the reports that are sealed under this key."""
    return PageReport.objects.filter(sealed__startswith=f"{number}:").order_by("pk")


def key_numbers() -> set[int]:
    """Return the numbers of the keys that reports are under. Raises VaultError if one was never sealed."""
    before_colon = Left("sealed", StrIndex("sealed", Value(":")))
    found = PageReport.objects.order_by().values_list(before_colon, flat=True).distinct()
    return {keyring.leading_number(number) for number in found}


def rewrap_all() -> int:
    """Move reports to the current key row by row, so that it can be stopped; return how many. Raises VaultError."""
    moved = 0
    current = keyring.current_number()
    for pk in PageReport.objects.exclude(sealed__startswith=f"{current}:").values_list("pk", flat=True):
        with transaction.atomic():
            if report := PageReport.objects.select_for_update().filter(pk=pk).first():
                report.sealed = seal(report.words())
                report.save(update_fields=["sealed"])
                moved += 1
    return moved
