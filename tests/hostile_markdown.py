"""Texts whose conversion would take the square of their length, or a stack without end, made from a seed."""

import random
from collections.abc import Iterator

from editorial.text.bounds import MAX_CHARACTERS

#: What each kind of Markdown begins or ends with.
PARTS = [
    *(
        "[",
        "]",
        "(",
        "[a](",
        "[a][",
        "![",
        "![a](",
        "[@a; ",
        "[@a]",
        "*",
        "*a",
        "**a ",
        "_a ",
        "__",
        "`",
        "``a`",
        "<",
        "&a;",
    ),
    *("<http://", "\\[", "> ", ">", "> a\n", "- a\n", "- a\n\n", "1. a\n", "+ a\n* b\n", "# a\n", "a\n=\n", "a\n-\n"),
    *(
        "---\n",
        "|a|b\n|-|-\n",
        "a|b\n-|-\nc|d\n\n",
        "[a]: b\n",
        "    a\n",
        "a\n\n",
        "a\r",
        "a  \n",
        "~~~\n",
        "\x02klzzwxh:0001\x03",
    ),
    *(
        "> - 1. ",
        "- > ",
        "1. - ",
        "# a {#b}\n",
        "<![CDATA[",
        "<div>\n",
        "opioid ",
        "İ",
        "[^1]: a\n",
        "![]([",
        "\t",
        " ",
    ),
]


def texts(number: int, seed: int = 1) -> Iterator[str]:
    """Each part over and over, then this many mixtures of two to four, all of 200,000 characters."""
    chance = random.Random(seed)
    for part in PARTS:
        yield _filled([part])
    for _ in range(number):
        parts = chance.choices(PARTS, k=chance.randint(2, 4))
        yield _filled(chance.choices(parts, k=chance.choice([len(parts), 1000])))


def _filled(parts: list[str]) -> str:
    unit = "".join(parts)
    return (unit * (MAX_CHARACTERS // len(unit) + 1))[:MAX_CHARACTERS]
