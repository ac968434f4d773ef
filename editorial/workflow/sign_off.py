"""Sign-off: who signed which exact text, known by digests, never by a field (docs/decisions/0023-sign-off.md)."""

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import DatabaseError, models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from reversion.errors import RevertError
from reversion.models import Version

from editorial.models import Source
from editorial.models.changes import ChangeRecord, draft_beside, type_of
from editorial.models.reviewers import Reviewer, SignOff, unrecorded
from editorial.models.translated import in_own_words
from editorial.text.digests import page_digest
from editorial.text.doses import NAMES_MEDICINE
from editorial.text.markdown import cited_keys
from editorial.text.snapshot import ContentSnapshot
from editorial.workflow import drafts, revisions
from editorial.workflow.publishing import SIGN, ReviewedPage


class MedicalReview(NamedTuple):
    """What readers see: who signed this exact text, or that it changed since, or (all empty) that nobody has."""

    name: str = ""
    credentials: str = ""
    profile_url: str = ""
    on: datetime.date | None = None
    wording_changed: bool = False
    changed: bool = False
    changed_on: datetime.date | None = None


def medical_review(page: ReviewedPage, content: ContentSnapshot) -> MedicalReview:
    """Return the review of this page's current text. One query, the first time."""
    page = in_own_words(page)
    signatures = content.sign_offs(page)
    if not signatures:
        return MedicalReview()
    digest = page_digest(page, content)
    for signed in signatures:
        if signed.digest == digest and signed.is_valid:
            who = signed.reviewer
            return MedicalReview(who.name, who.credentials, who.profile_url, signed.on, signed.wording_changed)
    newest = next((signed for signed in signatures if signed.was_live), None)
    if newest is None:
        return MedicalReview()  # only a draft was signed
    is_of_this_text = newest.live_digest == digest  # a source or a term may have changed since
    return MedicalReview(changed=True, changed_on=timezone.localdate(newest.live_at) if is_of_this_text else None)


def reviewers(content: ContentSnapshot) -> list[Reviewer]:
    """Return all present and former reviewers; none if the database is down."""
    try:
        return content.reviewers
    except DatabaseError:
        return []


def is_signed(page: models.Model, digest: str) -> bool:
    return SignOff.objects.of(page).valid().filter(digest=digest).exists()


def needs_sign_off(page: Any) -> bool:
    """Return whether this page's text must be signed before it goes live: it is medical, and there is a reviewer.

    A correction goes live unsigned, as a wrong statement must not wait. The page then names no reviewer, and is listed
    as to be signed.
    """
    is_medical = page.is_medical or names_medicine(str(page), page.summary, *page.markdown_texts())
    return is_medical and Reviewer.objects.filter(is_active=True).exists()


def names_medicine(*texts: str) -> bool:
    return any(map(NAMES_MEDICINE.search, texts))


def awaiting(pages: QuerySet) -> QuerySet:
    """Return the pages whose current text is unsigned, by their records alone."""
    newest = ChangeRecord.objects.live().filter(page_type=OuterRef("page_type"), page_id=OuterRef("page_id"))
    # a signature under an unrecorded text counts if it is newer than the page's last change
    is_newer = Q(at__gt=Subquery(newest.values("at")[:1]))
    of_today = Q(digest=Subquery(newest.values("digest")[:1])) | ~Exists(newest) | (is_newer & unrecorded())
    return pages.exclude(Exists(SignOff.objects.valid().filter(of_today, **_of_outer(pages.model))))


def corrected_unsigned(pages: QuerySet) -> QuerySet:
    """Return the pages with an unsigned correction."""
    newest = ChangeRecord.objects.live().filter(**_of_outer(pages.model)).values("kind")[:1]
    return awaiting(pages).annotate(newest=Subquery(newest)).filter(newest__in=ChangeRecord.CORRECTIONS)


def _of_outer(model: type[models.Model]) -> dict[str, Any]:
    return {"page_type": type_of(model), "page_id": OuterRef("pk")}


@dataclass
class ToSign:
    """A text to sign: the saved page, or a draft as an unsaved page."""

    page: Any
    digest: str
    version: Version | None  # None: there are no versions
    is_draft: bool = False

    @cached_property
    def signed(self) -> SignOff | None:
        """Return the page's newest signature."""
        return SignOff.objects.of(self.page).select_related("reviewer").first()

    @cached_property
    def is_signed(self) -> bool:
        return is_signed(self.page, self.digest)

    @cached_property
    def changes(self) -> list[revisions.Change]:
        """Return the differences from the last signed text, if revisions have it."""
        before = _version_signed(self.page, self.signed) if self.signed else None
        try:
            return revisions.changes(before, self.version) if before and self.version else []
        except RevertError:
            return []

    @cached_property
    def sources(self) -> list[Source]:
        return list(Source.objects.filter(key__in=cited_keys(*self.page.markdown_texts())))

    @cached_property
    def refused(self) -> list[str]:
        """Return what keeps this text from being published, before anybody reads all of it."""
        rows = revisions.with_rows(self.page)
        return [found.message for row in rows for found in row.checked_by.refusals(row) if found.is_refused]

    def was_written_by(self, user: AbstractBaseUser | AnonymousUser) -> bool:
        """Return whether this user saved this text, or the page last, and so may not sign it."""
        records = ChangeRecord.objects.of(self.page).exclude(kind=ChangeRecord.Kind.CHECKED)
        return records.filter(Q(digest=self.digest) | Q(pk=records.values("pk")[:1]), by=user).exists()


def to_sign(page: Any, *, live: bool = False) -> ToSign:
    """Return the page's draft in review or, if there is none or `live`, the saved page."""
    draft = None if live else draft_beside(page)
    if draft and draft.in_review:
        version = drafts.version_of(draft)
        shown = revisions.page_as_of(version)
        return ToSign(shown, page_digest(shown), version, is_draft=True)
    return ToSign(page, page_digest(page), _without_drafts(page).first())


def reviewer_of(user: Any) -> Reviewer | None:
    """Return the user's Reviewer, if any."""
    return Reviewer.objects.filter(user=user, is_active=True).first() if user.has_perm(SIGN) else None


def _without_drafts(page: Any) -> QuerySet[Version]:
    return drafts.saved(page) if drafts.can_have_draft(page) else revisions.history(page)


def _version_signed(page: Any, signed: SignOff) -> Version | None:
    recorded = ChangeRecord.objects.of(page).filter(digest=signed.digest).values("revision")[:1]
    kept = Version.objects.get_for_object(page).filter(revision=recorded).first()
    return kept or _without_drafts(page).filter(revision__date_created__lte=signed.at).first()
