"""The text to sign, and its differences from the last signed one."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q, QuerySet
from reversion.errors import RevertError
from reversion.models import Version

from editorial.models import Source
from editorial.models.changes import ChangeRecord, draft_beside
from editorial.models.reviewers import Reviewer, SignOff
from editorial.text.digests import page_digest
from editorial.text.markdown import cited_keys
from editorial.workflow import drafts, revisions, sign_off


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
        return sign_off.is_signed(self.page, self.digest)

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

    def was_written_by(self, user: AbstractBaseUser | AnonymousUser) -> bool:
        """Return whether this user saved this text, or the page last, and so may not sign it."""
        records = ChangeRecord.objects.of(self.page).exclude(kind=ChangeRecord.Kind.CHECKED)
        newest = records.values("pk").first()
        return records.filter(Q(digest=self.digest) | Q(pk=newest["pk"] if newest else None), by=user).exists()


def to_sign(page: Any) -> ToSign:
    """Return the page's draft in review or, if there is none, the saved page."""
    draft = draft_beside(page)
    if draft and draft.in_review:
        version = drafts.version_of(draft)
        shown = revisions.page_as_of(version)
        return ToSign(shown, page_digest(shown), version, is_draft=True)
    return ToSign(page, page_digest(page), _without_drafts(page).first())


def signing(user: Any) -> Reviewer | None:
    """Return the user's Reviewer, if any."""
    if not user.has_perm("editorial.sign_page"):
        return None
    return Reviewer.objects.filter(user=user, is_active=True).first()


def _without_drafts(page: Any) -> QuerySet[Version]:
    beside = ChangeRecord.objects.of(page).exclude(typed="").values("revision")
    return Version.objects.get_for_object(page).exclude(revision__in=beside)


def _version_signed(page: Any, signed: SignOff) -> Version | None:
    recorded = ChangeRecord.objects.of(page).filter(digest=signed.digest).values("revision")[:1]
    kept = Version.objects.get_for_object(page).filter(revision=recorded).first()
    return kept or _without_drafts(page).filter(revision__date_created__lte=signed.at).first()
