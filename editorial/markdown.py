"""Markdown to safe HTML: the one function that pages, previews, the feed and search all use.

Raw HTML in the text is shown as text, and whatever Markdown makes is then cut down to an allow-list.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html import unescape

import nh3
from django.utils.html import format_html, format_html_join, linebreaks, strip_tags
from django.utils.safestring import SafeString, mark_safe
from markdown import Markdown
from markdown.extensions.toc import TocExtension, slugify_unicode

from editorial import bounds
from editorial.glossary import Glossary
from editorial.house_rules import KEY, HouseRules
from editorial.models import Source

#: Texts whose HTML is kept, in each process: some megabytes. Converting takes half the time of a page.
REMEMBERED = 512
#: Characters that are taken out of a text before it is read, by us and by Markdown.
_NOT_READ = dict.fromkeys((0, 2, 3))

ALLOWED_TAGS = {
    *("a", "abbr", "blockquote", "br", "code", "dd", "dl", "dt", "em", "h2", "h3", "h4", "hr", "img", "li"),
    *("ol", "p", "pre", "strong", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
ALLOWED_ATTRIBUTES = {
    "a": {"href", "title", "class", "id", "aria-label"},
    "abbr": {"title"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "sup": {"class"},
}
ALLOWED_SCHEMES = {"https", "mailto", "tel", "sms"}


def _own_attributes(tag: str, name: str, value: str) -> str | None:
    """Pictures come from this site only: a picture elsewhere would tell another host who reads what."""
    if (tag, name) == ("img", "src") and not re.fullmatch(r"/(media|static)/[\w./-]+", value):
        return None
    if name == "class" and value not in {"cite", "word"}:
        return None
    return value


@dataclass(frozen=True)
class Heading:
    """An entry of a page's contents list."""

    id: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """Safe HTML and the second-level headings in it. A refused text stands there as it was typed, and `refusal` says
    why: it would take too long to convert."""

    html: SafeString
    headings: tuple[Heading, ...] = ()
    refusal: str = ""


@dataclass
class PageText:
    """What all Markdown on one page shares: the numbers of its sources and the ids of its headings."""

    known_keys: set[str] | None = None  # None: number every key; a set: mark the keys not in it
    glossary: Glossary = field(default_factory=Glossary)  # of no words, unless told
    numbers: dict[str, int] = field(default_factory=dict)
    heading_ids: set[str] = field(default_factory=set)
    others: int = 0  # sources that have a number besides those in `numbers`

    def number(self, key: str) -> int:
        """The number readers see for a source: 1 for the first that the page cites, and so on."""
        return self.numbers.setdefault(key, self._free_number())

    def cite(self, *keys: str) -> SafeString:
        """A citation outside Markdown, as HTML."""
        return _marks(*map(self.number, keys))

    def render(self, text: str) -> Rendered:
        """Turns Markdown into HTML that is safe to show to anybody, whoever wrote the text."""
        done = _done(
            text,
            None if self.known_keys is None else frozenset(self.known_keys),
            self.glossary.forms,
            tuple(self.glossary.used_slugs) if self.glossary.forms else (),
            *self._numbers_for(text),
            frozenset(self.heading_ids),
        )
        self.glossary.used_slugs.extend(done.new_slugs)
        self.numbers.update(done.numbers)
        self.heading_ids.update(done.heading_ids)
        return done.rendered

    def _numbers_for(self, text: str) -> tuple[tuple[tuple[str, int], ...], int]:
        """The numbers that the text's sources have by now, and the first free one if it cites any: all that its HTML
        depends on, so that other pages, which number other sources as well, can have the same."""
        numbers = self.numbers
        keys = _keys_in(text)
        return tuple((key, numbers[key]) for key in keys if key in numbers), self._free_number() if keys else 0

    def _free_number(self) -> int:
        return self.others + len(self.numbers) + 1

    def convert(self, text: str) -> Rendered:
        """What `render` remembers: the work itself."""
        converter = self._converter.reset()
        try:
            bounds.check(text)
            converted = converter.convert(text.replace("\x00", ""))
        except bounds.TooMuchMarkup as error:
            return Rendered(linebreaks(text, autoescape=True), refusal=str(error))
        except RecursionError:
            return Rendered(linebreaks(text, autoescape=True), refusal="Lists or quotes are too deep in each other.")
        html = nh3.clean(
            converted,
            tags=ALLOWED_TAGS,
            attributes=ALLOWED_ATTRIBUTES,
            attribute_filter=_own_attributes,
            url_schemes=ALLOWED_SCHEMES,
            link_rel=None,
        )
        headings = (
            Heading(token["id"], _without_citations(unescape(token["name"])))
            for token in converter.toc_tokens
            if token["level"] == 2
        )
        return Rendered(mark_safe(html), tuple(headings))  # noqa: S308 - as nh3 left it; nothing is added behind it

    @cached_property
    def _converter(self) -> Markdown:
        return Markdown(
            extensions=[
                "tables",
                "sane_lists",
                TocExtension(slugify=self._heading_id, toc_depth="2-4"),
                HouseRules(self),
                bounds.Bounded(),
            ],
            output_format="html",
        )

    def _heading_id(self, text: str, separator: str) -> str:
        base = slugify_unicode(_without_citations(text), separator) or "section"
        unique, count = base, 1
        while unique in self.heading_ids:
            count += 1
            unique = f"{base}-{count}"
        self.heading_ids.add(unique)
        return unique


