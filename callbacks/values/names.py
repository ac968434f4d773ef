"""Whether two names that came with one form are one person's, written another way.

Nobody can know that by names alone. What is akin is kept as one request that says the earlier name; all others are
requests of their own. So the worst that a wrong guess does is one call too many, or a line for staff to read.
"""

import unicodedata

#: A slip of the pen is looked for in words of so many letters; in shorter ones it makes another name of most.
_LONG_ENOUGH = 4
#: So many letters more, and a word is the long form of another: Sam and Samuel. Paul and Paula are two people.
_LONGER_BY = 3


def same(one: str, other: str) -> bool:
    """The same but for capitals, accents, blanks and points."""
    first, second = "".join(_words(one)), "".join(_words(other))
    return first == second if first or second else one == other


def akin(one: str, other: str) -> bool:
    """Perhaps one name: the same, with a part more or less, an initial, a short form, or a slip of the pen."""
    if same(one, other):
        return True
    fewer, more = sorted((_words(one), _words(other)), key=len)
    return bool(fewer) and all(any(_alike(word, its) for its in more) for word in fewer)


def _words(name: str) -> list[str]:
    """Letters without accents and capitals. Marks that make another letter, as in Hindi, stay where they are."""
    plain = [each for each in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(each)]
    return "".join(each if unicodedata.category(each)[0] in "LMN" else " " for each in plain).split()


def _alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if long.startswith(short):
        return len(short) == 1 or len(long) - len(short) >= _LONGER_BY or short == long
    return len(short) >= _LONG_ENOUGH and one[-1] == other[-1] and _is_slip(short, long)


def _is_slip(short: str, long: str) -> bool:
    """One letter too many or another, or two that stand the wrong way round."""
    if len(long) - len(short) == 1:
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    if len(long) != len(short):
        return False
    apart = [at for at, (mine, its) in enumerate(zip(short, long, strict=True)) if mine != its]
    return len(apart) == 1 or (len(apart) == 2 and apart[1] - apart[0] == 1 and sorted(short) == sorted(long))
