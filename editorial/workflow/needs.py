"""What needs attention: the pages, forms and reports behind each line of the start page and the weekly mail."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from editorial.models import PageReport, UnsavedForm
from editorial.models.changes import ChangeRecord, ReviewAnswer, type_of
from editorial.models.reviewers import Reviewer, SignOff
from editorial.workflow import sign_off
from editorial.workflow.publishing import PUBLISH, SIGN, ReviewedPage

#: How long before a review is due it is listed.
SOON = datetime.timedelta(days=30)


@dataclass(frozen=True)
class Line:
    """One line: a count, a name and the URL of the list. `is_late` lines are shown as overdue."""

    count: int
    text: str
    address: str
    is_late: bool = False


def counted(count: int, one: str, many: str, address: str, *, more: str = "", is_late: bool = False) -> list[Line]:
    """Return a line with the singular or plural name followed by `more`; none for a count of zero."""
    return [Line(count, f"{one if count == 1 else many}{more}", address, is_late)] if count else []


@dataclass(frozen=True)
class _Need:
    """Something that pages may need, as the start page and the list's filter say it."""

    words: str  # after the count and kind of page; empty: on no start page
    choice: str  # in the filter
    rights: tuple[str, ...] = ()  # for users with one of these; empty: for all editors
    is_late: bool = False


NEEDS = {
    "corrected": _Need("corrected, to be signed now", "Signature (corrected page)", (SIGN, PUBLISH), is_late=True),
    "overdue": _Need("overdue for review", "Review (overdue)", is_late=True),
    "signature": _Need("in review, without a signature", "Signature (in review)", (SIGN, PUBLISH)),
    "unsigned": _Need("published, without a signature", "Signature (published)", (SIGN,)),
    "no-clinician": _Need("", "Review by a clinician"),
    "publishing": _Need("in review, ready to publish", "Publishing", (PUBLISH,)),
    "answered": _Need("with an answer to your draft", "Reply to a reviewer"),
    "due": _Need(f"due for review within {SOON.days} days", "Review (due soon)"),
    "scheduled": _Need("scheduled", "Scheduled", (PUBLISH,)),
    "mine": _Need("in draft, last saved by you", "My draft"),
}


def needing(need: str, pages: QuerySet, user: Any, is_signed_here: bool | None = None) -> QuerySet:
    """Filter pages of one model by a need. `is_signed_here` is looked up if it is not known."""
    today = timezone.localdate()
    if need == "overdue":
        return pages.review_overdue()  # type: ignore[attr-defined]
    if need == "due":
        # a scheduled page too: a source that it rests on may have been retracted
        return pages.filter(status=ReviewedPage.Status.PUBLISHED, review_due_on__range=(today, today + SOON))
    if need == "scheduled":
        return pages.scheduled()  # type: ignore[attr-defined]
    if need == "no-clinician":
        return sign_off.awaiting(pages)
    if is_signed_here is None:
        is_signed_here = Reviewer.objects.filter(is_active=True).exists()
    if need in ("corrected", "unsigned", "signature") and not is_signed_here:
        return pages.none()
    if need == "corrected":
        return sign_off.corrected_unsigned(pages)
    if need == "unsigned":
        corrected = sign_off.corrected_unsigned(pages).values("pk")
        return sign_off.awaiting(pages.published()).exclude(pk__in=corrected)  # type: ignore[attr-defined]
    page_type = type_of(pages.model)
    records, of_page = ChangeRecord.objects.filter(page_type=page_type), {"page_id": OuterRef("pk")}
    if need == "answered":
        newest = Subquery(records.filter(**of_page).order_by("-at", "-pk").values("pk")[:1])
        is_current = Q(change=OuterRef("newest")) | ~Q(change__typed="")
        of_user = {"change__page_type": page_type, "change__page_id": OuterRef("pk"), "change__by": user}
        return pages.alias(newest=newest).filter(Exists(ReviewAnswer.objects.filter(is_current, **of_user)))
    if need == "mine":
        drafts = records.filter(by=user, kind=ChangeRecord.Kind.DRAFT)
        last_by = Subquery(records.filter(**of_page).order_by("-at", "-pk").values("by")[:1])
        found = pages.filter(pk__in=drafts.values("page_id")).alias(last_by=last_by)
        beside = drafts.filter(in_review=False).exclude(typed="")
        return found.filter(Q(status=ReviewedPage.Status.DRAFT, last_by=user.pk) | Q(pk__in=beside.values("page_id")))
    sent = Q(status=ReviewedPage.Status.IN_REVIEW) | Q(pk__in=records.filter(in_review=True).values("page_id"))
    text = records.filter(**of_page).order_by("-in_review", "-at", "-pk")
    of_live = Exists(ChangeRecord.objects.live().filter(page_type=page_type, digest=OuterRef("digest")))
    is_newer = Q(at__gt=OuterRef("in_review_at"), wording_changed=False)  # a source changed after it was sent
    of_text = Q(digest=OuterRef("digest_in_review")) | (is_newer & ~Q(of_live))
    signed = Exists(SignOff.objects.valid().filter(of_text, page_type=page_type, **of_page))
    found = pages.filter(sent).alias(
        digest_in_review=Subquery(text.values("digest")[:1]), in_review_at=Subquery(text.values("at")[:1])
    )
    if need == "signature":
        return found.exclude(signed)
    return found.filter(signed) if is_signed_here else found


def page_lines(user: User) -> Iterator[Line]:
    """Yield a line for each need, within the user's rights, and kind of page."""
    is_signed_here = Reviewer.objects.filter(is_active=True).exists()
    for need, about in NEEDS.items():
        for model in filter(admin.site.is_registered, ReviewedPage.__subclasses__()):
            opts = model._meta
            rights = about.rights or (f"{opts.app_label}.change_{opts.model_name}",)
            if about.words and any(map(user.has_perm, rights)):
                names = str(opts.verbose_name), str(opts.verbose_name_plural)
                address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist", query={"needs": need})
                count = needing(need, model.objects.all(), user, is_signed_here).count()
                yield from counted(count, *names, address, more=f" {about.words}", is_late=about.is_late)


def other_lines(user: User) -> Iterator[Line]:
    """Yield lines for readers' reports, and for the user's unsaved forms."""
    if user.has_perm("editorial.change_pagereport"):
        address = f"{reverse('admin:editorial_pagereport_changelist')}?is_done__exact=0"
        count, more = PageReport.objects.filter(is_done=False).count(), ": what readers find wrong or missing"
        yield from counted(count, "new page report", "new page reports", address, more=more)
    for form in UnsavedForm.objects.filter(user=user).order_by("-typed_at").only("page", "typed_at"):
        at = f"{timezone.localtime(form.typed_at):%B %-d, %-I:%M %p}"
        yield Line(1, f"form that you typed in and did not save, {at}", form.page)
