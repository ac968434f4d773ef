"""What this site's Markdown does otherwise: no raw HTML, citations with numbers, one title, words explained."""

import re
from typing import Protocol
from xml.etree.ElementTree import Element  # noqa: S405 - builds elements, parses nothing

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor

from editorial.glossary import ExplainWords, Glossary

KEY = r"@([a-z0-9][a-z0-9-]*)"
CITATION = rf"\[{KEY}(?:\s*;\s*{KEY})*\]"


class Page(Protocol):
    """What the texts of one page share: see editorial.markdown.PageText."""

    known_keys: set[str] | None
    glossary: Glossary

    def number(self, key: str) -> int: ...


class HouseRules(Extension):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's own name
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.inlinePatterns.register(_Citations(CITATION, md, self.page), "citation", 175)
        md.treeprocessors.register(_DemoteTitle(md), "demote_title", 25)
        md.treeprocessors.register(_Numbers(md, self.page), "citation_numbers", 18)
        md.treeprocessors.register(ExplainWords(md, self.page.glossary), "explain_words", 15)


class _Citations(InlineProcessor):
    """[@key] and [@key; @other] become the numbers of the sources, linked to the list at the foot of the page."""

    def __init__(self, pattern: str, md: Markdown, page: Page) -> None:
        super().__init__(pattern, md)
        self.page = page

    def handleMatch(self, match, data):  # noqa: N802 - Markdown's own name
        marks = Element("sup", {"class": "cite"})
        for key in re.findall(KEY, match.group(0)):
            if self.page.known_keys is not None and key not in self.page.known_keys:
                mark = Element("strong")
                mark.text = f"[unknown source: {key}]"
            else:
                mark = Element("a", {_Numbers.KEY: key})
            marks.append(mark)
        return marks, match.start(0), match.end(0)


class _Numbers(Treeprocessor):
    """Counts in the order of reading. Markdown meets the citations of a text in another one: lists come last."""

    KEY = "source-key"

    def __init__(self, md: Markdown, page: Page) -> None:
        super().__init__(md)
        self.page = page

    def run(self, root: Element) -> None:
        for mark in root.iter("a"):
            if key := mark.attrib.pop(self.KEY, None):
                number = self.page.number(key)
                mark.attrib |= {"href": f"#source-{number}", "aria-label": f"Source {number}"}
                mark.text = f"[{number}]"


class _DemoteTitle(Treeprocessor):
    """A page has one title and the template writes it, so a first-level heading in a text becomes a section."""

    def run(self, root: Element) -> None:
        for title in root.iter("h1"):
            title.tag = "h2"
