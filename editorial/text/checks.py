"""Check a page before publication: the same findings refuse a save and are shown while typing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.urls import Resolver404, resolve

from editorial.models import Source
from editorial.models.addresses import redirect_target
from editorial.text import check_rules as rules, layout_rules
from editorial.text.doses import blocks, doses
from editorial.text.link_targets import look_up, models_by_view, similar
from editorial.text.markdown import cited_keys, convert
from editorial.text.measures import MAX_GRADE, grade, minutes_for
from editorial.values.links import is_foreign_path

MIN_SUMMARY, MAX_SUMMARY = 50, 160  # characters
FEW_WORDS = 60  # the grade of a shorter text is meaningless
NO_SOURCE = "There is no source named {}. Add it under Sources first, or correct the key."
NAMES_LOOK_LIKE = "Names look like [[stage:peak-withdrawal]], [[article:slug|words]]."
_ANY_LANGUAGE = (
    *(rules.broken_links, rules.unread_marks, rules.reserved_heading_ids),
    *(layout_rules.unformatted_lists, layout_rules.lists_and_tables_cut_short),
)
MAX_SUGGESTED = 5  # names for which similar ones are looked up
NO_DOSES = "This guide gives no doses: take “{}” out. What is right for one body can kill another."


@dataclass(frozen=True)
class Finding:
    """One problem: the message, the field, the place in its text. `in_drafts`: it also prevents saving a draft."""

    message: str
    field: str = ""
    start: int = 0
    end: int = 0
    is_refused: bool = False
    in_drafts: bool = False
    is_dose: bool = False


@dataclass(frozen=True)
class Size:
    """Length and reading grade of the editors' part of a page, without folds."""

    words: int
    most: int
    minutes: int
    grade: float

    @property
    def level(self) -> str:
        return f"grade {self.grade:.1f}"


def findings(page: Any) -> list[Finding]:
    """Return all findings, refusals first."""
    return [*page.checked_by.refusals(page), *page.checked_by.advice(page)]


def by_field(page: Any, *, in_drafts: bool) -> dict[str, list[ValidationError]]:
    """Return as form errors, by field, what prevents publication or, with `in_drafts`, any save."""
    problems: dict[str, list[ValidationError]] = {}
    refused = [each for each in page.checked_by.refusals(page) if each.is_refused and (each.in_drafts or not in_drafts)]
    for field, message in dict.fromkeys((each.field, each.message) for each in refused):
        problems.setdefault(field or NON_FIELD_ERRORS, []).append(ValidationError(message))
    return problems


def refusals(page: Any) -> Iterator[Finding]:
    """Yield what must not be published. Queries only what the texts cite and link to."""
    texts = _texts(page)
    for field, text in texts.items():
        if refusal := convert(text).refusal:
            yield Finding(refusal, field, is_refused=True, in_drafts=True)
    cited = {field: cited_keys(text) for field, text in texts.items()}
    unknown = unknown_keys(set().union(*cited.values()))
    for field, keys in cited.items():
        for key in sorted(keys & unknown):
            yield Finding(NO_SOURCE.format(key), field, *_cited_at(key, texts[field]), is_refused=True)
    if hasattr(page, "summary"):
        if not any(cited.values()):
            yield Finding("A published page needs at least one source. Cite it in the text as [@key].", is_refused=True)
        if message := summary_problem(page.summary):
            yield Finding(message, "summary", is_refused=True)
    pages = look_up(name for text in texts.values() for name, *_ in rules.page_names(text))
    unnamed = [name for name, found in pages.items() if found is None]
    suggested = {name: similar(name) for name in unnamed[:MAX_SUGGESTED]}
    kinds = set(page.own_boxes)
    for field, text in texts.items():
        for message, start, end in (*rules.broken_boxes(text, kinds), *rules.unusable_pictures(text)):
            yield Finding(message, field, start, end, is_refused=True)
        for name, start, end in rules.page_names(text):
            if pages[name] is None:
                names = ", ".join(f"[[{each}]]" for each in suggested.get(name, ()))
                advice = f"Did you mean {names}?" if names else NAMES_LOOK_LIKE
                yield Finding(f"No page is named “{name}”. {advice}", field, start, end, is_refused=True)
    yield from _doses(page, texts)


def advice(page: Any) -> Iterator[Finding]:
    """Yield what an editor should check but may keep."""
    yield from advice_on_texts(page, rules.stigmatizing_words, rules.unsourced_claims)
    cited = [(field, text, key) for field, text in _texts(page).items() for key in sorted(cited_keys(text))]
    unreliable = Source.objects.filter(key__in={key for *_, key in cited}, status__in=Source.UNRELIABLE)
    states = dict(unreliable.values_list("key", "status"))
    for field, text, key in cited:
        if key in states:
            message = f"{key} is {states[key]}: what rests on it needs another source."
            yield Finding(message, field, *_cited_at(key, text))
    for field in page.plain_fields:
        for message, start, end in rules.stigmatizing_words(getattr(page, field)):
            yield Finding(message, field, start, end)
    found_size = size(page)
    if found_size.words > found_size.most:
        yield Finding(
            f"{found_size.words} words show and the page has room for {found_size.most}: cut, or fold a section by "
            "ending its heading in {more}."
        )
    if found_size.grade > MAX_GRADE and found_size.words > FEW_WORDS:
        yield Finding(f"It reads at grade {found_size.grade:.1f}; keep to {MAX_GRADE}: shorter sentences and words.")


