"""The clinicians who sign pages, and their signatures under exact texts."""

from typing import Any, Self

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils import timezone

from editorial.models.changes import ChangeRecord, PageRowQuerySet, type_of


class Reviewer(models.Model):
    """A clinician who signs pages, with their public details."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="reviewer",
        help_text="The account they sign with.",
    )
    name = models.CharField(max_length=120, help_text="As readers see it.")
    credentials = models.CharField(max_length=120, help_text='Like "MD, addiction medicine".')
    license_number = models.CharField(max_length=60, blank=True, help_text="For staff; readers do not see it.")
    profile_url = models.URLField(blank=True, help_text="Where readers can check who they are.")
    conflicts = models.CharField(
        "conflicts of interest",
        max_length=400,
        help_text='What they are paid or own that could sway them. "None" if there is nothing.',
    )
    conflicts_on = models.DateField("stated on", default=timezone.localdate)
    is_active = models.BooleanField("signs pages now", default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name}, {self.credentials}"


class SignOffQuerySet(PageRowQuerySet):
    def valid(self) -> Self:
        """Return those that still count: not if the text was corrected since, even if it is restored."""
        return self.filter(~_corrected_since())

    def compared(self) -> Self:
        """Annotate whether each counts, whether its text was ever live, and its page's `live_digest` and `live_at`."""
        of_page = ChangeRecord.objects.filter(page_type=OuterRef("page_type"), page_id=OuterRef("page_id"))
        newest = of_page.live()
        return self.annotate(
            is_valid=~_corrected_since(),
            was_live=Exists(newest.filter(digest=OuterRef("digest"))) | unrecorded(),
            live_digest=Subquery(newest.values("digest")[:1]),
            live_at=Subquery(newest.values("at")[:1]),
        ).select_related("reviewer")


def unrecorded() -> Q:
    """Return the condition that a signature is of a live text without a record, so not of a draft.

    The page is older than records, or a source or glossary term changed after the page was saved.
    """
    of_page = ChangeRecord.objects.filter(page_type=OuterRef("page_type"), page_id=OuterRef("page_id"))
    last = Subquery(of_page.filter(at__lte=OuterRef("at")).values("kind")[:1])
    of_draft: Exact = Exact(Coalesce(last, Value("")), ChangeRecord.Kind.DRAFT)
    return ~Exists(of_page.filter(digest=OuterRef("digest"))) & ~Q(of_draft)


def _corrected_since() -> Exists:
    of_page = ChangeRecord.objects.live().filter(page_type=OuterRef("page_type"), page_id=OuterRef("page_id"))
    corrections = of_page.filter(kind__in=ChangeRecord.CORRECTIONS, at__gt=OuterRef("at"))
    return Exists(corrections.exclude(digest=OuterRef("digest")))


class SignOff(models.Model):
    """A reviewer's signature under the exact text of a page.

    A page names a reviewer only while its digest is one of these. A change of wording adds one for the new digest, with
    `wording_changed`; after any other change the page has none.
    """

    page_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    page_id = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    reviewer = models.ForeignKey(Reviewer, on_delete=models.PROTECT, related_name="sign_offs")
    on = models.DateField(default=timezone.localdate)
    wording_changed = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now_add=True)

    objects = SignOffQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["page_type", "page_id", "digest"], name="sign_off_once_for_a_text")
        ]

    def __str__(self) -> str:
        return f"{self.reviewer}, {self.on}"


def carry(page: models.Model, before: str, digest: str) -> None:
    """Carry the sign-off over a change of wording, to the new digest."""
    valid = SignOff.objects.of(page).valid()
    signed = valid.filter(digest=before).first()
    if signed and not valid.filter(digest=digest).exists():
        sign(page, digest, signed.reviewer, on=signed.on, wording_changed=True)


def sign(page: models.Model, digest: str, reviewer: Reviewer, **values: Any) -> None:
    """Sign a text, replacing a signature that no longer counts."""
    values = {"on": timezone.localdate(), "at": timezone.now(), "wording_changed": False, "reviewer": reviewer} | values
    SignOff.objects.update_or_create(page_type=type_of(page), page_id=page.pk, digest=digest, defaults=values)
