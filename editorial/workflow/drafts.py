"""Drafts beside live pages, each stored as a revision, with the form as the editor left it."""

import json
import re
import secrets
from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import QueryDict
from django.utils import timezone
from reversion.models import Revision, Version

from editorial.models.changes import ChangeRecord, draft_beside, type_of
from editorial.models.unsaved import TAB
from editorial.text.digests import page_digest
from editorial.workflow import revisions
from editorial.workflow.publishing import ReviewedPage

#: Key in form data: the version at which a form was first opened; in a draft's, the saved version from which the first
#: of the drafts that replaced each other was begun.
BEGUN = "_begun"
#: Form fields that are not part of the text.
_NOT_TYPED = ("csrfmiddlewaretoken", "_opened_at", "_of_draft", "_has_correction", BEGUN, TAB)


def can_have_draft(page: Any) -> bool:
    """Return whether the page can have a draft beside it: it is live or scheduled, not itself a draft."""
    return page is not None and page.status == ReviewedPage.Status.PUBLISHED


def store(
    page: Any, versions: Iterable[Version], typed: QueryDict, user: Any, *, to_review: bool = False
) -> ChangeRecord:
    """Store a draft, replacing the last one, and return it. `page` is the live page, its row locked.

    `versions` are of a save that was rolled back. Rows that were new in it are stored without a key, as another row may
    get that key.
    """
    data = typed.copy()
    for name in (*_NOT_TYPED, *(name for name in data if name.startswith("_save") or name == "_send_to_review")):
        data.pop(name, None)
    data["status"] = page.status
    replaced = draft_beside(page) if "_of_draft" in typed else None
    if begun := begun_from(replaced, page) if replaced else _opened_at(typed.get(BEGUN), page):
        data[BEGUN] = str(begun.pk)
    in_review = to_review or _beside(page).filter(in_review=True).exists()
    comment = "Sent to review." if to_review else "Saved a draft."
    revision = Revision.objects.create(user=user, comment=comment, date_created=timezone.now())
    Version.objects.bulk_create([_as_draft(version, revision, page) for version in versions])
    end(page)
    digest = page_digest(revisions.page_as_of(revision.version_set.get_for_object(page).get()))
    return _record(revision, page, digest=digest, by=user, in_review=in_review, typed=data.urlencode())


def _opened_at(seen: str | None, page: Any) -> Version | None:
    """Return the saved version that a form was first opened at, which was perhaps refused and sent again since."""
    if seen == "":  # before there were versions
        return saved(page).last()
    return saved(page).filter(pk__lte=seen).first() if seen and re.fullmatch(r"\d{1,18}", seen, re.A) else None


def _record(revision: Revision, page: Any, **values: Any) -> ChangeRecord:
    """Record a draft without a signal, as public pages do not change."""
    record = ChangeRecord(revision=revision, kind=ChangeRecord.Kind.DRAFT, page=page, **values)
    return ChangeRecord.objects.bulk_create([record])[0]


def _as_draft(version: Version, revision: Revision, page: Any) -> Version:
    data = json.loads(version.serialized_data)
    key = version.object_id
    model = version.content_type.model_class()
    if isinstance(page, model) and key == str(page.pk):
        fields = data[0]["fields"]
        fields["status"] = page.status
        if not fields["published_at"] and page.published_at:  # as in `typed`
            fields["published_at"] = page.published_at.isoformat()
    elif not model._default_manager.filter(pk=key).exists():
        data[0]["pk"], key = None, str(-secrets.randbelow(2**62) - 1)  # as no row has
    version.pk, version.revision, version.object_id = None, revision, key
    version.serialized_data = json.dumps(data, ensure_ascii=False)
    return version


def end(page: Any) -> None:
    """End a page's draft, because it was published, discarded or replaced. The history keeps its text."""
    _beside(page).update(typed="", in_review=False)


def set_in_review(page: Any, in_review: bool) -> None:
    _beside(page).update(in_review=in_review)


def text_of(draft: ChangeRecord) -> Any:
    """Return the draft's text as an unsaved page. Raises RevertError if it is from a release with other fields."""
    return revisions.page_as_of(version_of(draft))


def version_of(draft: ChangeRecord) -> Version:
    return draft.revision.version_set.get(content_type=draft.page_type, object_id=str(draft.page_id))


