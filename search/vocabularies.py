"""The vocabulary of each language. Without one, a language is searched by the words of its pages alone."""

from editorial.values import languages
from search.vocabulary import Vocabulary
from search.words import ENGLISH
from search.words_es import SPANISH

MIN_PREFIX = 4  # letters; a shorter one matches too many words
_BY_LANGUAGE = {languages.ENGLISH: ENGLISH, "es": SPANISH}
_NONE = Vocabulary(called={}, has_accents=True)


def current() -> Vocabulary:
    """Return the vocabulary of the active language."""
    return _BY_LANGUAGE.get(languages.active(), _NONE)


def beginning(word: str) -> str:
    """Return the prefix by which to match a word; empty to match it as it is.

    The index stems English itself; other languages are matched by prefix.
    """
    return current().stem(word) if languages.active() != languages.ENGLISH and len(word) >= MIN_PREFIX else ""
