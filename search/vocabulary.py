"""The vocabulary of each language: what people type, and the guide's words for it, from `words/<language>.yaml`."""

import functools
import re
from pathlib import Path
from typing import Any

import yaml

from editorial.values import languages
from editorial.values.languages import without_accents

WORDS = Path(__file__).parent / "words"
MIN_STEMMED = 5  # letters; a shorter word keeps its ending
MIN_PREFIX = 4  # letters; a shorter one matches too many words


def joined(plain: str) -> str:
    """Join words that people split: "over dose", "o d"."""
    split = r"\b(over) (dos\w*|amp\w*)\b|\b(o) (d)\b|\b(un) (alive\w*|conscious)\b|\b(sobre) (dosis)\b"
    return re.sub(split, lambda match: "".join(filter(None, match.groups())), plain)


class Vocabulary:
    """Stop words, synonyms and phrases of a language, as its file explains them."""

    def __init__(self, words: dict[str, Any]) -> None:
        self._endings, self._has_accents = re.compile(words["endings"]), words["has_accents"]
        self.common = frozenset(words["common"].split())
        self.called, self.anywhere = _by_term(words["called"], ", "), _by_term(words["anywhere"], ", ")
        self._synonyms, self._phrases = _by_term(words["synonyms"]), _by_term(words["phrases"], ", ")
        self.with_synonyms = {word: word for word in self._synonyms}
        #: Each word that the file knows.
        self.typed = set(re.findall(r"[^\W_]+", self.plain(str(words))))
        self._units, times = words["units"], words["times"]
        self._by_stem = {self.stem(word): meant for word, meant in reversed(self._synonyms.items())}
        longest_first = sorted(map(re.escape, self._phrases), key=len, reverse=True)
        self._phrase = re.compile(rf"\b({'|'.join(longest_first)})\b")
        self._number = re.compile(rf"\b(\d+)[ -]?({'|'.join(self._units)}|{times})\b")
        self._time = re.compile(rf"\b{times}(\d+)\b")
        #: The words of a phrase without stop words, in any order.
        keywords = {frozenset(phrase.split()) - self.common: meant for phrase, meant in self._phrases.items()}
        self._in_any_order = {words: meant for words, meant in keywords.items() if len(words) > 1}

    def plain(self, text: str) -> str:
        """Return a text in lower case and, if the language `has_accents`, without accents."""
        return without_accents(text.casefold()) if self._has_accents else text.casefold()

    def stem(self, word: str) -> str:
        """Cut the word's ending: "sneezing" and "sneeze" have the same stem."""
        return self._endings.sub("", word) if len(word) >= MIN_STEMMED else word

    def synonyms(self, word: str) -> list[str]:
        """Return the guide's own words for this one, whatever its inflection."""
        return (self._synonyms.get(word) or self._by_stem.get(self.stem(word), "")).split()

    def in_our_words(self, query: str) -> str:
        """Return the query with units written out and phrases replaced by the guide's word for them."""
        query = self._number.sub(lambda match: f"{match[1]} {self._units.get(match[2], match[2])}", query)
        query = self._time.sub(r"\1 \2", query)
        query = self._phrase.sub(lambda match: self._phrases[match[1]], query)
        words = query.split()
        held = set(words)
        for keywords, meant in self._in_any_order.items():
            if keywords <= held:
                words = [*(word for word in words if word not in keywords), *meant.split()]
                held = set(words)
        return " ".join(words)


def _by_term(lines: dict[str, str], separator: str | None = None) -> dict[str, str]:
    """Map each of the terms before a line's colon to the text after it."""
    return {term: meant for terms, meant in lines.items() for term in terms.split(separator)}


@functools.cache
def _of(language: str) -> Vocabulary:
    return Vocabulary(yaml.safe_load((WORDS / f"{language}.yaml").read_text(encoding="utf-8")))


def current() -> Vocabulary:
    """Return the vocabulary of the active language."""
    return _of(languages.active())


def prefix_of(word: str) -> str:
    """Return the prefix to search for; "" for the word itself, as always in English, which the index stems."""
    return current().stem(word) if languages.active() != languages.ENGLISH and len(word) >= MIN_PREFIX else ""
