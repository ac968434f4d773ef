"""Compare names sent with one form: could they be one person's, spelled differently?

Similar names are kept as one request that mentions the earlier name; others become separate requests. So a wrong guess
costs at most one extra call, or one extra line for staff to read.
"""

import unicodedata

from rapidfuzz.distance import OSA

#: Typos are tolerated only in words this long; in shorter ones, one letter usually makes another name.
_MIN_TYPO_LENGTH = 4
#: A word this many letters longer is the long form of another: Sam and Samuel. Paul and Paula are two people.
_LONG_FORM_EXTRA = 3


def same(one: str, other: str) -> bool:
    """Return whether the names differ only in case, accents, spaces and punctuation."""
    first, second = "".join(_words(one)), "".join(_words(other))
    return first == second if first else one == other  # some names have no letters


def similar(one: str, other: str) -> bool:
    """Return whether both may be one name: an extra part, an initial, a short form, or a typo."""
    if same(one, other):
        return True
    fewer, more = sorted((_words(one), _words(other)), key=len)
    return bool(fewer) and all(any(_similar_words(word, candidate) for candidate in more) for word in fewer)


def _words(name: str) -> list[str]:
    """Return lowercase words without accents. Combining marks that form other letters, as in Hindi, stay."""
    plain = [each for each in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(each)]
    return "".join(each if unicodedata.category(each)[0] in "LMN" else " " for each in plain).split()


def _similar_words(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if long.startswith(short):
        return len(short) == 1 or len(long) - len(short) >= _LONG_FORM_EXTRA or short == long
    return len(short) >= _MIN_TYPO_LENGTH and one[-1] == other[-1] and OSA.distance(short, long) == 1