def typed(draft: ChangeRecord, page: Any) -> QueryDict:
    """Return the draft's form data. Rows deleted from the page since are new rows in it."""
    data = QueryDict(draft.typed, mutable=True)
    if page.published_at and "published_at_0" not in data:  # an editor without the right to publish has no such field
        at = timezone.localtime(page.published_at)
        data["published_at_0"], data["published_at_1"] = f"{at:%Y-%m-%d}", f"{at:%H:%M:%S}"
    for prefix in page.versioned_rows:
        known = {str(key) for key in getattr(page, prefix).values_list("pk", flat=True)}
        # Counted: a forged TOTAL_FORMS (1.0, say) would keep everybody from the page's form.
        numbered = filter(None, (re.match(rf"{prefix}-(\d{{1,3}})-", name) for name in data))
        count = max((int(found[1]) for found in numbered), default=-1) + 1
        rows = [_row(data, f"{prefix}-{number}-") for number in range(count)]
        for row in rows:
            row["id"] = row["id"] if row.get("id", [""])[0] in known else [""]
        rows.sort(key=lambda row: row["id"] == [""])  # formsets have new rows last
        data[f"{prefix}-INITIAL_FORMS"] = str(sum(row["id"] != [""] for row in rows))
        for number, row in enumerate(rows):
            for name, values in row.items():
                data.setlist(f"{prefix}-{number}-{name}", values)
    return data


def _row(data: QueryDict, prefix: str) -> dict[str, list[str]]:
    """Remove and return the fields of one row of a form."""
    names = [name for name in data if name.startswith(prefix)]
    return {name.removeprefix(prefix): data.pop(name) for name in names}


def saved(page: Any) -> QuerySet[Version]:
    """Return the saved versions of a page, newest first, without drafts beside it."""
    drafts = ChangeRecord.objects.of(page).filter(kind=ChangeRecord.Kind.DRAFT, revision=OuterRef("revision"))
    return revisions.history(page).filter(~Exists(drafts))


def begun_from(draft: ChangeRecord, page: Any) -> Version | None:
    """Return the saved version that a draft, or the draft it replaced, was begun from."""
    begun = saved(page).filter(pk=QueryDict(draft.typed).get(BEGUN)).first()
    return begun or saved(page).filter(pk__lt=version_of(draft).pk).first()


def corrected_since(draft: ChangeRecord, page: Any) -> QuerySet[ChangeRecord]:
    """Return the corrections of a page that were published after its draft was begun: the draft may undo them."""
    begun = begun_from(draft, page)
    return corrected_after(begun, page) if begun else ChangeRecord.objects.none()


def corrected_after(version: Version, page: Any) -> QuerySet[ChangeRecord]:
    """Return the corrections of a page that are newer than a version of it."""
    corrections = ChangeRecord.objects.of(page).filter(kind__in=ChangeRecord.CORRECTIONS)
    return corrections.filter(revision__gt=version.revision_id)


def to_review(page: Any) -> ChangeRecord | None:
    """Return what to review: the draft beside a page or, if it is not live, its last save."""
    beside = draft_beside(page)
    if beside or can_have_draft(page):
        return beside
    with transaction.atomic():
        revisions.ensure_first_version(page)
        revision = revisions.history(page)[0].revision
        known = ChangeRecord.objects.of(page).filter(revision=revision).first()
        return known or _record(revision, page, digest=page_digest(page), by=revision.user)


def is_current(draft: ChangeRecord, page: Any) -> bool:
    """Return whether a draft is the current one: not saved again, published or discarded since."""
    if draft.typed or can_have_draft(page):
        return bool(draft.typed)
    return revisions.history(page).values_list("revision", flat=True).first() == draft.revision_id


def with_drafts(pages: QuerySet) -> QuerySet:
    """Annotate pages with `draft_in_review`; None without a draft."""
    beside = ChangeRecord.objects.filter(page_type=type_of(pages.model), page_id=OuterRef("pk")).exclude(typed="")
    return pages.annotate(draft_in_review=Subquery(beside.values("in_review")[:1]))


def state(page: Any) -> str:
    """Return the state of a page from `with_drafts`, and of its draft."""
    in_review = getattr(page, "draft_in_review", None)
    if in_review is None:
        return page.state
    return f"{page.state}, draft in review" if in_review else f"{page.state}, with a draft"


def _beside(page: models.Model) -> QuerySet[ChangeRecord]:
    return ChangeRecord.objects.of(page).exclude(typed="")
