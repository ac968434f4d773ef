"""How stale a translation is: the English paragraphs that changed, and whether a safety correction is among them.

Revisions are compared, not times. A safety correction counts as translated once a translator confirms the English of
that revision or of a later one.
"""

import datetime
import difflib
import json
import re
from itertools import zip_longest
from typing import Any, NamedTuple

from django.db.models import Max
from reversion.models import Version

from editorial.models.changes import ChangeRecord, type_of
from editorial.models.translated import SEARCH_WORDS, digest_of_words, words_of
from editorial.text.doses import blocks
from editorial.text.markdown import PageText, plain_text
from editorial.values import languages
from phases.models import Phase, Symptom
from translations.models import Translation

_TITLE = re.compile(r"^#+\s+(.+?)(?:\s*\{more\})?\s*$")


class Paragraph(NamedTuple):
    """A changed English paragraph, as translated and as it is now; either may be empty."""

    field: str
    before: str
    after: str


class StaleNotice(NamedTuple):
    """The notice on a stale page. Has paragraphs only after a safety correction."""

    on: datetime.datetime | None
    path: str
    is_unsafe: bool
    added: list[str]
    removed: list[str]


def changed(seen: dict[str, str], today: dict[str, str]) -> list[Paragraph]:
    """Return the paragraphs that differ between the translated English and today's."""
    found = []
    for field, now in today.items():
        old, new = _paragraphs(seen.get(field, "")), _paragraphs(now)
        for kind, i, j, k, m in difflib.SequenceMatcher(None, old, new).get_opcodes():
            if kind != "equal":
                pairs = zip_longest(old[i:j], new[k:m], fillvalue="")
                found += [Paragraph(field, before, after) for before, after in pairs]
    return found


def _paragraphs(text: str) -> list[str]:
    return [block[0].strip() for block in blocks(text)]


def stale_notice(page: Any, page_text: PageText) -> StaleNotice | None:
    """Return the notice for a translated page, with up to four queries; None, without one, if it is up to date."""
    if "in_english" not in page.__dict__ or digest_of_words(words_of(page)) == page.words_source_digest:
        return None
    last = ChangeRecord.objects.of(getattr(page, "page", page)).live().first()
    is_unsafe = bool(with_safety_correction(type(page), {page.pk: page.words_source_digest}))
    with languages.override(languages.ENGLISH):
        path = type(page)(slug=page.english_slug).get_absolute_url()
        differ = changed(_seen(page), words_of(page)) if is_unsafe else []
        english = PageText(numbers=page_text.numbers)
        added = [english.render(_plain_blocks(each.after)).html for each in differ if each.after]
    removed = [plain_text(_plain_blocks(each.before)) for each in differ if not each.after]
    return StaleNotice(last.at if last else None, path, is_unsafe, added, removed)


def _seen(page: Any) -> dict[str, str]:
    """Return the English words that were translated; if unknown, all of the English counts as changed."""
    return Translation.objects.values_list("source_seen", flat=True).filter(pk=page.words_pk).first() or {}


def _plain_blocks(paragraph: str) -> str:
    """Return a paragraph without box markers, its headings in bold: the page has its own sections."""
    lines = (line for line in paragraph.splitlines() if not line.startswith(":::"))
    return "\n".join(_TITLE.sub(r"**\1**", line) for line in lines)


def with_safety_correction(model: Any, stale: dict[int, str]) -> set[int]:
    """Return the rows with a safety correction since their translation was confirmed. At most three queries.

    `stale`: stale rows of one model, each with the digest of the English that was confirmed.
    """
    pages, page_model = {key: key for key in stale}, model
    if model is Symptom:  # corrected with its stage
        pages, page_model = dict(Symptom.objects.filter(pk__in=stale).values_list("pk", "phase")), Phase
    corrected = ChangeRecord.objects.live().filter(kind=ChangeRecord.Kind.SAFETY_CORRECTION)
    of_pages = corrected.filter(page_type=type_of(page_model), page_id__in=set(pages.values())).order_by()
    last = dict(of_pages.values_list("page_id").annotate(Max("revision")))
    since = {key: last[page] for key, page in pages.items() if page in last}
    if not since:
        return set()
    kept = Version.objects.get_for_model(model).filter(object_id__in=map(str, since), revision__gte=min(since.values()))
    for version in kept.exclude(revision__changes__kind=ChangeRecord.Kind.DRAFT):
        key = int(version.object_id)
        if key in since and version.revision_id >= since[key] and _digest(model, version) == stale[key]:
            del since[key]
    return set(since)


def _digest(model: Any, version: Version) -> str:
    values = json.loads(version.serialized_data)[0]["fields"]
    texts = {name: values.get(name) or "" for name in model.translated_fields if name not in SEARCH_WORDS}
    return digest_of_words(words_of(model(**texts)))
