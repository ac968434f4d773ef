"""The table of all pages by language and state. 10,000 English pages are read once for each change of content."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractUser
from django.urls import reverse

from editorial.models.changes import type_of
from editorial.models.translated import SEARCH_WORDS, Translated, digest_of_words, words_of
from editorial.models.versions import content_models
from editorial.text import snapshot
from editorial.values import languages
from editorial.values.languages import without_accents
from editorial.workflow import drafts, sign_off
from editorial.workflow.needs import Line, counted
from editorial.workflow.publishing import CheckedText, ReviewedPage
from translations.models import Translation
from translations.staleness import changed, with_safety_correction

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


class English(NamedTuple):
    """A page in English."""

    title: str
    digest: str
    is_live: bool


@dataclass
class Row:
    """A page in a language, and its keys of `STATES`. `pk` is the translation's, None without one."""

    model: Any
    page: int
    language: str
    english: English
    state: str
    pk: int | None = None
    title: str = ""
    confirmed: str = ""  # the digest of the English that it translates
    has_draft: bool = False
    paragraphs: int = 0

    def __post_init__(self) -> None:
        self.states, self.state_name = {self.state}, STATES[self.state]
        self.kind, self.language_name = str(self.model._meta.verbose_name), languages.NAMES[self.language]

    @property
    def page_type(self) -> int:
        return type_of(self.model).pk


def models() -> list[Any]:
    """Return the translated models, those with pages first."""
    found = [model for model in content_models() if issubclass(model, Translated)]
    return sorted(found, key=lambda model: not issubclass(model, CheckedText))


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
    english, kinds = snapshot.current().cached(_english), {type_of(model).pk: model for model in models()}
    unsigned = set(sign_off.awaiting(Translation.objects.exclude(status="archived")).values_list("pk", flat=True))
    columns = ("page_type_id", "page_id", "language", "pk", "title", "status", "source_digest", "draft_in_review")
    found: dict[tuple[int, int, str], Row] = {}
    stale: dict[tuple[Any, str], dict[int, Row]] = defaultdict(dict)  # by model and language
    there = drafts.with_drafts(Translation.objects.order_by()).values_list(*columns)
    for kind, page, language, pk, title, status, digest, draft in there:
        now = english.get(kind, {}).get(page)
        if now is None or language not in languages.OTHERS:
            continue
        row = Row(kinds[kind], page, language, now, status, pk, title or now.title, digest, draft is not None)
        if digest != now.digest and status != ReviewedPage.Status.ARCHIVED:
            row.states.add("stale")
            stale[row.model, language][page] = row
        if pk in unsigned and issubclass(row.model, CheckedText):
            row.states.add("unsigned")
        found[kind, page, language] = row
    for (model, _), of_model in stale.items():
        for page in with_safety_correction(model, {page: row.confirmed for page, row in of_model.items()}):
            of_model[page].states.add("unsafe")
    missing = [
        Row(model, page, language, now, "missing")
        for kind, model in kinds.items()
        for page, now in english[kind].items()
        for language in languages.OTHERS
        if now.is_live and now.title and (kind, page, language) not in found
    ]
    order, by_title = list(STATES), sorted([*found.values(), *missing], key=lambda row: (row.kind, row.english.title))
    return sorted(by_title, key=lambda row: (min(map(order.index, row.states)), not issubclass(row.model, CheckedText)))


def tally(found: list[Row]) -> Counter[str]:
    """Count the rows in each of `STATES`."""
    return Counter(state for row in found for state in row.states)


def count_paragraphs(found: list[Row]) -> None:
    """Count the changed paragraphs of each stale row. One query, and one per model among them."""
    stale = {row.pk: row for row in found if "stale" in row.states}
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


def matching(found: list[Row], kind: str, language: str, words: str) -> list[Row]:
    """Filter rows by kind, language and words in the title; an empty filter matches all."""
    asked = without_accents(words.casefold())
    return [
        row
        for row in found
        if (not kind or kind == row.model._meta.model_name)
        and (not language or language == row.language)
        and asked in without_accents(f"{row.english.title}\n{row.title}".casefold())
    ]
