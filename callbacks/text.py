"""Makes text from strangers safe to keep and to show: what cannot be seen, or turns text around, is taken out."""

import unicodedata

#: Characters that change the direction of what follows: a program can be made to read like a PDF.
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Control characters, halves of surrogate pairs, line and paragraph separators.
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})


def visible(value: str, *, keep: str = "") -> str:
    """`value` without control and direction characters, except those in `keep`. Joiners inside names stay."""
    return "".join(
        character
        for character in value
        if character in keep or (character not in _DIRECTION and unicodedata.category(character) not in _UNSEEN)
    )
