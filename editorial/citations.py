"""Where sources are used: which pages, words and help lines rest on each."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any

import reversion
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Q, QuerySet, TextField
from django.urls import reverse
from django.utils import timezone

from editorial import revisions, snapshot
from editorial.house_rules import CITATION, KEY
from editorial.models import GlossaryTerm, HelpLine, Source
from editorial.publishing import ReviewedPage
from editorial.versions import content_models


@dataclass(frozen=True)
class Use:
    """A place that rests on a source, as readers find it."""

    name: str
    url: str


def keys_in(texts: list[str]) -> set[str]:
    """Return the keys that texts cite, without converting them: thousands are read for one list."""
    return {key for text in texts for mark in re.finditer(CITATION, text) for key in re.findall(KEY, mark[0])}


def published_uses() -> dict[str, list[Use]]:
    """Return what readers see that rests on each source, by its key. Kept until content changes."""
    return snapshot.current().keep(_published_uses)


def _published_uses() -> dict[str, list[Use]]:
    uses: dict[str, list[Use]] = defaultdict(list)
    for model in _page_models():
        for page in _with_rows(model.objects.published()):
            for key in keys_in(page.markdown_texts()):
                uses[key].append(Use(str(page), page.get_absolute_url()))
    for term in GlossaryTerm.objects.all():
        for key in keys_in([term.meaning]):
            uses[key].append(Use(f"The word “{term.word}”", f"{reverse('a-z')}#word-{term.slug}"))
    for line in HelpLine.objects.select_related("source"):
        if line.source:
            uses[line.source.key].append(Use(line.name, f"{reverse('emergency')}#lines"))
    return dict(uses)


def pages_citing(source: Source) -> Iterator[ReviewedPage]:
    """Yield the pages in any state that cite a source, in their live text or that of their rows."""
    for model in _page_models():
        for page in _with_rows(model.objects.filter(_mentions(model, source.key)).distinct()):
            if source.key in keys_in(page.markdown_texts()):
                yield page


def words_citing(source: Source) -> list[GlossaryTerm]:
    """Return the explained words that cite a source."""
    terms = GlossaryTerm.objects.filter(meaning__contains=f"@{source.key}")
    return [term for term in terms if source.key in keys_in([term.meaning])]


def make_due(source: Source) -> list[ReviewedPage]:
    """Make every published page that cites a source due for review today, and return those that were not.

    Each is kept as a revision, and recorded if a person did it. Call it in a transaction.
    """
    today = timezone.localdate()
    marked = []
    why = f"Due for review: {source.key} is {source.status}."
    for page in pages_citing(source):
        # the earliest date that may follow the last review
        due_on = max(today, page.reviewed_on + timedelta(days=1)) if page.reviewed_on else today
        if page.status != ReviewedPage.Status.PUBLISHED or (page.review_due_on and page.review_due_on <= due_on):
            continue
        revisions.keep(page)
        with reversion.create_revision():
            page.review_due_on = due_on
            page.save(update_fields=["review_due_on", "updated_at"])
            reversion.set_comment(why)
            if user := reversion.get_user():
                LogEntry.objects.log_actions(user.pk, [page], CHANGE, why, single_object=True)
        marked.append(page)
    return marked


def _page_models() -> list[Any]:
    return [model for model in content_models() if issubclass(model, ReviewedPage)]


def _with_rows(pages: QuerySet) -> QuerySet:
    return pages.prefetch_related(*getattr(pages.model, "kept_with", ()))


def _mentions(model: type[ReviewedPage], key: str) -> Q:
    """Return a condition that every page which cites the key meets, so that not all texts are read."""
    names = list(model.markdown_fields)
    for accessor in getattr(model, "kept_with", ()):
        rows: Any = model._meta.get_field(accessor).related_model
        names += [f"{accessor}__{field.name}" for field in rows._meta.fields if isinstance(field, TextField)]
    return reduce(or_, (Q(**{f"{name}__contains": f"@{key}"}) for name in names))
