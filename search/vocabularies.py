"""The vocabulary of each language. One without a vocabulary is found by the words of its pages alone."""

from editorial.values import languages
from search.vocabulary import Vocabulary
from search.words import ENGLISH
from search.words_es import SPANISH

MIN_BEGINNING = 4  # letters; too many words begin with fewer
_BY_LANGUAGE = {languages.ENGLISH: ENGLISH, "es": SPANISH}
_NONE = Vocabulary(called={}, has_accents=True)


def current() -> Vocabulary:
    """Return the vocabulary of the language of the page that is being made."""
    return _BY_LANGUAGE.get(languages.active(), _NONE)


def beginning(word: str) -> str:
    """Return what all words begin with that count as this one; empty if only the word itself does.

    The index stems English by itself. In other languages the beginning does it, in any database.
    """
    return current().stem(word) if languages.active() != languages.ENGLISH and len(word) >= MIN_BEGINNING else ""
