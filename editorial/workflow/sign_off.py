"""Sign-off: who signed which exact text, what readers see of it, and which texts need it.

The public line follows from digests, never from a field, so no page can name a reviewer who did not sign it. See
docs/decisions/0023-sign-off.md.
"""

import datetime
import re
from typing import Any, NamedTuple

from django.db import DatabaseError, models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from editorial.models.changes import ChangeRecord, type_of
from editorial.models.reviewers import Reviewer, SignOff, unrecorded
from editorial.models.translated import in_own_words
from editorial.text.digests import page_digest
from editorial.text.snapshot import ContentSnapshot
from editorial.workflow.publishing import ReviewedPage

#: The names of medicines in the site's texts. A text with one of them is medical.
MEDICINES = (
    # for opioid use disorder, overdose and withdrawal
    *("methadone", "dolophine", "buprenorphine", "suboxone", "subutex", "zubsolv", "sublocade", "brixadi"),
    *("naltrexone", "vivitrol", "naloxone", "narcan", "nalmefene", "lofexidine", "lucemyra", "clonidine", "catapres"),
    *("loperamide", "imodium", "ondansetron", "hydroxyzine", "trazodone", "gabapentin", "pregabalin"),
    *("acetaminophen", "tylenol", "ibuprofen", "naproxen", "aspirin", "diphenhydramine", "promethazine", "melatonin"),
    # opioids and sedatives that people take with heroin or in place of it
    *("morphine", "codeine", "hydrocodone", "oxycodone", "oxymorphone", "hydromorphone", "tramadol", "xylazine"),
    *("medetomidine", "benzo", "benzos", "benzodiazepine", "benzodiazepines", "diazepam", "alprazolam", "lorazepam"),
    *("clonazepam", "xanax", "valium", "klonopin", "ativan"),
)
_MEDICINE = re.compile(rf"\b(?:{'|'.join(MEDICINES)})\b", re.I)


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
    return MedicalReview(changed=True, changed_on=newest.live_at.date() if is_of_this_text else None)


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
    return any(map(_MEDICINE.search, texts))


def awaiting(pages: QuerySet) -> QuerySet:
    """Return the pages whose current text is unsigned, by their records alone.

    A signature under an unrecorded text counts if it is newer than the page's last change.
    """
    newest = ChangeRecord.objects.live().filter(page_type=OuterRef("page_type"), page_id=OuterRef("page_id"))
    is_newer = Q(at__gt=Subquery(newest.values("at")[:1]))
    of_today = Q(digest=Subquery(newest.values("digest")[:1])) | ~Exists(newest) | (is_newer & unrecorded())
    return pages.exclude(Exists(SignOff.objects.valid().filter(of_today, **_of_outer(pages.model))))


def corrected_unsigned(pages: QuerySet) -> QuerySet:
    """Return the pages with an unsigned correction."""
    newest = ChangeRecord.objects.live().filter(**_of_outer(pages.model)).values("kind")[:1]
    return awaiting(pages).annotate(newest=Subquery(newest)).filter(newest__in=ChangeRecord.CORRECTIONS)


def _of_outer(model: type[models.Model]) -> dict[str, Any]:
    return {"page_type": type_of(model), "page_id": OuterRef("pk")}
