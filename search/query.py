"""From what a reader typed to results. What they typed is kept nowhere."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from search import index
from search.danger import is_danger
from search.doses import asks_for_a_dose
from search.models import SearchWord
from search.spelling import may_be_misspelt, nearest
from search.static_pages import meant_by
from search.words import COMMON, in_our_words, stem, synonyms

LONGEST = 80  # characters read of a query
MOST_WORDS = 8
LIMIT = 30
FEW = 3  # with fewer results than this, pages that hold only some of the words are shown too


@dataclass(frozen=True)
class Result:
    """One found page; `excerpt` is its text in parts, each with whether it is a found word."""

    title: str
    kind: str
    url: str
    excerpt: list[tuple[str, bool]]


@dataclass(frozen=True)
class Results:
    """What was found. `corrected` is the query as searched where the typed one had no match, else empty;
    `is_urgent`: what was typed may mean that somebody is in danger now; `asks_for_a_dose`: it seeks an amount."""

    query: str
    corrected: str
    was_cut: bool
    found: list[Result]
    is_urgent: bool
    asks_for_a_dose: bool


def search(typed: str) -> Results:
    """Never raises, whatever is typed: operators, quotes and control characters are not words."""
    query = re.sub(r"\s+", " ", _printable(unicodedata.normalize("NFKC", typed))).strip()
    was_cut = len(query) > LONGEST
    query = query[:LONGEST]
    words = _words(query)
    dictionary = _Dictionary()
    terms = [dictionary.spellings(word) for word in words]
    matches = index.find(terms, all_of_them=True, limit=LIMIT)
    if len(matches) < FEW and len(terms) > 1:
        seen = {match.entry_id for match in matches}
        some = index.find(terms, all_of_them=False, limit=LIMIT)
        matches += [match for match in some if match.entry_id not in seen][: LIMIT - len(matches)]
    spelt = [
        word if synonyms(word) or index.holds(word, in_text=False) else meant[-1]
        for word, meant in zip(words, terms, strict=True)
    ]
    pages = meant_by(query, " ".join(spelt))
    standing = [Result(page.title, "Page", page.url, [(page.words, False)]) for page, _ in pages]
    matches.sort(key=lambda match: not _is_named(match.title, terms))
    called = [match for match in matches if _is_called(match, terms)]
    called.sort(key=lambda match: query.casefold() not in _names(match))  # word for word before what means the same
    others = [match for match in matches if match not in called]
    first = sum(is_named for _, is_named in pages)
    found = [*standing[:first], *map(_result, called), *standing[first:], *map(_result, others)]
    meaning = f"{query.casefold()} {' '.join(spelt)}".replace("’", "'")
    return Results(
        query=query,
        corrected=" ".join(spelt) if spelt != words and found else "",
        was_cut=was_cut,
        found=found,
        is_urgent=is_danger(query, " ".join(spelt)),
        asks_for_a_dose=asks_for_a_dose(meaning),
    )


def _printable(text: str) -> str:
    return "".join(" " if unicodedata.category(character).startswith(("C", "Z")) else character for character in text)


def _words(query: str) -> list[str]:
    words = re.findall(r"[^\W_]+", in_our_words(query.casefold().replace("'", "").replace("’", "")))
    telling = [word for word in words if word not in COMMON]
    return (telling or words)[:MOST_WORDS]


def _is_named(title: str, terms: list[list[str]]) -> bool:
    """Whether a title has all that was typed, or what people mean by it."""
    named = set(_words(title))
    return bool(terms) and all(named & set(spellings) for spellings in terms)


def _is_called(match: index.Match, terms: list[list[str]]) -> bool:
    """Whether what was typed, or what people mean by it, is a whole name of the page: no more words and no fewer."""
    spelt = [{stem(spelling) for spelling in spellings} for spellings in terms]
    for name in _names(match):
        named = {stem(word) for word in _words(name)}
        if named and named <= set().union(*spelt) and all(named & spellings for spellings in spelt):
            return True
    return False


def _names(match: index.Match) -> list[str]:
    return [name.strip().casefold() for name in (match.title, *match.also_called.split(","))]


def _result(match: index.Match) -> Result:
    return Result(match.title, match.kind, match.url, _parts(match.excerpt))


class _Dictionary:
    """Finds the words that a typed one may stand for. Reads the known words once, and only where one is unknown."""

    def spellings(self, word: str) -> list[str]:
        """The word, what people also mean by it, and where no text holds it the nearest word that one does."""
        meant = [word, *synonyms(word)]
        if len(meant) > 1 or not may_be_misspelt(word) or index.holds(word, in_text=True):
            return meant
        if is_danger(word):  # "dead" is no misspelt "dread"
            return meant
        for known in (self._in_text, self._other):
            # Words of drafts are known too; only what readers can find may be offered.
            for candidate in nearest(word, known):
                if index.holds(candidate, in_text=False):
                    return [word, candidate]
        return [word]

    @cached_property
    def _in_text(self) -> list[str]:
        return list(SearchWord.objects.filter(in_text=True).values_list("word", flat=True))

    @cached_property
    def _other(self) -> list[str]:
        return list(SearchWord.objects.filter(in_text=False).values_list("word", flat=True))


def _parts(excerpt: str) -> list[tuple[str, bool]]:
    parts = []
    for piece in re.split(f"({index.MARK}.*?{index.UNMARK})", excerpt, flags=re.S):
        if piece.startswith(index.MARK):
            parts.append((piece[1:-1], True))
        elif piece:
            parts.append((piece, False))
    return parts
