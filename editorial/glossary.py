"""Words that a page explains where they first stand."""

import re
from collections.abc import Iterable
from functools import cached_property
from xml.etree.ElementTree import Element  # noqa: S405 - builds elements, parses nothing

from markdown.treeprocessors import Treeprocessor

from editorial.models import GlossaryTerm

#: Where a word stays as it is: it leads somewhere already, or stands out by itself.
UNTOUCHED = {"a", "code", "h1", "h2", "h3", "h4", "pre", "sup"}


class Glossary:
    """The words one page may explain, and those that it came to, in their order."""

    def __init__(self, terms: Iterable[GlossaryTerm] = ()) -> None:
        self._terms = {term.slug: term for term in terms}
        #: What the words link to, by each form they are written in.
        self.forms = tuple((form, slug) for slug, term in self._terms.items() for form in term.forms)
        self.used_slugs: list[str] = []

    @classmethod
    def of(cls, forms: tuple[tuple[str, str], ...], used_slugs: Iterable[str]) -> "Glossary":
        """One for the work of linking alone, without the meanings."""
        glossary = cls()
        glossary.forms, glossary.used_slugs = forms, list(used_slugs)
        return glossary

    def for_another_page(self) -> "Glossary":
        """The same words, of which none is used yet."""
        other = self.of(self.forms, ())
        other._terms = self._terms
        return other

    @property
    def used(self) -> list[GlossaryTerm]:
        return [self._terms[slug] for slug in self.used_slugs]

    @cached_property
    def _longest_first(self) -> list[tuple[str, str]]:
        return sorted(self.forms, key=lambda form: len(form[0]), reverse=True)

    @cached_property
    def _pattern(self) -> re.Pattern | None:
        """A group for each form: which one matched is never looked up by its text, as `re.I` knows more letters as one
        (İ and i, μ and µ) than any folding of text does."""
        forms = "|".join(f"({re.escape(form)})" for form, _ in self._longest_first)
        return re.compile(rf"(?<![\w-])(?:{forms})(?![\w-])", re.I) if forms else None

    def link_first(self, root: Element) -> None:
        """Turns the first mention of each word below `root` into a link to its meaning at the foot of the page."""
        if self._pattern:
            self._walk(root)

    def _walk(self, element: Element) -> None:
        if element.tag in UNTOUCHED:
            return
        children = list(element)
        element.text, new = self._split(element.text)
        self._insert(element, 0, new)
        for child in children:
            self._walk(child)
            child.tail, new = self._split(child.tail)
            self._insert(element, list(element).index(child) + 1, new)

    def _split(self, text: str | None) -> tuple[str | None, list[Element]]:
        """The text before the first new word, and a link for each with the text behind it."""
        links: list[Element] = []
        start, before = 0, text
        for match in self._pattern.finditer(text or ""):
            slug = self._longest_first[match.lastindex - 1][1]
            if slug in self.used_slugs:
                continue
            self.used_slugs.append(slug)
            self._tail(links, text[start : match.start()])
            before = text[: match.start()] if not links else before
            link = Element("a", {"class": "word", "href": f"#word-{slug}", "id": f"uses-{slug}"})
            link.text = match[0]
            links.append(link)
            start = match.end()
        if links:
            links[-1].tail = text[start:]
        return before, links

    @staticmethod
    def _tail(links: list[Element], text: str) -> None:
        if links:
            links[-1].tail = text

    @staticmethod
    def _insert(parent: Element, place: int, new: list[Element]) -> None:
        for offset, element in enumerate(new):
            parent.insert(place + offset, element)


class ExplainWords(Treeprocessor):
    """Runs after all inline markup is made."""

    def __init__(self, md, glossary: Glossary) -> None:
        super().__init__(md)
        self.glossary = glossary

    def run(self, root: Element) -> None:
        self.glossary.link_first(root)
