"""Check a translation: the rules for every page, those for Spanish, and differences from the English."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from editorial.models.translated import words_of
from editorial.text import checks, plain_spanish
from editorial.text.check_rules import blanked, text_parts, without_folds
from editorial.text.checks import FEW_WORDS, NO_DOSES, Finding, Size
from editorial.text.doses import blocks
from editorial.workflow.publishing import CheckedText
from translations.doses import doses

NOT_TRANSLATED = "Not translated yet: a page is in one language as a whole."
#: A help line may take text messages in English only.
MAY_BE_EMPTY = {"text_body"}
#: Words to avoid, and what to say instead.
_WORDS = yaml.safe_load(Path(__file__).with_name("not_said.yaml").read_text(encoding="utf-8"))
_NOT_SAID = [(re.compile(rf"\b(?:{words})\b", re.I), instead) for words, instead in _WORDS.items()]
_TU = re.compile(
    r"\b(?:tú|tus?|ti|te|contigo|eres|tienes|puedes|debes|quieres|estás|haz|sientes|necesitas|sabes|vosotr[oa]s|os|dile|dime|"
    r"ponle|ponte|hazlo|pídele|(?!intérprete)\w*[áéíóú]\w{1,4}[ae]te)\b",
    re.I,
)
#: Quotes, citations and link targets are not checked.
_NOT_OURS = re.compile(r"“[^”\n]*”|«[^»\n]*»|\[@[^\]]*\]|\]\([^)\n]*\)|\[\[[^\]|\n]*")
_CITED = re.compile(r"\[@[^\]]+\]|\((?:tel|sms):[^)]+\)")
_NUMBER = re.compile(r"\d[\d,.:-]*\d|\d")
_NO_NUMBER = re.compile(r"\[@[^\]]+\]|\]\([^)]+\)|^\d+\. |\[\[[^\]|\n]*", re.M)
#: The description of a picture, or the words of a link by name.
_DESCRIBED = re.compile(r"(?<=!\[)[^\]\n]+(?=\]\()|(?<=\|)[^\]|\n]+(?=\]\])")
FEW_IN_COMMON = 3  # words, as in a name, may be those of both languages
#: The helpline's text messages are in English. In Spanish one presses 2 after 988.
ENGLISH_ONLY, SPANISH_ONLY = re.compile("435748"), {"988", "2"}


@dataclass(frozen=True)
class SpanishSize(Size):
    """The length of a Spanish page, and how plain it is."""

    plainness: plain_spanish.Plainness

    @property
    def level(self) -> str:
        return f"Fernández Huerta {self.plainness.fernandez_huerta:.0f}, INFLESZ {self.plainness.inflesz:.0f}"


def refusals(translation: Any) -> Iterator[Finding]:
    """Yield what prevents publication, by fields of `Translation`."""
    page = translation.shown()
    if isinstance(page, CheckedText):
        yield from (each for each in _by_column(page, checks.refusals(page)) if not each.is_dose)
    for column, english, text in _pairs(translation, page):
        if english and not text.strip() and column not in MAY_BE_EMPTY:
            yield Finding(NOT_TRANSLATED, column, is_refused=True)
        for start, end in doses(text):
            is_refused = not translation.override_reason
            yield Finding(NO_DOSES.format(text[start:end]), column, start, end, is_refused=is_refused, is_dose=True)


def advice(translation: Any) -> Iterator[Finding]:
    """Yield what a translator should check."""
    page = translation.shown()
    if isinstance(page, CheckedText):
        yield from _by_column(page, checks.advice_on_texts(page))
    for column, english, text in _pairs(translation, page):
        if not text.strip():
            continue
        ours = blanked(_NOT_OURS, text)
        for pattern, instead in _NOT_SAID:
            for found in pattern.finditer(ours):
                yield Finding(f"“{found[0]}” is not used in this guide. Say: {instead}.", column, *found.span())
        for found in _TU.finditer(ours):
            yield Finding(f"“{found[0]}” belongs to tú or vosotros. This guide says usted.", column, *found.span())
        for sentence in plain_spanish.sentences(text_parts(text)):
            if (count := len(plain_spanish.words_in(sentence))) > plain_spanish.MAX_SENTENCE:
                message = f"A sentence of {count} words; keep to {plain_spanish.MAX_SENTENCE}: “{sentence[:60]}…”"
                start = max(0, text.find(sentence[:20]))
                yield Finding(message, column, start, start + len(sentence))
        for start, end in left_in_english(english, text):
            yield Finding(f"This is as in English: “{text[start:end][:60]}”.", column, start, end)
        gone, more = difference(english, text)
        if gone:
            yield Finding(f"The English has this, and the Spanish does not: {', '.join(gone)}.", column)
        if more:
            yield Finding(f"The Spanish has this, and the English does not: {', '.join(more)}.", column)
    found_size = size(translation)
    scores = found_size.plainness
    huerta, inflesz = plain_spanish.MIN_FERNANDEZ_HUERTA, plain_spanish.MIN_INFLESZ
    if found_size.words > FEW_WORDS and (scores.fernandez_huerta < huerta or scores.inflesz < inflesz):
        yield Finding(f"It reads at {found_size.level}; keep to {huerta} and {inflesz}: shorter sentences and words.")
    if found_size.words > found_size.most:
        yield Finding(f"{found_size.words} words show and the page has room for {found_size.most}.")


def size(translation: Any) -> SpanishSize:
    """Measure the translation without folded parts. Spanish takes up to a quarter more words."""
    page = translation.shown()
    columns, folded = page.columns_in_translation(), getattr(page, "folded_fields", ())
    texts = [getattr(translation, columns[field]) for field in words_of(page) if field not in folded]
    parts = [part for text in texts for part in text_parts(without_folds(text))]
    words = sum(len(part.split()) for part in parts)
    most = getattr(page, "max_words", translation.max_words) * 5 // 4
    return SpanishSize(words, most, checks.minutes_for(words), 0.0, plain_spanish.plainness(parts))


def left_in_english(english: str, spanish: str) -> Iterator[tuple[int, int]]:
    """Yield the places of paragraphs, descriptions of pictures and words of links that are as in English."""
    paragraphs = {block[0].strip() for block in blocks(english)}
    for block in blocks(spanish):
        if block[0].startswith((">", "![", "[[")):  # a quote may be in English; the others follow
            continue
        if block[0].strip() in paragraphs and len(plain_spanish.words_in(block[0])) > FEW_IN_COMMON:
            yield block.span()
    for described in _DESCRIBED.finditer(spanish):
        if described[0] in _DESCRIBED.findall(english) and " " in described[0]:
            yield described.span()


def difference(english: str, spanish: str) -> tuple[list[str], list[str]]:
    """Return the sources, numbers and phone links that only one of the texts has."""
    was, now = _facts(english), _facts(spanish)
    gone = [fact for fact in was - now if not ENGLISH_ONLY.search(fact)]
    return gone, [fact for fact in now - was if fact not in SPANISH_ONLY]


def _facts(text: str) -> Counter[str]:
    return Counter([*_CITED.findall(text), *_NUMBER.findall(_NO_NUMBER.sub(" ", text))])


def _pairs(translation: Any, page: Any) -> Iterator[tuple[str, str, str]]:
    """Yield each field with its English and Spanish text."""
    columns = page.columns_in_translation()
    for field, english in words_of(page).items():
        yield columns[field], english, getattr(translation, columns[field]).replace("\r\n", "\n")


def _by_column(page: Any, found: Iterator[Finding]) -> Iterator[Finding]:
    columns = page.columns_in_translation()
    return (replace(each, field=columns.get(each.field, each.field)) for each in found)
