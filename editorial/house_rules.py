"""This site's own Markdown rules: no raw HTML, citations, one title, words explained."""

import re
from xml.etree.ElementTree import Element  # noqa: S405 - builds elements, parses nothing

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from editorial.glossary import ExplainWords, Forms

KEY = r"@([a-z0-9][a-z0-9-]*)"
CITATION = rf"\[{KEY}(?:\s*;\s*{KEY})*\]"


class HouseRules(Extension):
    def __init__(self, forms: Forms, explained: tuple[str, ...]) -> None:
        super().__init__()
        self._words = forms, explained
        self.explained: list[str] = []

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's own name
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.inlinePatterns.register(_Citations(CITATION, md), "citation", 175)
        md.treeprocessors.register(_DemoteTitle(md), "demote_title", 25)
        words = ExplainWords(md, *self._words)
        self.explained = words.explained
        md.treeprocessors.register(words, "explain_words", 15)


class _Citations(InlineProcessor):
    """Mark [@key] and [@key; @other]; each page numbers them in the order of reading (editorial.markdown.PageText)."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]  # noqa: N802 - as InlineProcessor documents it
        mark = Element("sup", {"class": "cite"})
        mark.text = AtomicString(m[0])
        return mark, m.start(), m.end()


class _DemoteTitle(Treeprocessor):
    """Turn a first-level heading into a section: a page has one title, and the template writes it."""

    def run(self, root: Element) -> None:
        for title in root.iter("h1"):
            title.tag = "h2"
