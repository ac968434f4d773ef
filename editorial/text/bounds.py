"""Limits on the processing time of one Markdown text.

Python-Markdown takes quadratic time for some texts: a few thousand brackets or lines would block a thread for minutes.
Within these limits, 200,000 characters take well under a second (tests/editorial/test_bounds.py).
"""

import re
from collections.abc import Callable

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor

MAX_CHARACTERS = 200_000
MAX_LINES = 2_000
#: Quotes and lists nested on one line.
_NESTED = re.compile(r"^(?:[ \t]*(?:>|(?:[-*+]|\d+\.)[ \t])){12}", re.M)
#: Total characters passed to inline patterns. 100,000 characters of plain articles take 500,000.
MAX_WORK = 3_000_000


class TooMuchMarkup(ValueError):
    """A text would take too long to convert. The message says what to do."""


def check(text: str) -> None:
    """Raise TooMuchMarkup for a text that is clearly too long or too deeply nested."""
    if len(text) > MAX_CHARACTERS:
        raise TooMuchMarkup(f"The text is too long: {MAX_CHARACTERS:,} characters at most. Split it into two pages.")
    if len(text.splitlines()) > MAX_LINES:
        raise TooMuchMarkup(f"The text has too many lines: {MAX_LINES:,} at most. Split it into two pages.")
    if _NESTED.search(text):
        raise TooMuchMarkup("A line begins with a dozen nested quotes or list marks. Use one or two.")


class Bounded(Extension):
    """Stops a conversion with TooMuchMarkup. List it after the extensions whose patterns it limits."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's own name
        md.registerExtension(self)
        for pattern in md.inlinePatterns:
            if isinstance(pattern, InlineProcessor):
                pattern.handleMatch = self._bounded(pattern.handleMatch)  # type: ignore[method-assign]

    def reset(self) -> None:
        self._work = 0

    def _bounded(self, handle: Callable) -> Callable:
        def handle_match(match: re.Match[str], data: str) -> tuple:
            self._work += len(data)
            if self._work > MAX_WORK:
                raise TooMuchMarkup("The text has too many brackets, stars or other marks. Remove what is not needed.")
            return handle(match, data)

        return handle_match
