"""Record what kind of change a save is, and decide whether it may go live. All code that saves pages uses this.

It locks the page's row, opens a revision (editorial/workflow/revisions.py), calls `public_state`, saves the page with
its rows, and calls `record_save`, which records the change, or raises Refused for the caller to roll back.
"""

from dataclasses import dataclass
from typing import Any

import reversion
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Max

from editorial.models.changes import ChangeRecord
from editorial.models.reviewers import carry
from editorial.text.digests import page_digest
from editorial.workflow.publishing import ReviewedPage
from editorial.workflow.sign_off import is_signed, needs_sign_off

Kind = ChangeRecord.Kind

SAY_WHICH = "Readers will see this change. Say what kind it is."
NOT_THE_SAME = "Something that readers see is not the same any more. Choose another kind, or take that change back."
SIGN_FIRST = (
    "A reviewer must sign this exact text before readers see it. Save it as a draft and send it to review; publish it "
    "when it is signed. If no reviewer signs any more, an administrator says so under Reviewers."
)


class Refused(ValidationError):
    """The save must not go live; holds the reasons by field."""


@dataclass(frozen=True)
class PublicState:
    """The public state of a page before a save."""

    is_live: bool = False
    digest: str = ""
    is_signed: bool = False


def public_state(page: Any) -> PublicState:
    """Return the public state of the page in the database; empty for a new page."""
    stored = type(page)._default_manager.filter(pk=page.pk).first() if page.pk else None
    if stored is None or not stored.is_published():
        return PublicState()
    digest = page_digest(stored)
    return PublicState(True, digest, is_signed(stored, digest))


def check(page: Any, before: PublicState, kind: str = "") -> None:
    """Raise Refused if the page must not go live as it is now."""
    if page.status != ReviewedPage.Status.PUBLISHED:
        return
    digest = page_digest(page)
    if before.is_live:
        problems = _problems(page, before, digest, kind)
    else:
        problems = {} if digest == _last_seen(page) else _unsigned(page, digest, "status")
    if problems:
        raise Refused(problems)


def record_save(page: Any, before: PublicState, kind: str = "", *, note: str = "", override_reason: str = "") -> None:
    """Record the change just saved. Raises Refused if it must not go live.

    A change of a live page needs a `kind`, unless it changes nothing public, such as a date. Publishing, taking down
    and drafts need none.
    """
    page = type(page)._default_manager.get(pk=page.pk)  # as saved, with its rows
    check(page, before, kind)
    if page.status != ReviewedPage.Status.PUBLISHED:
        kind, note = (Kind.ARCHIVED if before.is_live else Kind.DRAFT), ""
    elif not (before.is_live and page.is_published()):
        kind, note = Kind.NEW, ""
    if kind:
        record(page, kind, note=note, override_reason=override_reason, before=before.digest)


def record(
    page: models.Model, kind: str, *, note: str = "", override_reason: str = "", before: str = "", content: Any = None
) -> None:
    """Record the change in the open revision, after the page and its rows are saved, under the lock of the page's row.

    `before` is the digest of the previous public text, whose sign-off is carried over a change of wording. `content`
    saves queries (editorial/text/digests.py). Raises ValidationError for a kind that needs a note without one.
    """
    if kind in ChangeRecord.NEED_NOTE and not note.strip():
        raise ValidationError("Say in a sentence what changed: readers are told.")
    digest = page_digest(page, content)
    if kind in ChangeRecord.KEEP_SIGN_OFF and digest != before:
        carry(page, before, digest)
    last = ChangeRecord.objects.of(page).aggregate(last=Max("number"))["last"] or 0
    reversion.add_meta(
        ChangeRecord,
        page=page,
        kind=kind,
        number=None if kind == ChangeRecord.Kind.DRAFT else last + 1,
        note=note.strip(),
        digest=digest,
        by=reversion.get_user(),
        override_reason=override_reason,
    )


def _problems(page: Any, before: PublicState, digest: str, kind: str) -> dict[str, str]:
    if digest == before.digest:
        return {}
    if not kind:
        return {"change_kind": SAY_WHICH}
    if kind == Kind.CHECKED:
        return {"change_kind": NOT_THE_SAME}
    if kind in ChangeRecord.CORRECTIONS or (kind == Kind.WORDING and before.is_signed):
        return {}
    return _unsigned(page, digest, "change_kind")


def _last_seen(page: Any) -> str:
    """Return the last public digest of a page that was taken down, as the same text may be published again."""
    seen = ChangeRecord.objects.of(page).live().exclude(kind=Kind.ARCHIVED)
    return seen.values_list("digest", flat=True).first() or ""


def _unsigned(page: Any, digest: str, field: str) -> dict[str, str]:
    return {field: SIGN_FIRST} if needs_sign_off(page) and not is_signed(page, digest) else {}
