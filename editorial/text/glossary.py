"""Glossary terms, which a page explains at their first use."""

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from editorial.models import GlossaryTerm

#: Elements in which terms are not linked: links, headings, code and citations.
UNTOUCHED = {"a", "code", "h1", "h2", "h3", "h4", "pre", "sup"}

#: Each written form, and the slug of its term.
Forms = tuple[tuple[str, str], ...]


class Glossary:
    """The terms that pages can explain."""

    def __init__(self, terms: Iterable[GlossaryTerm] = ()) -> None:
        self.terms = {term.slug: term for term in terms}
        self.forms: Forms = tuple((form, slug) for slug, term in self.terms.items() for form in term.forms)


class ExplainWords(Treeprocessor):
    """Link the first use of each term to its meaning at the foot of the page. Runs after all inline markup."""

    def __init__(self, md: Markdown, forms: Forms, explained: Iterable[str]) -> None:
        super().__init__(md)
        self.explained = list(explained)
        longest_first = sorted(forms, key=lambda form: len(form[0]), reverse=True)
        self._slugs = [slug for _, slug in longest_first]
        # One group per form identifies the match. Looking it up by text would fail, as re.I equates more letters (İ
        # and i, μ and µ) than case folding does.
        groups = "|".join(f"({re.escape(form)})" for form, _ in longest_first)
        self._pattern = re.compile(rf"(?<![\w-])(?:{groups})(?![\w-])", re.I)

    def run(self, root: Element) -> None:
        if self._slugs:
            self._walk(root)

    def _walk(self, element: Element) -> None:
        if element.tag in UNTOUCHED:
            return
        children = list(element)
        element.text, links = self._split(element.text or "")
        element[:0] = links
        for child in children:
            self._walk(child)
            child.tail, links = self._split(child.tail or "")
            after = list(element).index(child) + 1
            element[after:after] = links

    def _split(self, text: str) -> tuple[str, list[Element]]:
        """Return the text before the first new term, and a link for each new term with the text that follows it."""
        links: list[Element] = []
        before, start = text, 0
        for match in self._pattern.finditer(text):
            slug = self._slugs[(match.lastindex or 0) - 1]
            if slug in self.explained:
                continue
            self.explained.append(slug)
            if links:
                links[-1].tail = text[start : match.start()]
            else:
                before = text[: match.start()]
            link = Element("a", {"class": "word", "href": f"#word-{slug}", "id": f"uses-{slug}"})
            link.text, link.tail, start = match[0], text[match.end() :], match.end()
            links.append(link)
        return before, links
