"""Readability of Spanish texts: syllables, sentences, and the two scores that health writers use.

Syllables are counted here, because textstat counts hyphenation points, which misses single vowels and gives scores 4 to
11 points too high. A higher score is easier; 60 is an adult newspaper, 80 is very easy.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

MIN_FERNANDEZ_HUERTA = 65
MIN_INFLESZ = 60
MAX_SENTENCE = 25  # words

_SILENT = re.compile(r"h|(?<=[gq])u(?=[eiéí])")
_VOWEL_Y = re.compile(r"y(?![aeiouáéíóú])")
#: A vowel, diphthong or triphthong: ai, ue, uai. Two strong vowels, or an accented í or ú beside a strong one, are
#: separate: ca-os, dí-a.
_NUCLEUS = re.compile(r"[iuü]?[aeoáéó](?:[iuü](?![íúaeoáéó]))?|[iuü]?[íú]|[iuü]+")
_WORD = re.compile(r"\w[\w.,:'’/-]*\w|\w")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”»)]*\s+")
_NUMBER_SYLLABLES = 2  # near the mean of Spanish words, so that phone numbers do not affect the score


class Plainness(NamedTuple):
    """The scores of a text."""

    fernandez_huerta: float
    inflesz: float


def syllables(word: str) -> int:
    """Count the spoken syllables of a Spanish word."""
    if any(letter.isdigit() for letter in word):
        return _NUMBER_SYLLABLES
    return max(1, len(_NUCLEUS.findall(_VOWEL_Y.sub("i", _SILENT.sub("", word.lower())))))


def words_in(text: str) -> list[str]:
    """Return the words and numbers of a text."""
    return _WORD.findall(text)


def sentences(parts: Iterable[str]) -> list[str]:
    return [sentence for part in parts for sentence in _SENTENCE_END.split(part)]


def plainness(parts: Iterable[str]) -> Plainness:
    """Return the scores of text parts, each of which ends a sentence. Parts of up to two words do not count.

    Fernández Huerta, "Medidas sencillas de lecturabilidad", Consigna 214 (1959); Szigriszt Pazos (1993) on the INFLESZ
    scale of Barrio-Cantalejo et al., An Sist Sanit Navar 31 (2008) 135.
    """
    found = sentences(parts)
    words = [word for sentence in found for word in words_in(sentence)]
    spoken = sum(map(syllables, words)) / max(1, len(words))
    mean = len(words) / max(1, sum(len(words_in(sentence)) > 2 for sentence in found))
    return Plainness(206.84 - 60 * spoken - 1.02 * mean, 206.835 - 62.3 * spoken - mean)