@lru_cache(maxsize=1024)
def _marks(*numbers: int) -> SafeString:
    marks = format_html_join(
        "", '<a href="#source-{0}" aria-label="Source {0}">[{0}]</a>', ((number,) for number in numbers)
    )
    return format_html('<sup class="cite">{}</sup>', marks)


@dataclass(frozen=True)
class _Done:
    """A text as HTML, and what it added to what its page shares."""

    rendered: Rendered
    new_slugs: tuple[str, ...]
    numbers: dict[str, int]
    heading_ids: frozenset[str]


@lru_cache(maxsize=REMEMBERED)
def _keys_in(text: str) -> tuple[str, ...]:
    """All keys that a text may cite: whatever looks like one, as Markdown may join what is apart here."""
    if "@" not in text:
        return ()
    return tuple(dict.fromkeys(re.findall(KEY, text.translate(_NOT_READ))))


@lru_cache(maxsize=REMEMBERED)
def _done(
    text: str,
    known_keys: frozenset[str] | None,
    forms: tuple[tuple[str, str], ...],
    used_slugs: tuple[str, ...],
    numbers: tuple[tuple[str, int], ...],
    free_number: int,
    heading_ids: frozenset[str],
) -> _Done:
    """The arguments are all that the HTML depends on: the same text in the same place is converted once."""
    glossary = Glossary.of(forms, used_slugs)
    others = free_number - len(numbers) - 1 if free_number else 0
    known = None if known_keys is None else set(known_keys)
    page = PageText(known, glossary, dict(numbers), set(heading_ids), others)
    rendered = page.convert(text)
    new_slugs = tuple(glossary.used_slugs[len(used_slugs) :])
    return _Done(rendered, new_slugs, page.numbers, frozenset(page.heading_ids))


def _without_citations(heading: str) -> str:
    return re.sub(r"\s*(\[\d+\])+", "", heading).strip()


def markdownify(text: str) -> SafeString:
    """The preview beside the editor: as readers will see it, with unknown sources marked."""
    rendered = PageText(known_keys=set(Source.objects.values_list("key", flat=True))).render(text)
    return (
        format_html("<p><strong>{}</strong></p>{}", rendered.refusal, rendered.html)
        if rendered.refusal
        else rendered.html
    )


def cited_keys(*texts: str) -> set[str]:
    """The keys of all sources that the texts cite."""
    page = PageText()
    for text in texts:
        if "[@" in text:
            page.render(text)
    return set(page.numbers)


def plain_text(text: str) -> str:
    """The words alone, for search, descriptions and reading grades: no markup, no citation numbers."""
    html = PageText().render(text).html
    html = re.sub(r'<sup class="cite">.*?</sup>', "", html)
    html = re.sub(r"</(p|li|h\d|td|th|dt|dd)>", r"</\1> ", html)
    return re.sub(r"\s+", " ", unescape(strip_tags(html))).strip()
