"""Convert Markdown to safe HTML for pages, previews and search: raw HTML is escaped, and nh3 keeps what is allowed."""

import re
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from html import unescape
from itertools import chain, count

import nh3
from django.utils.html import format_html, linebreaks, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from markdown import Markdown
from markdown.extensions.toc import TocExtension, slugify_unicode

from editorial.models import GlossaryTerm, Source
from editorial.models.pictures import named, with_sizes
from editorial.text import bounds
from editorial.text.blocks import BOXES
from editorial.text.glossary import Forms, Glossary
from editorial.text.house_rules import CITATION, KEY, HouseRules
from editorial.text.placeholders import fill_in
from editorial.text.snapshot import ContentSnapshot
from editorial.values.links import BIDI_CONTROLS, is_foreign_path, is_own_picture

#: How many texts' HTML is cached in each process: some megabytes. Converting one takes ten times as long as its page.
MAX_CACHED_TEXTS = 512

ALLOWED_TAGS = {
    *("a", "abbr", "blockquote", "br", "code", "dd", "details", "dl", "dt", "em", "h2", "h3", "h4", "hr", "img", "li"),
    *("ol", "p", "section", "span", "strong", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr"),
    "ul",
}
ALLOWED_ATTRIBUTES = {
    "a": {"href", "title", "class", "id", "aria-label"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    **dict.fromkeys(("h2", "h3", "h4"), {"id"}),
    **dict.fromkeys(("details", "section", "span", "sup"), {"class"}),
}
#: A phone number's link is an inline block, after which a line may break even before a period.
_PHONE_AND_STOP = re.compile(r'<a href="tel:\+\d+">[^<]*</a>[.,;:]')
CLASSES = {"cite", "fold", "level", "named", "word", *(box.classes for box in BOXES.values())}
ALLOWED_SCHEMES = {"https", "mailto", "tel", "sms"}


def _own_attributes(tag: str, name: str, value: str) -> str | None:
    """Allow pictures from this site only, as other hosts would learn who reads what."""
    if (tag, name) == ("img", "src") and not is_own_picture(value):
        return None
    if name == "href" and is_foreign_path(value):
        return None
    if name == "class" and value not in CLASSES:
        return None
    return value


@dataclass(frozen=True)
class Heading:
    """An entry of a page's contents list."""

    id: str
    text: str


@dataclass(frozen=True)
class Converted:
    """Safe HTML, its second-level headings outside folds and boxes, and the terms linked in it.

    Citations have no numbers before PageText. `refusal`: why the text is shown as typed: converting it takes too long.
    """

    html: str
    headings: tuple[Heading, ...] = ()
    explained: tuple[str, ...] = ()
    refusal: str = ""


@dataclass
class PageText:
    """The state shared by all Markdown on one page: source numbers, explained terms and heading ids."""

    known_keys: set[str] | None = None  # None: number every key; a set: a preview, which marks unknown ones
    content: ContentSnapshot | None = None  # to resolve names; None: current content
    glossary: Glossary = field(default_factory=Glossary)  # empty by default
    numbers: dict[str, int] = field(default_factory=dict)
    heading_ids: set[str] = field(default_factory=set)
    explained: list[str] = field(default_factory=list)

    def cite(self, *keys: str) -> SafeString:
        """Return the HTML of a citation. Sources are numbered in the order in which the page cites them."""
        marks = "".join(map(self._mark, keys))
        return mark_safe(f'<sup class="cite">{marks}</sup>')  # noqa: S308 - a key is a-z, 0-9 and -: test_markdown.py

    def list_only(self, *keys: str) -> str:
        """List sources at the foot without a mark in the text, for instructions read in a hurry."""
        self.cite(*keys)
        return ""

    def render(self, text: str) -> Converted:
        """Convert Markdown to HTML that is safe even with untrusted authors."""
        converted = convert(text, self.glossary.forms, tuple(self.explained))
        self.explained += converted.explained
        html = fill_in(converted.html, self.content, marks_doubts=self.known_keys is not None)
        html = _CITATION.sub(lambda mark: self.cite(*re.findall(KEY, mark[0])), html)
        ids: dict[str, str] = {}

        def with_own_id(heading: re.Match[str]) -> str:
            own = f"section-{heading[2]}" if RESERVED_IDS.fullmatch(heading[2]) else heading[2]
            ids[heading[2]] = _unique(own, self.heading_ids)
            return f'{heading[1]}{ids[heading[2]]}"'

        html = _HEADING.sub(with_own_id, html)
        html = with_sizes(html, self.content.pictures if self.content else named)
        headings = tuple(replace(heading, id=ids[heading.id]) for heading in converted.headings)
        return replace(converted, html=mark_safe(html), headings=headings)  # noqa: S308 - cleaned by nh3: test_markdown.py

    def explained_terms(self) -> list[GlossaryTerm]:
        """Return the terms linked so far, in reading order."""
        return [self.glossary.terms[slug] for slug in self.explained]

    @cached_property
    def _label(self) -> str:
        return gettext("Source {number}")

    def _mark(self, key: str) -> str:
        if self.known_keys is not None and key not in self.known_keys:
            return f"<strong>[unknown source: {key}]</strong>"
        number = self.numbers.setdefault(key, len(self.numbers) + 1)
        label = self._label.format(number=number)
        return f'<a href="#source-{number}" aria-label="{label}">[{number}]</a>'


#: Ids of page parts, sources and terms, which headings must not use. A view adds its page's own.
RESERVED_IDS = re.compile(r"main|top|related|print|when|.*-title|footer-.*|source-\d+|(?:word|uses)-.*")

#: As `convert` writes them. nh3 escapes `<` in text and attributes, so these match only elements.
_CITATION = re.compile(r'<sup class="cite">[^<]*</sup>')
#: What editorial.text.placeholders adds to a link to a page in another language.
_IN_WHICH_LANGUAGE = re.compile(r'(?<= hreflang="..">)(.*?</a>) \([^)]*\)', re.S)
_HEADING = re.compile(r'(<h[2-4] id=")([^"]*)"')
_FOLDED = re.compile(r'<(?:summary|section class="[^"]*")>\s*<h2 id="([^"]*)"')


def convert(text: str, forms: Forms = (), explained: tuple[str, ...] = ()) -> Converted:
    """Convert a text for a page that explains the terms in `forms` and has already explained `explained`."""
    return _convert(text, forms, explained, get_language())


@lru_cache(maxsize=MAX_CACHED_TEXTS)
def _convert(text: str, forms: Forms, explained: tuple[str, ...], language: str | None) -> Converted:
    """Convert a text, with the labels of boxes in `language`, the active one."""
    rules, heading_ids = HouseRules(forms, explained), set[str]()

    def heading_id(name: str, separator: str) -> str:
        return _unique(slugify_unicode(_without_citations(name), separator) or "section", heading_ids)

    toc = TocExtension(slugify=heading_id, toc_depth="2-4")
    converter = Markdown(extensions=["tables", "sane_lists", toc, rules], output_format="html")
    try:
        bounds.check(text)
        converted = converter.convert(text.replace("\x00", "").translate(BIDI_CONTROLS))
    except bounds.TooMuchMarkup as error:
        return Converted(linebreaks(text, autoescape=True), refusal=str(error))
    except RecursionError:
        return Converted(linebreaks(text, autoescape=True), refusal="Lists or quotes are nested too deep.")
    html = nh3.clean(
        converted,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        attribute_filter=_own_attributes,
        url_schemes=ALLOWED_SCHEMES,
        link_rel=None,
    )
    html = _PHONE_AND_STOP.sub(r'<span class="whole">\g<0></span>', html)
    folded = set(_FOLDED.findall(html))
    headings = (
        Heading(token["id"], _without_citations(unescape(token["name"])))
        for token in converter.toc_tokens  # type: ignore[attr-defined]  # TocExtension sets it
        if token["level"] == 2 and token["id"] not in folded
    )
    return Converted(html, tuple(headings), tuple(rules.explained[len(explained) :]))


def _unique(base: str, taken: set[str]) -> str:
    """Return a unique id by appending a number if needed, and add it to `taken`."""
    found = next(each for each in chain([base], (f"{base}-{n}" for n in count(2))) if each not in taken)
    taken.add(found)
    return found


def _without_citations(heading: str) -> str:
    return re.sub(rf"\s*{CITATION}", "", heading).strip()


def markdownify(text: str) -> SafeString:
    """Render the editor's preview, with unknown sources marked."""
    rendered = PageText(known_keys=set(Source.objects.values_list("key", flat=True))).render(text)
    why = format_html("<p><strong>{}</strong></p>", rendered.refusal) if rendered.refusal else ""
    return format_html("{}{}", why, rendered.html)


def cited_keys(*texts: str) -> set[str]:
    """Return the keys of all sources that the texts cite."""
    page = PageText()
    for text in texts:
        page.render(text)
    return set(page.numbers)


def plain_text(text: str) -> str:
    """Return the text without markup and citations, for search and reading grades."""
    html = _CITATION.sub("", fill_in(convert(text).html))
    html = _IN_WHICH_LANGUAGE.sub(r"\1", html)  # stored in the index, and the page may be translated later
    html = re.sub(r"</(p|li|h\d|td|th|dt|dd)>", r"</\1> ", html)
    return re.sub(r"\s+", " ", unescape(strip_tags(html))).strip()
