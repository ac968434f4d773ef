"""Limits on the processing time of one Markdown text.

Python-Markdown takes quadratic time for some texts: a few thousand brackets or lines would block a thread for minutes.
Within these limits, 200,000 characters take at most a second (tests/editorial/test_bounds.py, bench/markdown.py).
"""

import re

MAX_CHARACTERS = 200_000
MAX_LINES = 2_000
#: Quotes and lists nested on one line.
_NESTED = re.compile(r"^(?:[ \t]*(?:>|(?:[-*+]|\d+\.)[ \t])){12}", re.M)
#: Where an inline pattern may begin; each may search its whole block.
_MARKS = re.compile(r"[\[<&!\\]|\*+|_+|`+")
_BLANK_LINES = re.compile(r"\n[ \t]*\n")
#: Marks times characters, over all blocks. 200,000 characters of plain articles have five million.
MAX_WORK = 6_000_000


class TooMuchMarkup(ValueError):
    """A text would take too long to convert. The message says what to do."""


def check(text: str) -> None:
    """Raise TooMuchMarkup for a text that is too long, too deeply nested or has too many marks."""
    if len(text) > MAX_CHARACTERS:
        raise TooMuchMarkup(f"The text is too long: {MAX_CHARACTERS:,} characters at most. Split it into two pages.")
    if len(text.splitlines()) > MAX_LINES:
        raise TooMuchMarkup(f"The text has too many lines: {MAX_LINES:,} at most. Split it into two pages.")
    if _NESTED.search(text):
        raise TooMuchMarkup("A line begins with a dozen nested quotes or list marks. Use one or two.")
    if sum(len(block) * len(_MARKS.findall(block)) for block in _BLANK_LINES.split(text)) > MAX_WORK:
        raise TooMuchMarkup("The text has too many brackets, stars or other marks. Remove what is not needed.")
