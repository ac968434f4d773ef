"""From what a reader typed to results. What they typed is kept nowhere."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from search import index
from search.danger import asks_for_a_dose, is_danger
from search.models import MARK, UNMARK, Match, SearchWord
from search.static_pages import meant_by
from search.words import COMMON, in_our_words, stem, synonyms

LONGEST = 80  # characters read of a query
MOST_WORDS = 8
LIMIT = 30
FEW = 3  # with fewer results than this, pages that hold only some of the words are shown too

#: Similarity from 0 to 1: "buprenorfine" to "buprenorphine" is 0.85, "withdrawl" to "withdrawal" 0.9, "diarea" to
#: "diarrhea" 0.75; but "purple" to "purpose" 0.71, and of short words "paws" to "pass" 0.75, "meth" to "met" 0.75.
NEAR_ENOUGH, NEAR_ENOUGH_SHORT, SHORT = 0.75, 0.8, 5
LEAST_LETTERS = 4  # a shorter word is near too many

Terms = list[list[str]]  # for each typed word, its possible spellings


@dataclass(frozen=True)
class Result:
    """One found page; `excerpt` is its text in parts, each with whether it is a found word."""

    title: str
    kind: str
    url: str
    excerpt: list[tuple[str, bool]]


@dataclass(frozen=True)
class Results:
    """What was found.

    `corrected`: the query as searched, where the typed one had no match, else empty. `is_urgent`: it may mean that
    somebody is in danger now. `asks_for_a_dose`: it seeks an amount.
    """

    query: str
    corrected: str
    was_cut: bool
    found: list[Result]
    is_urgent: bool
    asks_for_a_dose: bool


def search(typed: str) -> Results:
    """Never raises, whatever is typed: operators, quotes and control characters are not words."""
    whole = re.sub(r"\s+", " ", _printable(unicodedata.normalize("NFKC", typed))).strip()
    query = whole[:LONGEST]
    words = _words(query)
    dictionary = _Dictionary()
    terms = [dictionary.spellings(word) for word in words]
    spelled_words = [_as_spelled(word, spellings) for word, spellings in zip(words, terms, strict=True)]
    spelled = " ".join(spelled_words)
    found = _ranked(query, spelled, terms)
    return Results(
        query=query,
        corrected=spelled if spelled_words != words and found else "",
        was_cut=len(whole) > LONGEST,
        found=found,
        is_urgent=is_danger(query, spelled),
        asks_for_a_dose=asks_for_a_dose(f"{query.casefold()} {spelled}".replace("’", "'")),
    )


def _printable(text: str) -> str:
    return "".join(" " if unicodedata.category(character).startswith(("C", "Z")) else character for character in text)


def _words(query: str) -> list[str]:
    words = re.findall(r"[^\W_]+", in_our_words(query.casefold().replace("'", "").replace("’", "")))
    telling = [word for word in words if word not in COMMON]
    return (telling or words)[:MOST_WORDS]


def _as_spelled(word: str, spellings: list[str]) -> str:
    """The word itself where the guide knows it, else the nearest known one."""
    return word if synonyms(word) or index.holds(word, in_text=False) else spellings[-1]


def _ranked(query: str, spelled: str, terms: Terms) -> list[Result]:
    """Static pages of that very name, pages of that name, other static pages, then all else by the index's score."""
    static = meant_by(query, spelled)
    matches = sorted(_matches(terms), key=lambda match: not _is_in_title(match.title, terms))
    named = [match for match in matches if _is_name_of(match, terms)]
    named.sort(key=lambda match: query.casefold() not in _names(match))  # word for word before synonyms
    others = [match for match in matches if match not in named]
    pages = [Result(page.title, "Page", page.url, [(page.words, False)]) for page, _ in static]
    first = sum(is_whole_name for _, is_whole_name in static)
    return [*pages[:first], *map(_result, named), *pages[first:], *map(_result, others)]


def _matches(terms: Terms) -> list[Match]:
    """Entries with all terms, filled up with those that hold only some where there are few."""
    matches = index.find(terms, all_of_them=True, limit=LIMIT)
    if len(matches) < FEW and len(terms) > 1:
        seen = {match.entry_id for match in matches}
        some = index.find(terms, all_of_them=False, limit=LIMIT)
        matches += [match for match in some if match.entry_id not in seen][: LIMIT - len(matches)]
    return matches


def _is_in_title(title: str, terms: Terms) -> bool:
    """Whether a title has all that was typed, or its synonyms."""
    named = set(_words(title))
    return bool(terms) and all(named & set(spellings) for spellings in terms)


def _is_name_of(match: Match, terms: Terms) -> bool:
    """Whether what was typed, or its synonyms, is a whole name of the page: no more words and no fewer."""
    spelled = [{stem(spelling) for spelling in spellings} for spellings in terms]
    for name in _names(match):
        named = {stem(word) for word in _words(name)}
        if named and named <= set().union(*spelled) and all(named & spellings for spellings in spelled):
            return True
    return False


def _names(match: Match) -> list[str]:
    return [name.strip().casefold() for name in (match.title, *match.also_called.split(","))]


def _result(match: Match) -> Result:
    pieces = re.split(f"({MARK}.*?{UNMARK})", match.excerpt, flags=re.S)
    excerpt = [(piece.strip(MARK + UNMARK), piece.startswith(MARK)) for piece in pieces if piece]
    return Result(match.title, match.kind, match.url, excerpt)


class _Dictionary:
    """Find the words that a typed one may stand for. Reads the known words once, and only where one is unknown."""

    def spellings(self, word: str) -> list[str]:
        """The word, its synonyms, and where no text holds it the nearest word that one does."""
        meant = [word, *synonyms(word)]
        may_be_misspelled = len(word) >= LEAST_LETTERS and not word.isdigit()
        if len(meant) > 1 or not may_be_misspelled or index.holds(word, in_text=True):
            return meant
        if is_danger(word):  # "dead" is no misspelled "dread"
            return meant
        for known in (self._in_text, self._other):
            # Words of drafts are known too; only what readers can find may be offered.
            for candidate in _nearest(word, known):
                if index.holds(candidate, in_text=False):
                    return [word, candidate]
        return [word]

    @cached_property
    def _in_text(self) -> list[str]:
        return list(SearchWord.objects.filter(in_text=True).values_list("word", flat=True))

    @cached_property
    def _other(self) -> list[str]:
        return list(SearchWord.objects.filter(in_text=False).values_list("word", flat=True))


def _nearest(word: str, known: Iterable[str]) -> list[str]:
    """The few known words that a typed one may stand for, the nearest first."""
    least = NEAR_ENOUGH_SHORT if len(word) <= SHORT else NEAR_ENOUGH
    near = process.extract(word, known, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=least, limit=5)
    return [candidate for candidate, *_ in near]