def advice_on_texts(page: Any, *of_language: rules.Rule) -> Iterator[Finding]:
    """Yield advice for any language, and from these rules for each text."""
    texts = _texts(page)
    pages = look_up(name for text in texts.values() for name, *_ in rules.page_names(text))
    ids = {found for text in texts.values() for found in re.findall(r'<h\d id="([^"]*)"', convert(text).html)}
    for field, text in texts.items():
        found = [*rules.skipped_heading_levels(text, first=1 if field == "body" else 2)]
        for rule in (*_ANY_LANGUAGE, *of_language):
            found += rule(text)
        for message, start, end in found:
            yield Finding(message, field, start, end)
        for name, start, end in rules.page_names(text):
            if (named := pages[name]) and not named.is_live():
                message = f"Readers do not see “{named.title}” now: they get its words without a link."
                yield Finding(message, field, start, end)
        for href, start, end in rules.link_addresses(text):
            if message := _dead(href, ids):
                yield Finding(message, field, start, end)


def size(page: Any) -> Size:
    """Measure the page's own text, without the template's."""
    texts = {field: text for field, text in _texts(page).items() if field not in page.folded_fields}
    parts = [part for text in texts.values() for part in rules.text_parts(rules.without_folds(text))]
    words = sum(len(part.split()) for part in parts)
    return Size(words, page.max_words, minutes_for(words), max(0.0, grade(parts)))


def _cited_at(key: str, text: str) -> tuple[int, int]:
    place = re.search(rf"@{key}(?![\w-])", text)
    return place.span() if place else (0, 0)


def unknown_keys(cited: set[str]) -> set[str]:
    return cited - set(Source.objects.filter(key__in=cited).values_list("key", flat=True))


def check_sources(texts: list[str]) -> set[str]:
    """Return the keys that the texts cite. Raises ValidationError if there is no such source."""
    cited = cited_keys(*texts)
    if unknown := unknown_keys(cited):
        raise ValidationError(NO_SOURCE.format(", ".join(sorted(unknown))))
    return cited


def check_doses(text: str, title: str = "") -> None:
    """Raise ValidationError if a text that has no state, and so is live once saved, gives a dose."""
    for start, end in doses(text, title):
        raise ValidationError(NO_DOSES.format(text[start:end]))


def summary_problem(text: str) -> str:
    """Return the problem with a summary: too short, or too long for search engines to show in full."""
    if MIN_SUMMARY <= len(text) <= MAX_SUMMARY:
        return ""
    return f"Write {MIN_SUMMARY} to {MAX_SUMMARY} characters: search engines show this sentence. It has {len(text)}."


def _texts(page: Any) -> dict[str, str]:
    return {name: getattr(page, name).replace("\r\n", "\n") for name in page.markdown_fields}


def _doses(page: Any, texts: dict[str, str]) -> Iterator[Finding]:
    """Refuse doses, except by an administrator's override now, or in a paragraph that is already public."""
    found = [
        (field, text, place)
        for field, text in {**texts, **{name: getattr(page, name) for name in page.plain_fields}}.items()
        for place in doses(text, str(page))
    ]
    public = _public_paragraphs(page) if found else set()
    for field, text, (start, end) in found:
        is_let_through = bool(page.override_reason) or _paragraph(text, start) in public
        message = NO_DOSES.format(text[start:end])
        if is_let_through:
            message = f"A dose, “{text[start:end]}”, which an administrator let through."
        yield Finding(message, field, start, end, is_refused=not is_let_through, is_dose=True)


def _public_paragraphs(page: Any) -> set[str]:
    before = type(page)._base_manager.filter(pk=page.pk).first() if page.pk else None
    if before is None or not before.is_published():
        return set()
    texts = [*_texts(before).values(), *(getattr(before, name) for name in before.plain_fields)]
    return {block[0].strip() for text in texts for block in blocks(text)}


def _paragraph(text: str, place: int) -> str:
    return next((block[0].strip() for block in blocks(text) if block.start() <= place < block.end()), "")


def _dead(href: str, ids: set[str]) -> str:
    """Return why an internal link does not lead to a public page; "" if it does."""
    if href.startswith("#"):
        return "" if href[1:] in ids else f"No heading of this text has the address {href}."
    path = re.split(r"[?#]", href)[0]
    if not path.startswith("/") or is_foreign_path(href) or path.startswith("/static/"):
        return ""
    try:
        match = resolve(path)
        model = models_by_view().get(match.view_name)
        if model is None:
            return ""
        rows = model._default_manager.filter(slug=match.kwargs["slug"])
        if getattr(rows, "published", rows.all)().exists():
            return ""
        is_hidden = rows.exists()
    except Resolver404:
        is_hidden = False
    if moved := redirect_target(path):
        return f"This page is at {moved} now."
    return f"Readers do not see the page at {path}." if is_hidden else f"There is no page at {path}."
