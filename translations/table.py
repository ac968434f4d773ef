"""The table of all pages in each other language: missing, stale, and in which state.

Staleness is computed on each view, from digests of the English that are cached in the content snapshot, so that 10,000
pages are read once for each change of content.
"""

import datetime
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractUser
from django.urls import reverse

from editorial.models.changes import type_of
from editorial.models.translated import SEARCH_WORDS, Translated, digest_of_words, words_of
from editorial.models.versions import content_models
from editorial.text import snapshot
from editorial.values import languages
from editorial.workflow import drafts, sign_off
from editorial.workflow.needs import Line, counted
from editorial.workflow.publishing import ReviewedPage
from translations.models import Translation
from translations.previews import has_page
from translations.staleness import changed, unsafe

#: The filters of the table, most urgent first.
STATES = {
    "unsafe": "English corrected for safety",
    "stale": "English changed since",
    "missing": "Not translated",
    "draft": "Draft",
    "in-review": "In review",
    "unsigned": "No clinician signed it",
    "published": "Published",
    "archived": "Archived",
}
MISSING = "missing"


class English(NamedTuple):
    """A page in English."""

    title: str
    digest: str
    is_live: bool


@dataclass
class Row:
    """A page in a language. `pk` is the translation's, None without one."""

    model: Any
    page: int
    language: str
    english: str
    state: str
    pk: int | None = None
    title: str = ""
    is_stale: bool = False
    is_unsafe: bool = False
    is_unsigned: bool = False
    has_draft: bool = False
    english_is_live: bool = True
    since: datetime.datetime | None = None
    paragraphs: int = 0

    @property
    def states(self) -> set[str]:
        """Return its keys of `STATES`."""
        flags = {"stale": self.is_stale, "unsafe": self.is_unsafe, "unsigned": self.is_unsigned}
        return {self.state, *(name for name, has in flags.items() if has)}

    @property
    def page_type(self) -> int:
        return type_of(self.model).pk

    @property
    def kind(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def language_name(self) -> str:
        return languages.NAMES[self.language]

    @property
    def state_name(self) -> str:
        return STATES[self.state]


def models() -> list[Any]:
    """Return the translated models, those with pages first."""
    found = [model for model in content_models() if issubclass(model, Translated)]
    return sorted(found, key=lambda model: not has_page(model))


def _english() -> dict[int, dict[int, English]]:
    """Return all pages by content type and key. One query per model."""
    found = {}
    for model in models():
        fields = [field for field in model.translated_fields if field not in SEARCH_WORDS]
        state = model.linked_as[2] if hasattr(model, "linked_as") else "pk"
        rows = model._base_manager.order_by().values_list("pk", state, *fields).iterator()
        found[type_of(model).pk] = {
            pk: English(texts[0], _digest(model, fields, texts), state in {"published", pk})
            for pk, state, *texts in rows
        }
    return found


def _digest(model: Any, fields: list[str], texts: list[str]) -> str:
    return digest_of_words(words_of(model(**dict(zip(fields, texts, strict=True)))))


def rows() -> list[Row]:
    """Return each page in each other language, most urgent first. A dozen queries, however many pages."""
    english, kinds = snapshot.current().keep(_english), {type_of(model).pk: model for model in models()}
    unsigned = set(sign_off.awaiting(Translation.objects.exclude(status="archived")).values_list("pk", flat=True))
    with_drafts = drafts.with_drafts(Translation.objects.order_by())
    columns = ("pk", "page_type_id", "page_id", "language", "title", "status", "updated_at", "source_digest")
    found, there = [], set()
    for pk, kind, page, language, title, status, since, digest, draft in with_drafts.values_list(
        *columns, "draft_in_review"
    ):
        if (now := english.get(kind, {}).get(page)) and language in languages.OTHERS:
            there.add((kind, page, language))
            row = Row(kinds[kind], page, language, now.title, status, pk, title or now.title, since=since)
            row.english_is_live = now.is_live
            row.is_stale = digest != now.digest and status != ReviewedPage.Status.ARCHIVED
            row.is_unsigned, row.has_draft = has_page(row.model) and pk in unsigned, draft is not None
            found.append((row, digest))
    for model, language in product(kinds.values(), languages.OTHERS):
        of_kind = [
            pair for pair in found if pair[0].is_stale and (pair[0].model, pair[0].language) == (model, language)
        ]
        hurts = unsafe(model, {row.page: digest for row, digest in of_kind}) if of_kind else set()
        for row, _ in of_kind:
            row.is_unsafe = row.page in hurts
    missing = [
        Row(model, page, language, now.title, MISSING)
        for kind, model in kinds.items()
        for page, now in english[kind].items()
        for language in languages.OTHERS
        if now.is_live and now.title and (kind, page, language) not in there
    ]
    order = list(STATES)
    return sorted(
        [*(row for row, _ in found), *missing],
        key=lambda row: (min(map(order.index, row.states)), not has_page(row.model), row.kind, row.english),
    )


def tally(found: list[Row]) -> dict[str, int]:
    """Count the rows in each of `STATES`."""
    counts = Counter(state for row in found for state in row.states)
    return {state: counts[state] for state in STATES}


def count_paragraphs(found: list[Row]) -> None:
    """Count the changed paragraphs of each stale row. One query, and one per model among them."""
    stale = {row.pk: row for row in found if row.is_stale}
    seen = dict(Translation.objects.filter(pk__in=stale).values_list("pk", "source_seen"))
    for model in {row.model for row in stale.values()}:
        of_model = [row for row in stale.values() if row.model is model]
        pages = model._base_manager.in_bulk([row.page for row in of_model])
        for row in of_model:
            row.paragraphs = len(changed(seen[row.pk], words_of(pages[row.page])))


def lines(user: AbstractUser) -> list[Line]:
    """Return the start page's lines about translations, those after a safety correction first."""
    if not user.has_perm("translations.change_translation"):
        return []
    counts, address = tally(rows()), reverse("admin:translations_translation_table")
    hurts, stale = counts["unsafe"], counts["stale"] - counts["unsafe"]
    names = ("translation", "translations")
    to_correct = " to correct: the English was corrected for safety"
    return [
        *counted(hurts, *names, f"{address}?state=unsafe", more=to_correct, is_late=True),
        *counted(stale, *names, f"{address}?state=stale", more=" whose English has changed since"),
    ]


def matching(found: list[Row], state: str, kind: str, language: str, words: str) -> list[Row]:
    """Filter rows by state, kind, language and words in the title; an empty filter matches all."""
    asked = _plain(words)
    return [
        row
        for row in found
        if (not state or state in row.states)
        and (not kind or kind == row.model._meta.model_name)
        and (not language or language == row.language)
        and (asked in _plain(row.english) or asked in _plain(row.title))
    ]


def _plain(text: str) -> str:
    """Return a text without capitals and accents, which people often omit in a search."""
    return "".join(mark for mark in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(mark))
