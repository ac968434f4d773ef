"""How near a misspelt word must be to a known one."""

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

#: Of 1: "buprenorfine" to "buprenorphine" is 0.85, "withdrawl" to "withdrawal" 0.9, "diarea" to "diarrhea" 0.75; but
#: "purple" to "purpose" 0.71, and of short words "paws" to "pass" 0.75, "meth" to "met" 0.75.
NEAR_ENOUGH, NEAR_ENOUGH_SHORT, SHORT = 0.75, 0.8, 5
#: A shorter word is near to too many.
LEAST_LETTERS = 4


def may_be_misspelt(word: str) -> bool:
    return len(word) >= LEAST_LETTERS and not word.isdigit()


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """The few known words that a typed one may stand for, the nearest first."""
    least = NEAR_ENOUGH_SHORT if len(word) <= SHORT else NEAR_ENOUGH
    near = process.extract(word, known, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=least, limit=5)
    return [candidate for candidate, *_ in near]
