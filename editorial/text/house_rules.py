"""This site's Markdown: no raw HTML; citations, one title, folds, glossary terms, boxes, links by name."""

import re
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from editorial.text.blocks import NAME, Boxes, Fences, Names
from editorial.text.glossary import ExplainWords, Forms

KEY = r"@([a-z0-9][a-z0-9-]*)"
#: Ends a second-level heading whose section is folded.
FOLDED = " {more}"
CITATION = rf"\[{KEY}(?:\s*;\s*{KEY})*\]"


class HouseRules(Extension):
    def __init__(self, forms: Forms, explained: tuple[str, ...]) -> None:
        super().__init__()
        self._words = forms, explained
        self.explained: list[str] = []

    def extendMarkdown(self, md: Markdown) -> None:
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.parser.blockprocessors.register(_Indented(md.parser), "code", 80)  # in the place of code blocks
        md.preprocessors.register(Fences(md), "fences", 25)
        md.inlinePatterns.register(Names(rf"(?<!\\){NAME}", md), "names", 185)  # before escapes, as \| in a table
        md.treeprocessors.register(Boxes(md), "boxes", 18)  # after inline markup
        md.inlinePatterns.register(_Citations(CITATION, md), "citation", 175)
        md.treeprocessors.register(_DemoteTitle(md), "demote_title", 25)
        words = ExplainWords(md, *self._words)
        self.explained = words.explained
        md.treeprocessors.register(words, "explain_words", 15)
        md.treeprocessors.register(_Folds(md), "folds", 12)  # before the headings get their ids


class _Indented(BlockProcessor):
    """Read a block that Word indents as any other: as code it would show its citations and links as typed."""

    def test(self, parent: Element, block: str) -> bool:
        return block.startswith(" " * self.tab_length)

    def run(self, parent: Element, blocks: list[str]) -> None:
        width = len(blocks[0]) - len(blocks[0].lstrip(" "))
        blocks[0] = re.sub(rf"(?m)^ {{1,{width}}}", "", blocks[0])


class _Citations(InlineProcessor):
    """Mark [@key] and [@key; @other], which each page numbers (editorial.text.markdown.PageText)."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]
        mark = Element("sup", {"class": "cite"})
        mark.text = AtomicString(m[0])
        return mark, m.start(), m.end()


class _DemoteTitle(Treeprocessor):
    """Demote first-level headings, as the template has the page's title."""

    def run(self, root: Element) -> None:
        for title in root.iter("h1"):
            title.tag = "h2"


class _Folds(Treeprocessor):
    """Fold a section whose heading ends in FOLDED, so that it shows only its heading until opened."""

    def run(self, root: Element) -> None:
        fold = None
        for block in list(root):
            if block.tag == "h2":
                fold = _fold(root, block)
            elif fold is not None:
                root.remove(block)
                fold.append(block)


def _fold(root: Element, heading: Element) -> Element | None:
    """Replace a marked heading by a fold, and return that."""
    last = heading[-1] if len(heading) else None
    text = (heading.text if last is None else last.tail) or ""
    if not text.endswith(FOLDED):
        return None
    if last is None:
        heading.text = text.removesuffix(FOLDED)
    else:
        last.tail = text.removesuffix(FOLDED)
    fold = Element("details", {"class": "fold"})
    root[list(root).index(heading)] = fold
    SubElement(fold, "summary").append(heading)
    return fold
